"""The worker: every job is done, those of a lane one after the other in their order, and what fails waits or ends."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from koine.core.jobs import jobs
from koine.core.jobs.model import Job, Wanted
from koine.demo import World
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from koine.reactions.table import Reaction
from koine.reactions.task import Again, GiveUp, Task
from koine.work.relay import Relay
from tests.waiting import meanwhile, until
from tests.work.conftest import Work
from tests.work.happening import Happened, happen


async def test_what_follows_an_event_is_done(
    dsn: str, database: Database, world: World, notices: Notices, work: Work, name: str
) -> None:
    workspace_id = world.lamplight.workspace.id
    done: list[int | None] = []

    async def handle(task: Task) -> None:
        assert task.claim.workspace_id == workspace_id
        done.append(task.claim.event_id)

    follows = [Reaction(name, handle, (Happened.kind,), "workspace")]
    async with meanwhile(Relay(dsn, follows, notices=notices).run, work(follows).run):
        await happen(database, world, *(Happened(workspace_id) for _ in range(5)))
        notices.wrote()
        await until(lambda: _all_ended(database, world, name, 5))
    async with database.reading((workspace_id,)) as tx:
        rows = await tx.rows("select id from events where kind = $1 order by position", Happened.kind)
    assert done == [row["id"] for row in rows]


async def test_never_two_of_a_lane_at_once_and_always_in_order(
    work: Work, database: Database, world: World, name: str
) -> None:
    """Three workers, failures, and jobs that are added while others are done."""
    running: dict[str, int] = defaultdict(int)
    done: dict[str, list[str]] = defaultdict(list)
    most_at_once = 0

    async def handle(task: Task) -> None:
        nonlocal most_at_once
        lane = task.claim.lane
        running[lane] += 1
        try:
            assert running[lane] == 1
            most_at_once = max(most_at_once, sum(running.values()))
            await asyncio.sleep(random.random() / 100)
            if random.random() < 0.2:
                raise Again("Not yet.", after=random.random() / 20)
            done[lane].append(task.claim.target)
        finally:
            running[lane] -= 1

    follows = [Reaction(name, handle, (), waits=(0.0,) * 50)]
    lanes = [f"lane-{number}" for number in range(6)]
    async with meanwhile(*(work(follows, at_once=4).run for _ in range(3))):
        for step in range(20):
            await _enqueue(database, world, *(_wanted(world, name, lane, f"{step:02}-{lane}") for lane in lanes))
        await until(lambda: _all_ended(database, world, name, 20 * len(lanes)))
    assert most_at_once > 1, "lanes do not wait for each other"
    for lane in lanes:
        assert done[lane] == [f"{step:02}-{lane}" for step in range(20)]
    assert {job.state for job in await _jobs(database, world, name)} == {"done"}


async def test_a_lane_waits_for_its_first_job_and_others_do_not(
    work: Work, database: Database, world: World, name: str
) -> None:
    done: list[str] = []
    let_go = asyncio.Event()

    async def handle(task: Task) -> None:
        if task.claim.target == "first" and not let_go.is_set():
            raise Again("Not yet.", after=0.01)
        done.append(task.claim.target)

    follows = [Reaction(name, handle, (), waits=(0.0,) * 10_000)]
    async with meanwhile(work(follows).run):
        await _enqueue(
            database,
            world,
            _wanted(world, name, "a", "first"),
            _wanted(world, name, "a", "second"),
            _wanted(world, name, "b", "other"),
        )
        await until(lambda: _has(done, "other"))
        await until(lambda: _attempted(database, world, name, 3))
        assert done == ["other"]
        let_go.set()
        await until(lambda: _all_ended(database, world, name, 3))
    assert done == ["other", "first", "second"]


async def test_what_fails_too_often_is_put_in_quarantine_with_the_reason_and_its_lane_goes_on(
    work: Work, database: Database, world: World, name: str
) -> None:
    tried: list[str] = []

    async def handle(task: Task) -> None:
        tried.append(task.claim.target)
        match task.claim.target:
            case "again":
                raise Again("The other side is not at home.")
            case "hopeless":
                raise GiveUp("The other side has moved.")
            case "bug":
                raise ValueError("a secret")
            case "slow":
                await asyncio.sleep(3600)

    follows = [Reaction(name, handle, (), waits=(0.0, 0.0), seconds=0.2)]
    targets = ("again", "hopeless", "bug", "slow", "good")
    async with meanwhile(work(follows).run):
        await _enqueue(database, world, *(_wanted(world, name, "", target) for target in targets))
        await until(lambda: _all_ended(database, world, name, len(targets)))
    found = {job.target: (job.state, job.attempts, job.reason) for job in await _jobs(database, world, name)}
    assert found == {
        "again": ("quarantined", 3, "The other side is not at home."),
        "hopeless": ("quarantined", 1, "The other side has moved."),
        "bug": ("quarantined", 3, "It failed: ValueError."),
        "slow": ("quarantined", 3, "It took longer than 0.2 seconds."),
        "good": ("done", 0, None),
    }
    assert tried == ["again"] * 3 + ["hopeless"] + ["bug"] * 3 + ["slow"] * 3 + ["good"]


async def test_a_job_in_quarantine_can_be_tried_again(work: Work, database: Database, world: World, name: str) -> None:
    mended = False

    async def handle(task: Task) -> None:
        if not mended:
            raise GiveUp("Broken.")

    follows = [Reaction(name, handle, ())]
    async with meanwhile(work(follows).run):
        await _enqueue(database, world, _wanted(world, name, "", "it"))
        await until(lambda: _all_ended(database, world, name, 1))
        (job,) = await _jobs(database, world, name)
        assert job.state == "quarantined"
        mended = True
        async with database.writing((job.workspace_id,)) as tx:
            assert await jobs.retry(tx, [job.id]) == [job.id]
            assert await jobs.retry(tx, [job.id + 1_000_000]) == []
            await jobs.announce(tx)
        await until(lambda: _in_state(database, world, name, "done"))
    (job,) = await _jobs(database, world, name)
    assert (job.attempts, job.reason) == (0, None)


async def test_a_job_that_waits_for_another_attempt_can_be_tried_now(
    work: Work, database: Database, world: World, name: str
) -> None:
    mended = False

    async def handle(task: Task) -> None:
        if not mended:
            raise Again("Not yet.", after=1_000_000)

    async with meanwhile(work([Reaction(name, handle, ())]).run):
        await _enqueue(database, world, _wanted(world, name, "", "first"), _wanted(world, name, "", "second"))
        await until(lambda: _attempted(database, world, name, 1))
        mended = True
        ids = [job.id for job in await _jobs(database, world, name)]
        async with database.writing((world.lamplight.workspace.id,)) as tx:
            assert await jobs.retry(tx, [min(ids)]) == [min(ids)]
            await jobs.announce(tx)
        await until(lambda: _all_ended(database, world, name, 2))


async def test_a_job_is_done_when_it_is_due_and_not_before(
    work: Work, database: Database, world: World, name: str
) -> None:
    done: list[tuple[str, bool]] = []

    async def handle(task: Task) -> None:
        assert task.claim.due_at is not None
        done.append((task.claim.target, datetime.now(UTC) >= task.claim.due_at))

    now = datetime.now(UTC)
    async with meanwhile(work([Reaction(name, handle, ())]).run):
        await _enqueue(
            database,
            world,
            _wanted(world, name, "", "tomorrow", now + timedelta(days=1)),
            _wanted(world, name, "", "later", now + timedelta(seconds=1.5)),
            _wanted(world, name, "", "soon", now + timedelta(seconds=0.5)),
            _wanted(world, name, "", "cancelled", now + timedelta(seconds=0.5)),
        )
        async with database.writing((world.lamplight.workspace.id,)) as tx:
            assert await jobs.cancel(tx, world.lamplight.workspace.id, name, "cancelled")
            assert not await jobs.cancel(tx, world.lamplight.workspace.id, name, "cancelled")
        await until(lambda: _has(done, ("later", True)))
    assert done == [("soon", True), ("later", True)]


async def test_a_job_without_an_event_moves_when_it_is_wanted_again(
    work: Work, database: Database, world: World, name: str
) -> None:
    done: list[str] = []

    async def handle(task: Task) -> None:
        done.append(task.claim.lane)

    tomorrow = datetime.now(UTC) + timedelta(days=1)
    await _enqueue(database, world, _wanted(world, name, "one", "it", tomorrow))
    await _enqueue(database, world, _wanted(world, name, "two", "it"))
    async with meanwhile(work([Reaction(name, handle, ())]).run):
        await until(lambda: _all_ended(database, world, name, 1))
        await _enqueue(database, world, _wanted(world, name, "three", "it"))
        await until(lambda: _has(done, "three"))
        await until(lambda: _all_ended(database, world, name, 1))
    assert done == ["two", "three"]


async def test_an_event_makes_one_job_of_a_reaction_for_each_target(
    database: Database, world: World, name: str
) -> None:
    workspace_id = world.lamplight.workspace.id
    wanted = [Wanted(workspace_id, name, event_id=7, target=target) for target in ("a", "b")]
    for _ in range(2):
        await _enqueue(database, world, *wanted)
    assert sorted(job.target for job in await _jobs(database, world, name)) == ["a", "b"]


async def test_an_effect_and_its_job_happen_together_or_not_at_all(
    work: Work, database: Database, world: World, name: str
) -> None:
    workspace_id = world.lamplight.workspace.id
    tries = 0

    async def handle(task: Task) -> None:
        nonlocal tries
        tries += 1
        async with task.effect() as tx:
            assert tx.workspaces == (workspace_id,)
            await jobs.enqueue(tx, [Wanted(workspace_id, f"{name}-next", target=str(tries))])
            if tries == 1:
                raise Again("It broke in the middle.", after=0)
        raise ValueError("After its effect a job is done, whatever comes.")

    async with meanwhile(work([Reaction(name, handle, ())]).run):
        await _enqueue(database, world, _wanted(world, name, "", "it"))
        await until(lambda: _all_ended(database, world, name, 1))
    (job,) = await _jobs(database, world, name)
    assert (tries, job.state, job.attempts) == (2, "done", 1)
    assert [job.target for job in await _jobs(database, world, f"{name}-next")] == ["2"]


async def test_when_it_is_time_to_stop_what_was_begun_ends_and_the_rest_is_left(
    work: Work, database: Database, world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("koine.work.worker.PATIENCE", 0.5)
    begun: list[str] = []

    async def handle(task: Task) -> None:
        begun.append(task.claim.target)
        await asyncio.sleep(0.1 if task.claim.target == "short" else 3600)

    async with meanwhile(work([Reaction(name, handle, (), seconds=7200)], at_once=2).run):
        await _enqueue(
            database,
            world,
            _wanted(world, name, "1", "long"),
            _wanted(world, name, "2", "short"),
            _wanted(world, name, "1", "never"),
        )
        await until(lambda: _has(begun, "short"))
    found = {job.target: (job.state, job.attempts, job.busy) for job in await _jobs(database, world, name)}
    assert found == {"long": ("waiting", 0, False), "short": ("done", 0, False), "never": ("waiting", 0, False)}


async def test_working_goes_on_after_the_connection_was_cut(
    work: Work, database: Database, world: World, sql: asyncpg.Connection, name: str
) -> None:
    done: list[str] = []

    async def handle(task: Task) -> None:
        done.append(task.claim.target)
        if task.claim.target == "cut":
            await sql.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'koine worker'"
            )

    async with meanwhile(work([Reaction(name, handle, ())]).run):
        await _enqueue(database, world, *(_wanted(world, name, "", target) for target in ("one", "cut", "two")))
        await until(lambda: _all_ended(database, world, name, 3))
    assert done == ["one", "cut", "two"]


def _wanted(world: World, reaction: str, lane: str, target: str, due_at: datetime | None = None) -> Wanted:
    return Wanted(world.lamplight.workspace.id, reaction, lane, target=target, due_at=due_at)


async def _enqueue(database: Database, world: World, *wanted: Wanted) -> None:
    async with database.writing((world.lamplight.workspace.id,)) as tx:
        await jobs.enqueue(tx, wanted)
        await jobs.announce(tx)


async def _jobs(database: Database, world: World, reaction: str) -> list[Job]:
    async with database.reading((world.lamplight.workspace.id, world.harbour.workspace.id)) as tx:
        return await jobs.find(tx, reaction=reaction, limit=1000)


async def _all_ended(database: Database, world: World, reaction: str, many: int) -> bool:
    found = await _jobs(database, world, reaction)
    return len(found) == many and all(job.state != "waiting" for job in found)


async def _in_state(database: Database, world: World, reaction: str, state: str) -> bool:
    return {job.state for job in await _jobs(database, world, reaction)} == {state}


async def _attempted(database: Database, world: World, reaction: str, times: int) -> bool:
    return any(job.attempts >= times for job in await _jobs(database, world, reaction))


async def _has(what: Sequence[object], wanted: object) -> bool:
    return wanted in what
