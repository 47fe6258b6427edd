"""What goes on behind the requests goes on in exactly one of the processes that serve, and beside them where wanted."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from koine.postgres import embedded
from tests.cli.koine_process import (
    COMMAND,
    PATIENCE,
    Serving,
    becomes,
    children,
    copy,
    create_in_highlevel,
    environment,
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


def connected(folder: Path, name: str) -> list[int]:
    """The processes of the server that serve connections of this name."""
    address = embedded.reach(folder)
    if address is None:
        return []

    async def find() -> list[int]:
        connection = await asyncpg.connect(address.dsn("koine_admin"))
        try:
            rows = await connection.fetch("select pid from pg_stat_activity where application_name = $1", name)
            return [row["pid"] for row in rows]
        finally:
            await connection.close()

    return asyncio.run(find())


def events(demo: Serving, **query: object) -> dict[str, Any]:
    token = json.loads((demo.folder / "demo-credentials.json").read_text())["native"]["token"]
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    request = urllib.request.Request(f"{demo.base_url}/v1/events?{asked}", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


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


def test_streams_that_are_open_do_not_keep_it_from_ending(tmp_path: Path) -> None:
    with serving("demo", data=copy(made(), tmp_path / "data")) as demo:
        token = json.loads((demo.folder / "demo-credentials.json").read_text())["native"]["token"]
        headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
        request = urllib.request.Request(f"{demo.base_url}/v1/events?after=0", headers=headers)
        with urllib.request.urlopen(request, timeout=PATIENCE) as stream:
            assert stream.readline() == b": following\n"
            demo.process.send_signal(signal.SIGTERM)
            said = stream.read().decode()
        assert said.rpartition("event: ")[2].startswith('stream.ended\ndata: {"code":"closing"')
        assert demo.process.wait(PATIENCE) == 0
        assert demo.errors() == ""
