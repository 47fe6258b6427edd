"""Workspaces with owners, bookkeepers, and tokens for them, from the command line."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from tests.cli.koine_process import PATIENCE, Serving, asked, becomes, copy, koine, made, serving


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A running demo; what is created in it stays in it."""
    with serving("demo", data=copy(made(), tmp_path_factory.mktemp("people") / "data")) as running:
        yield running


def test_an_owner_and_a_bookkeeper_are_made_and_given_tokens(demo: Serving) -> None:
    data = ["--data", demo.folder]
    created = asked(
        *["workspace", "create", "Olga Ltd", "--external-id", "olga-ltd", *data],
        *["--owner", "user-olga=olga@example.com", "--owner", "otto@example.com"],
    )
    assert created["external_id"] == "olga-ltd"
    assert [(it["external_id"], it["email"]) for it in created["owners"]] == [
        ("user-olga", "olga@example.com"),
        ("otto@example.com", "otto@example.com"),
    ]
    assert asked("workspace", "show", str(created["id"]), *data) == created
    bookkeeper = asked("bookkeeper", "create", "bo@example.com", "--first-name", "Bo", *data)
    assert (bookkeeper["workspaces"], bookkeeper["role"], bookkeeper["first_name"]) == (None, "Bookkeeper", "Bo")
    assert bookkeeper in asked("bookkeeper", "list", *data)
    assert asked("bookkeeper", "show", str(bookkeeper["id"]), *data) == bookkeeper
    words = ["token", "create", "--dialect", "tight", *data]
    olga, otto = asked(*words, "--user", "OLGA@example.com"), asked(*words, "--user-id", "otto@example.com")
    bo = asked(*words, "--user", "bo@example.com")
    assert list(olga) == ["id", "dialect", "name", "account_id", "user_id", "email", "access_token", "expires_in"]
    talk = _opened(demo, olga["access_token"])
    assert [_status(demo, it["access_token"], talk) for it in (olga, otto, bo)] == [200, 200, 200]
    deleted = asked("workspace", "delete", str(created["id"]), "--yes", *data)
    assert deleted["deleted_at"]
    assert becomes(lambda: [_status(demo, it["access_token"], talk) for it in (olga, otto, bo)] == [403, 403, 404])
    assert asked("workspace", "restore", str(created["id"]), *data)["deleted_at"] is None
    assert becomes(lambda: _status(demo, bo["access_token"], talk) == 200)
    assert asked("bookkeeper", "delete", str(bookkeeper["id"]), "--yes", *data)["enabled"] is False
    assert becomes(lambda: _status(demo, bo["access_token"], talk) == 401)
    assert koine(*words, "--user", "bo@example.com").returncode == 1
    assert asked("bookkeeper", "restore", str(bookkeeper["id"]), *data)["enabled"] is True


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["workspace", "create", "New", "--owner", "nobody"], 2, "neither EMAIL nor ID=EMAIL"),
        (["workspace", "create", "New", "--owner", "other=ada@example.com"], 1, "somebody else's"),
        (["workspace", "create", "New", "--external-id", ""], 2, "printable"),
        (["workspace", "create", "New", "--account", "999"], 1, "no account 999"),
        (["workspace", "show", "999"], 1, "no workspace 999"),
        (["workspace", "delete", "1"], 2, "--yes"),
        (["workspace", "restore", "999"], 1, "no workspace 999"),
        (["bookkeeper", "create", "x@example.com", "--workspace", "999"], 1, "no workspace of the account"),
        (["bookkeeper", "create", "other=ada@example.com"], 1, "somebody else's"),
        (["bookkeeper", "show", "999"], 1, "no bookkeeper 999"),
        (["bookkeeper", "delete", "1"], 2, "--yes"),
        (["token", "create", "--dialect", "tight", "--user", "nobody@example.com"], 1, "nobody in the account"),
        (["token", "create", "--dialect", "native", "--user-id", "user-ada"], 2, "--user-id means nothing"),
    ],
)
def test_what_makes_no_sense_is_told_in_a_sentence(demo: Serving, words: list[str], code: int, says: str) -> None:
    ended = koine(*words, "--data", demo.folder)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert says in ended.stderr.splitlines()[-1]


def test_what_was_refused_left_nothing_behind(demo: Serving) -> None:
    koine("workspace", "create", "Half", "--owner", "other=ada@example.com", "--data", demo.folder)
    assert "Half" not in [it["name"] for it in asked("workspace", "list", "--data", demo.folder)]


def _opened(demo: Serving, token: str) -> str:
    body = {"data": [{"subject": "A question", "message": {"text": "What is this?"}}]}
    said = json.loads(_ask(demo, token, "/v6/conversations", body))
    id: str = said["data"][0]["data"]["id"]
    return id


def _status(demo: Serving, token: str, talk: str) -> int:
    try:
        _ask(demo, token, f"/v6/conversations/{talk}")
    except urllib.error.HTTPError as refused:
        return refused.code
    return 200


def _ask(demo: Serving, token: str, path: str, body: object = None) -> bytes:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{demo.base_url}{path}", data=data, headers=headers)
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        content: bytes = answer.read()
    return content
