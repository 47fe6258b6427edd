"""`koine tail` shows what happens in a terminal, beside a running server and without one."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cli.koine_process import (
    COMMAND,
    PATIENCE,
    Serving,
    asked,
    copy,
    create_in_highlevel,
    environment,
    koine,
    made,
    serving,
)

KEPT = 10  # events in the first workspace of the demo's world


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving("demo", data=copy(made(), tmp_path_factory.mktemp("tail") / "data")) as running:
        yield running


@contextmanager
def tail(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """It follows when the block begins."""
    command = [*COMMAND, "tail", "--data", str(folder), *words]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    ) as child:
        assert child.stderr is not None
        try:
            line = child.stderr.readline()
            assert line.startswith("koine: Following "), line + child.stderr.read()
            yield child
        finally:
            child.kill()


def taken(child: subprocess.Popen[str], count: int) -> list[str]:
    assert child.stdout is not None
    return [child.stdout.readline().rstrip("\n") for _ in range(count)]


def parsed(child: subprocess.Popen[str], count: int) -> list[dict[str, Any]]:
    return [json.loads(line) for line in taken(child, count)]


def credentials(demo: Serving) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((demo.folder / "demo-credentials.json").read_text())
    return found


def test_it_prints_a_line_for_each_event_that_is_kept(demo: Serving) -> None:
    with tail(demo.folder, "--after", "0", "--workspace", "1") as child:
        lines = taken(child, KEPT)
    for position, line in enumerate(lines, 1):
        assert re.match(rf"\d{{4}}-\d\d-\d\dT[\d:.]+Z  workspace 1  +{position}  [a-z]+\.[a-z_]+ ", line), line
    assert re.search(
        r"message\.posted +conversation [0-9a-f-]{36}  message [0-9a-f-]{36}  by user [0-9a-f-]{36}$", lines[-1]
    )


def test_it_shows_what_happens_while_it_looks(demo: Serving) -> None:
    place = credentials(demo)["highlevel"][0]
    with tail(demo.folder, "--json") as child:
        create_in_highlevel(demo.base_url, place, place["contact_ids"].pop())
        (opened,) = parsed(child, 1)
    assert (opened["kind"], opened["actor"]["kind"]) == ("conversation.opened", "app")
    assert opened["workspace_id"] == credentials(demo)["workspaces"][0]["uuid"]


def test_it_shows_kinds_and_workspaces_that_one_chooses(demo: Serving) -> None:
    kinds = ["--kind", "team.created", "--kind", "inbox.created"]
    with tail(demo.folder, "--json", "--after", "0", *kinds) as child:
        shown = parsed(child, 4)
    places = [workspace["uuid"] for workspace in credentials(demo)["workspaces"]]
    assert sorted((event["workspace_id"], event["kind"]) for event in shown) == sorted(
        (place, kind) for place in places for kind in ("inbox.created", "team.created")
    )
    with tail(demo.folder, "--json", "--after", "0", "--workspace", "2", *kinds) as child:
        assert {event["workspace_id"] for event in parsed(child, 2)} == {places[1]}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_it_in_order(demo: Serving, number: signal.Signals) -> None:
    with tail(demo.folder, "--after", "5") as child:
        child.send_signal(number)
        assert child.wait(PATIENCE) == 0
        assert child.stderr is not None
        assert child.stderr.read() == ""


def test_whoever_reads_it_may_go_away(demo: Serving) -> None:
    with tail(demo.folder, "--after", "0") as child:
        assert child.stdout is not None
        child.stdout.close()
        place = credentials(demo)["highlevel"][1]
        create_in_highlevel(demo.base_url, place, place["contact_ids"].pop())
        assert child.wait(PATIENCE) == 1
        assert child.stderr is not None
        assert "Traceback" not in child.stderr.read()


def test_it_ends_with_the_server_and_says_so(tmp_path: Path) -> None:
    with serving("demo", data=copy(made(), tmp_path / "data")) as demo, tail(demo.folder) as child:
        assert demo.end() == 0
        assert child.wait(PATIENCE) == 1
        assert child.stderr is not None
        assert child.stderr.read().splitlines()[-1] == "koine: The database has ended."


def test_without_a_server_it_shows_what_has_happened(tmp_path: Path) -> None:
    folder = copy(made(), tmp_path / "data")
    with serving("demo", data=folder), tail(folder, "--after", "0", "--workspace", "1") as child:
        taken(child, KEPT)  # so everything has its position
    with tail(folder, "--after", "0", "--workspace", "1") as child:
        assert len(taken(child, KEPT)) == KEPT
        child.send_signal(signal.SIGINT)
        assert child.wait(PATIENCE) == 0
    assert not (folder / "server.json").exists()


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--after", "-1"], 2, "is no position"),
        (["--after", "x"], 2, "is no position"),
        (["--after", "9223372036854775808"], 2, "is no position"),
        (["--kind", "message.post"], 2, "invalid choice"),
        (["--workspace", "999"], 1, "There is no workspace 999."),
    ],
)
def test_what_makes_no_sense_is_told_in_a_sentence(demo: Serving, words: list[str], code: int, says: str) -> None:
    ended = koine("tail", "--data", demo.folder, *words)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert says in ended.stderr.splitlines()[-1]


def test_an_empty_folder_has_nothing_to_follow(tmp_path: Path) -> None:
    ended = koine("tail", "--data", tmp_path / "data")
    assert (ended.returncode, ended.stderr) == (1, "koine: There is no workspace yet.\n")
    assert asked("workspace", "list", "--data", tmp_path / "data") == []
