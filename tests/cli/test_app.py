"""`koine app`: programs of others are registered, shown and ended, and get their tokens from the server that runs."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.koine_process import Serving, asked, copy, koine, made, serving

ALLOWED = {"KOINE_OUTGOING_ALLOW": "127.0.0.0/8"}
BACK = "https://client.example/back"
REGISTER = ("create", "--name", "Lamps & Mirrors", "--redirect-uri", BACK)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving("demo", data=copy(made(), tmp_path_factory.mktemp("apps") / "data"), **ALLOWED) as running:
        yield running


def app(demo: Serving, *words: str) -> Any:
    return asked("app", *words, "--data", demo.folder, **ALLOWED)


def refused(demo: Serving, *words: str) -> tuple[int, str]:
    ended = koine("app", *words, "--data", demo.folder, **ALLOWED)
    assert ended.stdout == ""
    return ended.returncode, ended.stderr.splitlines()[-1]


def own_token(demo: Serving, registered: dict[str, Any]) -> Any:
    fields = {"grant_type": "client_credentials"} | {name: registered[name] for name in ("client_id", "client_secret")}
    sent = urllib.parse.urlencode(fields).encode()
    with urllib.request.urlopen(f"{demo.base_url}/oauth/token", sent) as answer:
        return json.load(answer)


def test_an_app_is_registered_calls_and_ends(demo: Serving) -> None:
    made = app(
        demo, *REGISTER, "--webhook-url", "http://127.0.0.1:9/hook", "--scopes", "contacts.readonly, oauth.write"
    )
    assert made["client_id"].startswith(f"{made['id']}-")
    assert (made["distribution"], made["scopes"]) == ("Location", ["contacts.readonly", "oauth.write"])
    with urllib.request.urlopen(f"{demo.base_url}/.well-known/koine/highlevel-webhook-key.pem") as published:
        assert published.read().decode() == made["webhook_public_key"]
    doctor = koine("doctor", "--data", demo.folder).stdout
    assert made["webhook_public_key"].splitlines()[1] in doctor
    assert own_token(demo, made)["scope"] == "contacts.readonly oauth.write"
    (listed,) = [each for each in app(demo, "list") if each["id"] == made["id"]]
    assert listed["workspaces"] == []
    assert "client_secret" not in listed
    hooks = asked("webhook", "list", "--data", demo.folder)
    assert [hook["url"] for hook in hooks if hook["name"] == "Lamps & Mirrors"] == ["http://127.0.0.1:9/hook"]
    gone = app(demo, "uninstall", made["id"], "--workspace", "1")
    assert gone == {"id": made["id"], "workspace_id": 1, "uninstalled": False}
    assert refused(demo, "delete", made["id"])[0] == 2
    assert app(demo, "delete", made["id"], "--yes") == {"id": made["id"], "deleted": True}
    assert [each for each in app(demo, "list") if each["id"] == made["id"]] == []
    hooks = asked("webhook", "list", "--data", demo.folder)
    assert [hook for hook in hooks if hook["name"] == "Lamps & Mirrors"] == []
    with pytest.raises(urllib.error.HTTPError) as ended:
        own_token(demo, made)
    assert ended.value.code == 401
    ended.value.close()


@pytest.mark.parametrize(
    "uri",
    [
        "http://client.example/back",
        "ftp://x.example",
        "https://",
        "https://a b",
        f"{BACK}#part",
        "https://u:p@x.example",
    ],
)
def test_an_address_that_others_could_read_is_refused(demo: Serving, uri: str) -> None:
    code, says = refused(demo, "create", "--name", "x", "--redirect-uri", uri)
    assert (code, uri in says) == (2, True)


def test_what_is_not_there_is_said(demo: Serving) -> None:
    assert refused(demo, *REGISTER, "--scopes", "everything") == (
        2,
        "koine: There is no scope everything. There are: conversations.readonly, conversations.write,"
        " conversations/message.readonly, conversations/message.write, conversations/livechat.write, contacts.readonly,"
        " contacts.write, oauth.readonly, oauth.write.",
    )
    assert refused(demo, "delete", "0" * 24, "--yes") == (1, "koine: There is no such app.")


def test_a_private_token_of_the_agency_names_its_company(demo: Serving, tmp_path: Path) -> None:
    account = app(demo, *REGISTER)["account_id"]
    made = asked("token", "create", "--dialect", "highlevel", "--account", str(account), "--data", demo.folder)
    assert made["token"].startswith("pit-")
    assert len(made["company_id"]) == 20
