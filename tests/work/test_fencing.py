"""A job that is held is held by one: who lost it can do nothing for it any more."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from koine.core.jobs import jobs
from koine.core.jobs.model import Claim, Wanted
from koine.demo import World
from koine.postgres.database import Database
from koine.reactions.table import Reaction
from koine.reactions.task import LeaseLost, Task
from koine.work import settlement, store
from koine.work.attempt import Held, attempt
from koine.work.settlement import Settlement
from tests.waiting import meanwhile, until
from tests.work import processes
from tests.work.conftest import Work

MINUTE = timedelta(minutes=1)
OVER_AT_ONCE = timedelta(0)


async def test_what_is_held_is_given_to_nobody_else_until_the_lease_is_over(
    database: Database, world: World, connection: asyncpg.Connection, name: str
) -> None:
    await _enqueue(database, world, name, "a", "b")
    first = await _claim(connection, name, OVER_AT_ONCE)
    second = await _claim(connection, name, MINUTE)
    assert first is not None
    assert second is not None
    assert (first.target, second.target) == ("a", "a")
    assert first.token != second.token
    assert await _claim(connection, name, MINUTE) is None, "b comes after a"


async def test_a_worker_that_lost_its_lease_cannot_settle(
    database: Database, world: World, connection: asyncpg.Connection, name: str
) -> None:
    await _enqueue(database, world, name, "a", "b")
    late = await _claim(connection, name, OVER_AT_ONCE)
    now = await _claim(connection, name, MINUTE)
    assert late is not None
    assert now is not None
    for settled in (
        settlement.done(late),
        settlement.again(late, "It failed.", 0),
        settlement.quarantined(late, "It failed."),
        settlement.left(late),
    ):
        assert await store.settle(connection, [settled]) == set()
        assert await _claim(connection, name, MINUTE) is None, "the lane is still held by the other one"
    assert await store.renew(connection, [late, now], MINUTE) == {now.token}
    assert await _states(database, world, name) == {"a": "waiting", "b": "waiting"}
    assert await store.settle(connection, [settlement.done(now)]) == {now.token}
    assert await _states(database, world, name) == {"a": "done", "b": "waiting"}


async def test_what_is_settled_twice_counts_once(
    database: Database, world: World, connection: asyncpg.Connection, name: str
) -> None:
    """As when the answer to the first time was lost."""
    await _enqueue(database, world, name, "a")
    held = await _claim(connection, name, MINUTE)
    assert held is not None
    failed = settlement.again(held, "It failed.", 0)
    assert await store.settle(connection, [failed]) == {held.token}
    assert await store.settle(connection, [failed]) == set()
    async with database.reading((world.lamplight.workspace.id,)) as tx:
        (job,) = await jobs.find(tx, reaction=name)
    assert (job.state, job.attempts, job.reason) == ("waiting", 1, "It failed.")


async def test_a_worker_that_lost_its_lease_has_no_effect(
    database: Database, world: World, connection: asyncpg.Connection, name: str
) -> None:
    await _enqueue(database, world, name, "a")
    late = await _claim(connection, name, OVER_AT_ONCE)
    now = await _claim(connection, name, MINUTE)
    assert late is not None
    assert now is not None
    with pytest.raises(LeaseLost):
        async with Held(late, database).effect():
            pytest.fail("the effect was begun")
    assert await _attempt(database, late) == settlement.left(late)
    assert await _states(database, world, name) == {"a": "waiting"}
    assert await _attempt(database, now) == settlement.done(now)
    assert await _states(database, world, name) == {"a": "done"}


async def test_who_has_begun_an_effect_in_time_may_end_it(
    database: Database, world: World, connection: asyncpg.Connection, name: str
) -> None:
    """Until it is committed or undone nobody else gets the job, although the lease is over; and nobody waits for it."""
    await _enqueue(database, world, name, "a")
    held = await _claim(connection, name, OVER_AT_ONCE)
    assert held is not None
    async with Held(held, database).effect():
        assert await _claim(connection, name, MINUTE) is None
        await _enqueue(database, world, name, "b")
    assert await _states(database, world, name) == {"a": "done", "b": "waiting"}
    after = await _claim(connection, name, MINUTE)
    assert after is not None
    assert after.target == "b"


async def test_a_token_is_never_given_twice_even_when_a_lane_came_and_went(
    database: Database, world: World, connection: asyncpg.Connection, name: str
) -> None:
    tokens = []
    for target in ("a", "b", "c"):
        await _enqueue(database, world, name, target)
        claim = await _claim(connection, name, MINUTE)
        assert claim is not None
        tokens.append(claim.token)
        assert await store.settle(connection, [settlement.done(claim)]) == {claim.token}
    assert len(set(tokens)) == 3


async def test_a_job_that_was_moved_while_it_was_held_is_done_again_then(
    database: Database, world: World, connection: asyncpg.Connection, name: str
) -> None:
    workspace_id = world.lamplight.workspace.id
    await _enqueue(database, world, name, "a")
    held = await _claim(connection, name, MINUTE)
    assert held is not None
    async with database.writing((workspace_id,)) as tx:
        due = await tx.value("select now() - interval '1 minute'")
        await jobs.enqueue(tx, [Wanted(workspace_id, name, target="a", due_at=due)])
    assert await store.settle(connection, [settlement.done(held)]) == {held.token}
    again = await _claim(connection, name, MINUTE)
    assert again is not None
    assert (again.id, again.due_at) == (held.id, due)


async def test_a_job_whose_workers_go_away_each_time_ends_in_quarantine(
    database: Database, world: World, connection: asyncpg.Connection, name: str
) -> None:
    await _enqueue(database, world, name, "a")
    for lost in range(3):
        claim = await _claim(connection, name, OVER_AT_ONCE)
        assert claim is not None
        assert claim.attempts == lost
    claim = await _claim(connection, name, MINUTE)
    assert claim is not None
    settled = await _attempt(database, claim, waits=(0.0, 0.0))
    assert settled.outcome == "quarantined"
    await store.settle(connection, [settled])
    assert await _states(database, world, name) == {"a": "quarantined"}


async def test_the_job_of_a_killed_worker_is_done_by_another_and_once(
    dsn: str, database: Database, world: World, work: Work, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("koine.work.worker.POLL", 0.1)
    effects = 0

    async def handle(task: Task) -> None:
        nonlocal effects
        async with task.effect():
            effects += 1

    await _enqueue(database, world, name, "a", "b")
    starting = processes.started("working.py", dsn, name, "0.5")
    process = await asyncio.to_thread(starting.__enter__)
    try:
        async with database.reading((world.lamplight.workspace.id,)) as tx:
            busy = {job.target: job.busy for job in await jobs.find(tx, reaction=name)}
        assert busy["a"]
        process.kill()
        async with meanwhile(work([Reaction(name, handle, ())]).run):
            await until(lambda: _all_done(database, world, name))
    finally:
        await asyncio.to_thread(starting.__exit__, None, None, None)
    assert effects == 2
    async with database.reading((world.lamplight.workspace.id,)) as tx:
        found = {job.target: job.attempts for job in await jobs.find(tx, reaction=name)}
    assert found == {"a": 1, "b": 0}


async def test_a_lease_is_renewed_while_the_job_takes_its_time(
    database: Database,
    world: World,
    connection: asyncpg.Connection,
    work: Work,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("koine.work.worker.RENEWAL", 0.05)
    let_go = asyncio.Event()
    begun: list[int] = []

    async def handle(task: Task) -> None:
        begun.append(task.claim.token)
        await let_go.wait()

    async def lease_until() -> object:
        async with database.reading((world.lamplight.workspace.id,)) as tx:
            return await tx.value("select lease_until from lanes where reaction = $1", name)

    await _enqueue(database, world, name, "a")
    async with meanwhile(work([Reaction(name, handle, ())]).run):
        await until(lambda: _true(begun))
        first = await lease_until()
        await until(lambda: _longer(lease_until, first))
        let_go.set()
        await until(lambda: _all_done(database, world, name))
    assert len(begun) == 1


async def test_who_loses_a_job_while_doing_it_stops(
    database: Database, world: World, sql: asyncpg.Connection, work: Work, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("koine.work.worker.RENEWAL", 0.05)
    stopped: list[int] = []

    async def handle(task: Task) -> None:
        try:
            if not stopped:
                await sql.execute("update lanes set token = token + 1 where reaction = $1", name)
                await asyncio.sleep(3600)
        except asyncio.CancelledError:
            stopped.append(task.claim.token)
            await sql.execute("update lanes set lease_until = now() where reaction = $1", name)
            raise

    await _enqueue(database, world, name, "a")
    async with meanwhile(work([Reaction(name, handle, (), seconds=7200)]).run):
        await until(lambda: _true(stopped))
        await until(lambda: _all_done(database, world, name))


async def _enqueue(database: Database, world: World, reaction: str, *targets: str) -> None:
    workspace_id = world.lamplight.workspace.id
    async with database.writing((workspace_id,)) as tx:
        await jobs.enqueue(tx, [Wanted(workspace_id, reaction, target=target) for target in targets])
        await jobs.announce(tx)


async def _claim(connection: asyncpg.Connection, reaction: str, lease: timedelta) -> Claim | None:
    claims, _ = await store.claim(connection, [reaction], 10, lease)
    assert len(claims) <= 1
    return claims[0] if claims else None


async def _attempt(database: Database, claim: Claim, waits: tuple[float, ...] = (0.0,) * 5) -> Settlement:
    async def handle(task: Task) -> None:
        async with task.effect():
            pass

    return await attempt(Reaction(claim.reaction, handle, (), waits=waits), Held(claim, database))


async def _states(database: Database, world: World, reaction: str) -> dict[str, str]:
    async with database.reading((world.lamplight.workspace.id,)) as tx:
        return {job.target: job.state for job in await jobs.find(tx, reaction=reaction)}


async def _all_done(database: Database, world: World, reaction: str) -> bool:
    return set((await _states(database, world, reaction)).values()) == {"done"}


async def _longer(lease_until: object, first: object) -> bool:
    return await lease_until() != first  # type: ignore[operator]


async def _true(what: object) -> bool:
    return bool(what)
