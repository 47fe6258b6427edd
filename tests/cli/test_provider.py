"""`koine provider`: who carries messages is registered, shown and deleted from the command line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from tests.cli.koine_process import Serving, asked, copy, koine, made, serving

ALLOWED = {"KOINE_OUTGOING_ALLOW": "127.0.0.0/8"}


def provider(demo: Serving, *words: str | Path) -> Any:
    return asked("provider", *words, "--data", demo.folder, **ALLOWED)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A running demo that may send to this machine."""
    with serving("demo", data=copy(made(), tmp_path_factory.mktemp("providers") / "data"), **ALLOWED) as running:
        yield running


def test_a_provider_is_registered_shown_used_and_deleted(demo: Serving) -> None:
    url = "http://127.0.0.1:9/deliver"
    created = provider(
        demo, "create", "--kind", "SMS", "--url", url, "--workspace", "1", "--workspace", "2", "--custom"
    )
    assert re.fullmatch(r"[0-9a-f]{24}", created["id"])
    assert (created["kind"], created["url"], created["custom"], created["workspaces"]) == ("SMS", url, True, [1, 2])
    load_pem_public_key(created["public_key"].encode())
    (listed,) = provider(demo, "list")
    assert listed == {name: value for name, value in created.items() if name != "public_key"}
    assert send(demo, created["id"]).json()["status"] == "pending"
    assert koine("provider", "delete", created["id"], "--data", demo.folder).returncode == 2
    assert provider(demo, "delete", created["id"], "--yes") == {"id": created["id"], "deleted": True}
    assert provider(demo, "list") == []
    assert send(demo, created["id"]).json()["message"] == "Invalid conversationProviderId"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--kind", "SMS", "--workspace", "99"), "There is no workspace 99."),
        (("--kind", "SMS", "--workspace", "1", "--token", "99"), "There is no token 99 in this account."),
        (("--kind", "SMS", "--workspace", "1", "--url", "http://192.0.2.1/"), "url:"),
        (("--kind", "Fax", "--workspace", "1"), "invalid choice"),
    ],
)
def test_what_cannot_be_registered_is_said_in_one_sentence(demo: Serving, words: tuple[str, ...], says: str) -> None:
    ended = koine("provider", "create", *words, "--data", demo.folder, **ALLOWED)
    assert ended.returncode in (1, 2)
    assert says in ended.stderr


def send(demo: Serving, id: str) -> httpx.Response:
    place = json.loads((demo.folder / "demo-credentials.json").read_text())["highlevel"][0]
    body = {"type": "Custom", "contactId": place["contact_ids"][0], "message": "x", "conversationProviderId": id}
    headers = {"Authorization": f"Bearer {place['token']}", "Version": "v3"}
    return httpx.post(f"{demo.base_url}/conversations/messages", json=body, headers=headers)
