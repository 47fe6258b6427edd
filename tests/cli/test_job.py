"""`koine job` shows what is to be done and what was given up, and has it tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from koine.postgres import embedded
from tests.cli.koine_process import Serving, asked, becomes, copy, koine, made, serving

GIVEN_UP = """
    insert into jobs (workspace_id, reaction, event_id, lane, state, attempts, reason, finished_at)
    select workspace_id, $3, id, '', 'quarantined', 6, 'It failed: ZeroDivisionError.', now()
      from events where workspace_id = $1 and position = $2 returning id
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving("demo", data=copy(made(), tmp_path_factory.mktemp("job") / "data")) as running:
        assert becomes(lambda: fetched(running.folder, "select 1 from feeds where last >= 9 and workspace_id = 1"))
        yield running


def fetched(folder: Path, statement: str, *values: object) -> list[Any]:
    address = embedded.reach(folder)
    assert address is not None
    dsn = address.dsn("koine_admin")

    async def fetch() -> list[Any]:
        connection = await asyncpg.connect(dsn)
        try:
            return await connection.fetch(statement, *values)
        finally:
            await connection.close()

    return asyncio.run(fetch())


def given_up(demo: Serving, *, position: int, workspace: int = 1, reaction: str = "webhooks") -> int:
    """A job that has failed as often as it may; its id."""
    ((id,),) = fetched(demo.folder, GIVEN_UP, workspace, position, reaction)
    return int(id)


def listed(demo: Serving, *words: str) -> dict[int, dict[str, Any]]:
    return {job["id"]: job for job in asked("job", "list", "--data", demo.folder, *words)}


def test_a_job_that_was_given_up_says_why_and_what_it_follows(demo: Serving) -> None:
    id = given_up(demo, position=1)
    ((event, kind),) = fetched(demo.folder, "select uuid, kind from events where workspace_id = 1 and position = 1")
    job = listed(demo, "--state", "quarantined")[id]
    assert job.pop("created_at") == job.pop("finished_at")
    assert job == {
        "workspace_id": 1,
        "id": id,
        "reaction": "webhooks",
        "lane": "",
        "event": str(event),
        "kind": kind,
        "target": "",
        "state": "quarantined",
        "busy": False,
        "attempts": 6,
        "reason": "It failed: ZeroDivisionError.",
        "due_at": None,
    }


def test_those_that_are_listed_can_be_chosen(demo: Serving) -> None:
    here, there = given_up(demo, position=2), given_up(demo, position=2, workspace=2)
    other = given_up(demo, position=2, reaction="nobody-does-this")
    assert {here, there, other} <= listed(demo, "--state", "quarantined").keys()
    second = listed(demo, "--workspace", "2").keys()
    assert there in second
    assert not {here, other} & second
    assert listed(demo, "--reaction", "nobody-does-this").keys() == {other}
    assert listed(demo, "--limit", "1").keys() == {other}
    assert not {here, there, other} & listed(demo, "--state", "waiting").keys()


def test_what_is_tried_again_is_done_by_those_who_serve(demo: Serving) -> None:
    first, second, untold = (given_up(demo, position=position) for position in (3, 4, 5))
    assert asked("job", "retry", str(first), str(second), "--data", demo.folder) == {"retried": [first, second]}
    assert becomes(lambda: listed(demo, "--state", "done").keys() >= {first, second})
    assert listed(demo)[untold]["state"] == "quarantined"
    ended = koine("job", "retry", str(untold), str(first), "--data", demo.folder)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"koine: Not there, or done: {first}. Nothing was tried again.\n"
    assert listed(demo)[untold]["state"] == "quarantined"


def test_all_that_was_given_up_can_be_tried_again_at_once(demo: Serving) -> None:
    ours = {given_up(demo, position=6), given_up(demo, position=6, workspace=2)}
    other = given_up(demo, position=7, reaction="unknown")
    retried = asked("job", "retry", "--quarantined", "--reaction", "webhooks", "--data", demo.folder)["retried"]
    assert set(retried) >= ours
    assert other not in retried
    assert becomes(lambda: listed(demo, "--state", "done").keys() >= ours)
    assert asked("job", "retry", "--quarantined", "--reaction", "webhooks", "--data", demo.folder) == {"retried": []}
    assert other in asked("job", "retry", "--quarantined", "--data", demo.folder)["retried"]
    assert listed(demo)[other]["state"] == "waiting"  # nobody knows how to do it


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["retry"], 2, "Say the ids of jobs, or --quarantined"),
        (["retry", "1", "--quarantined"], 2, "Say the ids of jobs, or --quarantined"),
        (["retry", "1", "--reaction", "webhooks"], 2, "Say the ids of jobs, or --quarantined"),
        (["retry", "x"], 2, "is no id"),
        (["retry", "9223372036854775808"], 2, "is no id"),
        (["retry", "9223372036854775807"], 1, "Not there, or done: 9223372036854775807."),
        (["list", "--limit", "0"], 2, "is no number from 1 to 10000"),
        (["list", "--state", "broken"], 2, "invalid choice"),
        (["list", "--workspace", "999"], 1, "There is no workspace 999."),
    ],
)
def test_what_makes_no_sense_is_told_in_a_sentence(demo: Serving, words: list[str], code: int, says: str) -> None:
    ended = koine("job", *words, "--data", demo.folder)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert says in ended.stderr.splitlines()[-1]
