"""Lanes: they are there as long as they have jobs, and nothing that is added to one is forgotten or hurries it."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Sequence
from datetime import timedelta

import asyncpg

from koine.core.jobs import jobs
from koine.core.jobs.model import Claim, Wanted
from koine.demo import World
from koine.postgres.database import Database
from koine.reactions.table import Reaction
from koine.reactions.task import Task
from koine.work import settlement, store
from tests.waiting import meanwhile, until
from tests.work.conftest import Work
from tests.work.happening import Happened, happen

MINUTE = timedelta(minutes=1)
A_DAY = 86_400.0  # seconds


async def test_what_is_added_to_a_lane_does_not_hurry_its_first_job(
    database: Database, world: World, connection: asyncpg.Connection, name: str
) -> None:
    workspace_id = world.lamplight.workspace.id
    while await store.number(connection, range(store.BUCKETS), "[]"):
        pass
    await _enqueue(database, world, name, "first")
    (claim,) = await _claim(connection, name)
    await store.settle(connection, [settlement.again(claim, "Not yet.", A_DAY)])
    await _enqueue(database, world, name, "second")
    await happen(database, world, Happened(workspace_id))
    follows = [{"name": name, "kinds": None, "lane": "workspace", "wanted": False}]
    assert await store.number(connection, range(store.BUCKETS), json.dumps(follows)) == 1
    async with database.reading((workspace_id,)) as tx:
        assert {job.lane for job in await jobs.find(tx, reaction=name)} == {""}
        assert len(await jobs.find(tx, reaction=name)) == 3
    assert await _claim(connection, name) == []


async def test_a_claim_tells_when_the_next_job_is_due(
    database: Database, world: World, connection: asyncpg.Connection, name: str
) -> None:
    assert await store.claim(connection, [name], 10, MINUTE) == ([], None)
    async with database.writing((world.lamplight.workspace.id,)) as tx:
        due = await tx.value("select now() + interval '1 hour'")
        later = due + timedelta(hours=1)
        for target, at in (("later", later), ("soon", due)):
            await jobs.enqueue(tx, [Wanted(world.lamplight.workspace.id, name, lane=target, target=target, due_at=at)])
    claims, seconds = await store.claim(connection, [name], 10, MINUTE)
    assert claims == []
    assert seconds is not None
    assert 0 < seconds <= 3600


async def test_jobs_are_claimed_no_more_at_once_than_asked_for_and_oldest_lanes_first(
    database: Database, world: World, connection: asyncpg.Connection, name: str
) -> None:
    for lane in ("a", "b", "c"):
        await _enqueue(database, world, name, f"of {lane}", lane=lane)
    claims, seconds = await store.claim(connection, [name], 2, MINUTE)
    assert ([claim.lane for claim in claims], seconds) == (["a", "b"], None)
    assert [claim.lane for claim in await _claim(connection, name)] == ["c"]


async def test_a_lane_goes_with_its_last_job(
    database: Database, world: World, connection: asyncpg.Connection, name: str
) -> None:
    async def there() -> int:
        async with database.reading((world.lamplight.workspace.id,)) as tx:
            return int(await tx.value("select count(*) from lanes where reaction = $1", name))

    await _enqueue(database, world, name, "a")
    await _enqueue(database, world, name, "b")
    for left in (1, 0):
        (claim,) = await _claim(connection, name)
        await store.settle(connection, [settlement.done(claim)])
        assert await there() == left


async def test_a_lane_whose_jobs_were_done_or_cancelled_meanwhile_is_cleared_away(
    database: Database, world: World, connection: asyncpg.Connection, name: str
) -> None:
    """As when a worker died after its effect and before it let go."""
    workspace_id = world.lamplight.workspace.id
    await _enqueue(database, world, name, "a")
    async with database.writing((workspace_id,)) as tx:
        await tx.write("update jobs set state = 'done' where reaction = $1", name)
    assert await _claim(connection, name) == []
    async with database.reading((workspace_id,)) as tx:
        assert await tx.value("select count(*) from lanes where reaction = $1", name) == 0


async def test_who_lets_go_of_a_lane_waits_for_who_is_adding_to_it(
    database: Database, world: World, sql: asyncpg.Connection, connection: asyncpg.Connection, name: str
) -> None:
    """Or the job would be there without a lane, and nobody would come for it."""
    workspace_id = world.lamplight.workspace.id
    await _enqueue(database, world, name, "a")
    (claim,) = await _claim(connection, name)
    async with database.writing((workspace_id,)) as tx:
        await jobs.enqueue(tx, [Wanted(workspace_id, name, target="b")])
        settling = asyncio.create_task(store.settle(connection, [settlement.done(claim)]))

        async def waits() -> bool:
            waiting = "select count(*) from pg_locks where not granted and pid = $1"
            return settling.done() or await sql.fetchval(waiting, connection.get_server_pid()) > 0

        await until(waits)
    assert await settling == {claim.token}
    (added,) = await _claim(connection, name)
    assert added.target == "b"


async def test_nothing_is_forgotten_that_is_added_while_a_lane_is_let_go(
    database: Database, world: World, work: Work, name: str
) -> None:
    """Transactions that are held open add to lanes that come and go all the time."""
    workspace_id = world.lamplight.workspace.id
    lanes = ("a", "b", "c")
    done: list[str] = []

    async def handle(task: Task) -> None:
        done.append(task.claim.target)

    async def add(writer: int) -> None:
        for number in range(40):
            async with database.writing((workspace_id,)) as tx:
                chosen = random.sample(lanes, random.randint(1, 3))
                for lane in chosen:
                    wanted = Wanted(workspace_id, name, lane, target=f"{writer}-{number}-{lane}")
                    added.append(wanted.target)
                    await jobs.enqueue(tx, [wanted])
                    if chosen != sorted(chosen):
                        break  # lanes are locked in the order of their keys
                await asyncio.sleep(random.choice((0, 0, 0.002, 0.01)))

    added: list[str] = []
    async with meanwhile(*(work([Reaction(name, handle, ())]).run for _ in range(2))):
        await asyncio.gather(*(add(writer) for writer in range(6)))
        async with database.writing((workspace_id,)) as tx:
            await jobs.announce(tx)
        await until(lambda: _as_many(done, added))
    assert sorted(done) == sorted(added)


async def _enqueue(database: Database, world: World, reaction: str, target: str, lane: str = "") -> None:
    workspace_id = world.lamplight.workspace.id
    async with database.writing((workspace_id,)) as tx:
        await jobs.enqueue(tx, [Wanted(workspace_id, reaction, lane, target=target)])


async def _claim(connection: asyncpg.Connection, reaction: str) -> list[Claim]:
    claims, _ = await store.claim(connection, [reaction], 10, MINUTE)
    return claims


async def _as_many(done: Sequence[object], added: Sequence[object]) -> bool:
    return len(done) >= len(added)
