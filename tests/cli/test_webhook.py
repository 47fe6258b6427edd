"""`koine webhook`: somebody is told what happens, and the command line shows how that goes."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
import pytest
from standardwebhooks.webhooks import Webhook as Reference

from tests.cli.koine_process import Serving, asked, becomes, copy, create_in_highlevel, koine, made, serving

ALLOWED = {"KOINE_OUTGOING_ALLOW": "127.0.0.0/8"}


@dataclass
class Listener:
    """Takes what is sent to it, and answers with the status that it was told."""

    url: str = ""
    status: int = 200
    hangs: bool = False
    over: threading.Event = field(default_factory=threading.Event)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def kinds(self) -> list[str]:
        return [json.loads(body)["type"] for _, body in self.requests]


@contextlib.contextmanager
def listening() -> Iterator[Listener]:
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            listener.requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
            if listener.hangs:
                listener.over.wait()
                return
            self.send_response(listener.status)
            self.send_header("Content-Length", "9")
            self.end_headers()
            self.wfile.write(b"hello\x1b[2J")

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        listener.url = f"http://127.0.0.1:{server.server_port}/hook"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield listener
        listener.over.set()
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A running demo that may send to this machine."""
    with serving("demo", data=copy(made(), tmp_path_factory.mktemp("webhooks") / "data"), **ALLOWED) as running:
        yield running


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as opened:
        yield opened


def webhook(demo: Serving, *words: str | Path) -> Any:
    return asked("webhook", *words, "--data", demo.folder, **ALLOWED)


def refused(demo: Serving, *words: str) -> tuple[int, str]:
    ended = koine("webhook", *words, "--data", demo.folder, **ALLOWED)
    assert ended.stdout == ""
    return ended.returncode, ended.stderr.splitlines()[-1]


def created(demo: Serving, listener: Listener, *more: str) -> Any:
    return webhook(demo, "create", "--dialect", "native", "--url", listener.url, *more)


def test_what_happens_is_told_and_replayed(demo: Serving, listener: Listener) -> None:
    hook = created(demo, listener, "--events", "conversation.opened, message.posted", "--workspace", "1")
    assert list(hook)[:2] == ["id", "secret"]
    assert hook["events"] == ["conversation.opened", "message.posted"]
    place = json.loads((demo.folder / "demo-credentials.json").read_text())["highlevel"][0]
    create_in_highlevel(demo.base_url, place, place["contact_ids"][2])
    assert becomes(lambda: len(listener.requests) == 1)
    headers, body = listener.requests[0]
    told = Reference(hook["secret"]).verify(body, headers)
    assert told["type"] == "conversation.opened"
    assert becomes(lambda: len(webhook(demo, "log", hook["id"])) == 1)
    (tried,) = webhook(demo, "log", hook["id"])
    assert (tried["status"], tried["state"], tried["answer"]) == (200, "delivered", r"hello\x1b[2J")
    assert tried["delivery_id"] == headers["webhook-id"]
    again = webhook(demo, "replay", hook["id"], "--id", tried["event_id"])
    assert again == {"delivery_id": tried["delivery_id"], "count": 1}
    assert becomes(lambda: len(listener.requests) == 2)
    assert becomes(lambda: len(webhook(demo, "log", hook["id"], "--delivery", tried["delivery_id"])) == 2)
    assert webhook(demo, "replay", hook["id"], "--since", told["timestamp"]) == {"delivery_id": None, "count": 1}
    assert becomes(lambda: len(listener.requests) == 3)
    assert {body for _, body in listener.requests} == {body}
    assert becomes(lambda: len(webhook(demo, "log", hook["id"])) == 3)
    assert len(webhook(demo, "log", hook["id"], "--limit", "2")) == 2


def test_tight_is_told_twice_of_what_begins_and_signs_by_the_secret_that_was_shown(
    demo: Serving, listener: Listener
) -> None:
    hook = webhook(demo, "create", "--dialect", "tight", "--url", listener.url, "--workspace", "1")
    assert (hook["public_keys"], hook["dialect"]) == ([], "tight")
    place = json.loads((demo.folder / "demo-credentials.json").read_text())["highlevel"][0]
    create_in_highlevel(demo.base_url, place, place["contact_ids"][1])
    assert becomes(lambda: len(listener.requests) == 2)
    for headers, body in listener.requests:
        claims = jwt.decode(headers["tight-verification"], hook["secret"], algorithms=["HS256"])
        assert claims["body_sha256"] == hashlib.sha256(body).hexdigest()
    assert listener.kinds() == ["ENTITY_UPDATE", "LIFECYCLE"]
    assert becomes(lambda: len(webhook(demo, "log", hook["id"])) == 2)
    tries = webhook(demo, "log", hook["id"])
    assert [tried["part"] for tried in tries] == ["LIFECYCLE", "ENTITY_UPDATE"]
    both = webhook(demo, "replay", hook["id"], "--id", tries[0]["event_id"])
    assert both == {"delivery_id": None, "count": 2}
    assert becomes(lambda: len(listener.requests) == 4)
    assert webhook(demo, "test", hook["id"])["state"] == "delivered"
    rotated = webhook(demo, "rotate", hook["id"])
    assert rotated["secret"] not in (None, hook["secret"])
    assert webhook(demo, "test", hook["id"])["state"] == "delivered"
    jwt.decode(listener.requests[-1][0]["tight-verification"], rotated["secret"], algorithms=["HS256"])
    webhook(demo, "delete", hook["id"], "--yes")


def test_a_test_prints_how_it_went(demo: Serving, listener: Listener) -> None:
    hook = created(demo, listener)
    assert hook["workspace_id"] is None, "all of the account"
    tried = webhook(demo, "test", hook["id"])
    assert (tried["event"], tried["status"], tried["state"]) == ("webhook.test", 200, "delivered")
    listener.status = 503
    tried = webhook(demo, "test", hook["id"])
    assert (tried["status"], tried["state"]) == (503, "failed")
    assert listener.kinds() == ["webhook.test"] * 2


def test_a_server_ends_in_order_while_somebody_hangs_and_the_next_one_delivers(
    listener: Listener, tmp_path: Path
) -> None:
    """Nothing is held by the process that is gone, and it does not count as a failure."""
    data = copy(made(), tmp_path / "data")
    listener.hangs = True
    with serving("demo", data=data, **ALLOWED) as first:
        hook = created(first, listener)
        ended = koine("webhook", "test", hook["id"], "--wait", "1", "--data", data, **ALLOWED)
        assert ended.returncode == 1
        assert becomes(lambda: len(listener.requests) == 1)
        assert first.end() == 0
    (job,) = asked("job", "list", "--reaction", "webhook", "--data", data)
    assert (job["state"], job["busy"], job["attempts"]) == ("waiting", False, 0)
    listener.hangs = False
    with serving("demo", data=data, **ALLOWED) as second:
        assert becomes(lambda: bool(webhook(second, "log", hook["id"])))
    (before, _), (after, _) = listener.requests
    assert before["webhook-id"] == after["webhook-id"]


def test_it_is_listed_without_its_secret_rotated_disabled_enabled_and_deleted(
    demo: Serving, listener: Listener
) -> None:
    hook = created(demo, listener, "--name", "Ours", "--workspace", "2")
    shown = {name: value for name, value in hook.items() if name != "secret"}
    assert shown in webhook(demo, "list")
    rotated = webhook(demo, "rotate", hook["id"])
    assert rotated["secret"] != hook["secret"]
    assert rotated["public_keys"][1:] == hook["public_keys"]
    assert webhook(demo, "disable", hook["id"])["disabled_because"] == "asked"
    assert refused(demo, "test", hook["id"]) == (1, "koine: The webhook is disabled. Enable it first.")
    assert webhook(demo, "enable", hook["id"])["disabled_because"] is None
    webhook(demo, "test", hook["id"])
    headers, body = listener.requests[0]
    for secret in (hook["secret"], rotated["secret"]):
        Reference(secret).verify(body, headers)
    code, says = refused(demo, "delete", hook["id"])
    assert (code, "--yes" in says) == (2, True)
    assert webhook(demo, "delete", hook["id"], "--yes") == {"id": hook["id"], "deleted": True}
    assert hook["id"] not in {listed["id"] for listed in webhook(demo, "list")}
    assert refused(demo, "rotate", hook["id"]) == (1, "koine: There is no such webhook.")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["create", "--dialect", "morse", "--url", "https://192.0.78.9/"], 2, "invalid choice"),
        (["create", "--dialect", "native"], 2, "--url"),
        (["create", "--dialect", "native", "--url", "https://10.0.0.1/"], 2, "does not send to"),
        (["create", "--dialect", "native", "--url", "http://192.0.78.9/"], 2, "https://"),
        (["create", "--dialect", "native", "--url", "https://192.0.78.9/", "--events", "a.b"], 2, "no kind of event"),
        (["create", "--dialect", "native", "--url", "https://192.0.78.9/", "--workspace", "99"], 1, "no workspace 99"),
        (["create", "--dialect", "native", "--url", "https://192.0.78.9/", "--account", "99"], 1, "no account 99"),
        (
            ["create", "--dialect", "native", "--url", "https://192.0.78.9/", "--account", "2", "--workspace", "1"],
            1,
            "not one of the account 2",
        ),
        (["log", "1"], 2, "is no id"),
        (["log", str(uuid4())], 1, "no such webhook"),
        (["replay", str(uuid4())], 2, "--id"),
        (["replay", str(uuid4()), "--id", str(uuid4()), "--since", "2026-11-20"], 2, "not allowed with"),
        (["replay", str(uuid4()), "--id", str(uuid4()), "--until", "2026-11-20"], 2, "--until"),
        (["replay", str(uuid4()), "--since", "yesterday"], 2, "is no time"),
        (["test", str(uuid4()), "--wait", "0"], 2, "is no number"),
    ],
)
def test_what_makes_no_sense_is_told_in_a_sentence(demo: Serving, words: list[str], code: int, says: str) -> None:
    ended, sentence = refused(demo, *words)
    assert (ended, says in sentence) == (code, True), sentence


def test_without_anybody_who_delivers_a_test_says_so(tmp_path: Path) -> None:
    """And the file with the keys is made by whoever needs it first."""
    data = copy(made(), tmp_path / "data")
    assert not (data / "sealing.keys").exists()
    words = ["--data", str(data)]
    hook = asked("webhook", "create", "--dialect", "native", "--url", "https://192.0.78.9/", *words)
    assert (data / "sealing.keys").stat().st_mode & 0o777 == 0o600
    ended = koine("webhook", "test", hook["id"], "--wait", "1", *words)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "Is there a Koine that serves" in ended.stderr


def test_without_the_file_with_the_keys_nothing_is_made_up(tmp_path: Path) -> None:
    data = copy(made(), tmp_path / "data")
    words = ["--data", str(data)]
    create = ["webhook", "create", "--dialect", "native", "--url", "https://192.0.78.9/", *words]
    hook = asked(*create)
    (data / "sealing.keys").chmod(0o644)
    ended = koine(*create)
    assert ended.returncode == 1
    assert "chmod 600" in ended.stderr
    assert [it["id"] for it in asked("webhook", "list", *words)] == [hook["id"]]
