"""What goes on behind the requests goes on in exactly one of the processes that serve, and beside them where wanted."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from koine.postgres import embedded
from koine.serving import databases
from tests.cli.koine_process import (
    COMMAND,
    PATIENCE,
    Serving,
    becomes,
    children,
    copy,
    create_in_highlevel,
    environment,
    finds_the_lamp,
    koine,
    made,
    serving,
)

OF_THE_WORLD = 9  # events in the demo's first workspace from the beginning


@contextmanager
def working(folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [*COMMAND, "work", "--data", str(folder)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    ) as child:
        assert child.stdout is not None
        try:
            assert child.stdout.readline() == "ready\n"
            yield child
        finally:
            child.kill()


def connections(folder: Path) -> list[tuple[str, int]]:
    """The name of each connection of Koine's, and the server's process for it."""
    address = embedded.reach(folder)
    if address is None:
        return []

    async def find() -> list[tuple[str, int]]:
        connection = await asyncpg.connect(address.dsn("koine_admin"))
        try:
            rows = await connection.fetch(
                "select application_name, pid from pg_stat_activity where usename in ('koine_app', 'koine_owner')"
            )
            return [tuple(row) for row in rows]
        finally:
            await connection.close()

    return asyncio.run(find())


def connected(folder: Path, name: str) -> list[int]:
    """The processes of the server that serve connections of this name."""
    return [pid for found, pid in connections(folder) if found == name]


def token(demo: Serving) -> str:
    found: str = json.loads((demo.folder / "demo-credentials.json").read_text())["native"]["token"]
    return found


def events(demo: Serving, **query: object) -> dict[str, Any]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    headers = {"Authorization": f"Bearer {token(demo)}"}
    request = urllib.request.Request(f"{demo.base_url}/v1/events?{asked}", headers=headers)
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def follow(demo: Serving, **query: object) -> HTTPResponse:
    """A stream that has begun."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    headers = {"Authorization": f"Bearer {token(demo)}", "Accept": "text/event-stream"}
    request = urllib.request.Request(f"{demo.base_url}/v1/events?{asked}", headers=headers)
    stream: HTTPResponse = urllib.request.urlopen(request, timeout=PATIENCE)
    return stream


def opens(demo: Serving) -> None:
    """A conversation is opened, and its event gets a position."""
    assert becomes(lambda: events(demo)["next"] >= OF_THE_WORLD)
    before = events(demo)["next"]
    place = json.loads((demo.folder / "demo-credentials.json").read_text())["highlevel"][0]
    body = json.dumps({"locationId": place["location_id"], "email": f"somebody-{before}@example.com"}).encode()
    headers = {"Authorization": f"Bearer {place['token']}", "Version": "2021-07-28", "Content-Type": "application/json"}
    with urllib.request.urlopen(
        urllib.request.Request(f"{demo.base_url}/contacts/", body, headers), timeout=PATIENCE
    ) as answer:
        contact_id = json.load(answer)["contact"]["id"]
    create_in_highlevel(demo.base_url, place, contact_id)
    assert becomes(lambda: events(demo)["next"] == before + 2)


def test_serving_alone_is_a_whole_system(tmp_path: Path) -> None:
    with serving("demo", data=copy(made(), tmp_path / "data")) as demo:
        assert becomes(lambda: len(connected(demo.folder, "koine relay")) == 1)
        opens(demo)
        assert demo.end() == 0
        assert demo.errors() == ""


def test_of_several_processes_one_works_and_another_takes_its_place(tmp_path: Path) -> None:
    with serving("demo", "--workers", "3", data=copy(made(), tmp_path / "data")) as demo:
        assert becomes(lambda: len(connected(demo.folder, "koine relay")) == 1)
        assert becomes(lambda: len(connected(demo.folder, "koine notices")) == 3)
        opens(demo)
        (before,) = connected(demo.folder, "koine relay")
        for pid in children(demo.process.pid):
            if pid not in demo.database:
                os.kill(pid, signal.SIGKILL)
        assert becomes(lambda: connected(demo.folder, "koine relay") not in ([], [before]))
        assert becomes(lambda: len(connected(demo.folder, "koine notices")) == 3)
        opens(demo)
        assert demo.end() == 0


def test_others_may_work_beside_those_who_serve_and_take_over(tmp_path: Path) -> None:
    with serving("demo", data=copy(made(), tmp_path / "data")) as demo, working(demo.folder) as other:
        assert becomes(lambda: len(connected(demo.folder, "koine relay")) == 2)
        opens(demo)
        other.send_signal(signal.SIGINT)
        assert other.wait(PATIENCE) == 0
        assert other.stderr is not None
        assert other.stderr.read() == ""
        assert becomes(lambda: len(connected(demo.folder, "koine relay")) == 1)
        opens(demo)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_those_who_serve_may_leave_the_work_to_others(tmp_path: Path, workers: str) -> None:
    words = ["--no-work", "--workers", workers]
    with serving("serve", *words, data=copy(made(), tmp_path / "data")) as serve, working(serve.folder):
        opens(serve)
        assert becomes(lambda: len(connected(serve.folder, "koine worker")) == 1)
        assert len(connected(serve.folder, "koine relay")) == 1
        assert len(connected(serve.folder, "koine notices")) == int(workers) + 1
        assert serve.end() == 0


def test_working_beside_ends_with_the_server_and_says_so(tmp_path: Path) -> None:
    with serving("demo", data=copy(made(), tmp_path / "data")) as demo, working(demo.folder) as other:
        assert demo.end() == 0
        assert other.wait(PATIENCE) == 1
        assert other.stderr is not None
        assert other.stderr.read().splitlines()[-1] == "koine: The database has ended."


def test_working_beside_nobody_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = koine("work", "--data", tmp_path / "data")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(f"koine: No Koine serves from {tmp_path}/data")
    assert not (tmp_path / "data").exists()


def test_every_connection_is_in_the_budget(tmp_path: Path) -> None:
    """However many ask and follow at once, there are those of docs/running.md and no others."""
    with serving("demo", "--workers", "2", data=copy(made(), tmp_path / "data")) as demo:
        credentials = json.loads((demo.folder / "demo-credentials.json").read_text())
        with ThreadPoolExecutor(40) as many, ExitStack() as streams:
            for stream in many.map(lambda _: follow(demo), range(40)):
                streams.enter_context(stream)
            assert all(many.map(lambda _: finds_the_lamp(demo.base_url, credentials), range(120)))
            opened = Counter(name for name, _ in connections(demo.folder))
    assert 2 <= opened.pop("koine") <= 2 * databases.connections(2)
    assert opened == {"koine notices": 2 * databases.BESIDE_THE_POOL, "koine relay": 1, "koine worker": 1}
    assert opened["koine relay"] + opened["koine worker"] == databases.OF_THE_WORK


def test_streams_that_are_open_do_not_keep_it_from_ending(tmp_path: Path) -> None:
    with serving("demo", data=copy(made(), tmp_path / "data")) as demo:
        with follow(demo, after=0) as stream:
            assert stream.readline() == b": following\n"
            demo.process.send_signal(signal.SIGTERM)
            said = stream.read().decode()
        assert said.rpartition("event: ")[2].startswith('stream.ended\ndata: {"code":"closing"')
        assert demo.process.wait(PATIENCE) == 0
        assert demo.errors() == ""
