"""Several processes serve on one port, and live and die with the one that looks after them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.koine_process import (
    Serving,
    answers,
    asked,
    becomes,
    children,
    copy,
    environment,
    finds_the_lamp,
    lives,
    made,
    serving,
)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Serving]:
    with serving("demo", "--workers", "2", data=copy(made(), tmp_path / "data")) as running:
        yield running


def web(demo: Serving) -> list[int]:
    """The processes that serve."""
    return [pid for pid in children(demo.process.pid) if pid not in demo.database]


def finds(demo: Serving) -> bool:
    return finds_the_lamp(demo.base_url, json.loads((demo.folder / "demo-credentials.json").read_text()))


def test_so_many_processes_serve_as_were_asked_for(demo: Serving) -> None:
    assert len(web(demo)) == 2
    assert finds(demo)


def test_each_of_them_answers(demo: Serving) -> None:
    for stopped in web(demo):
        os.kill(stopped, signal.SIGSTOP)
        try:
            # Its share of new connections waits for it; the other's share is answered.
            assert becomes(lambda: _answers_soon(demo.base_url))
        finally:
            os.kill(stopped, signal.SIGCONT)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_one_that_ends_is_replaced(demo: Serving, number: signal.Signals) -> None:
    before = web(demo)
    os.kill(before[0], number)
    assert becomes(lambda: before[0] not in web(demo) and len(web(demo)) == 2)
    assert finds(demo)
    assert demo.end() == 0
    (said,) = demo.errors().splitlines()
    assert said.startswith(f"koine: Worker {before[0]} ")


def test_all_of_them_may_be_killed_at_once(demo: Serving) -> None:
    before = web(demo)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    assert becomes(lambda: len(web(demo)) == 2 and set(web(demo)).isdisjoint(before))
    assert becomes(lambda: finds(demo))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop_they_all_end(demo: Serving, number: signal.Signals) -> None:
    started = demo.workers
    assert demo.end(number) == 0
    assert [pid for pid in started if lives(pid)] == []
    assert demo.errors() == ""


def test_they_end_with_a_killed_parent(demo: Serving) -> None:
    started = demo.workers
    demo.end(signal.SIGKILL)
    assert becomes(lambda: not any(lives(pid) for pid in started))
    assert not answers(demo.base_url)


def test_they_serve_again_after_postgresql_was_killed(demo: Serving) -> None:
    os.kill(min(demo.database), signal.SIGKILL)
    assert becomes(lambda: finds(demo))
    assert len(web(demo)) == 2
    assert demo.end() == 0


def test_a_token_that_is_revoked_beside_them_is_dead_in_all_of_them(demo: Serving) -> None:
    (client,) = [it for it in asked("token", "list", "--data", demo.folder) if it["dialect"] == "tight"]
    assert finds(demo)
    asked("token", "revoke", str(client["id"]), "--data", demo.folder)
    assert becomes(lambda: not finds(demo))
    assert not any(finds(demo) for _ in range(10))


def test_a_ctrl_c_in_the_terminal_reaches_only_the_parent(demo: Serving) -> None:
    """Else the workers would end at once, and with them the requests that they are answering."""
    assert all(os.getsid(pid) != os.getsid(demo.process.pid) for pid in demo.workers)


def test_the_parent_of_many_does_not_load_what_it_takes_to_serve() -> None:
    script = """if True:
        import sys
        from koine import cli
        from koine.cli import demo_credentials, demo_lines
        from koine.core.accounts import setup
        from koine.serving import crew, house, log
        print(*(name for name in ("starlette", "uvicorn", "uvloop", "pydantic", "argon2") if name in sys.modules))
    """
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment())
    assert (ended.returncode, ended.stdout) == (0, "\n")


def _answers_soon(base_url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{base_url}/health", timeout=0.5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
