"""A job that is asked for again while it is settled is done once more; neither side stands in the other's way."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg

from koine.core.jobs import jobs
from koine.core.jobs.model import Wanted
from koine.demo import World
from koine.postgres.database import Database
from tests.waiting import until


async def test_whoever_asks_waits_for_the_lane_before_touching_the_job(
    database: Database, sql: asyncpg.Connection, world: World, name: str
) -> None:
    """Who settles holds the lane and then writes the job; in the other order each would wait for the other."""
    workspace_id = world.lamplight.workspace.id
    wanted = Wanted(workspace_id, name, lane="a", target="a", due_at=datetime.now(UTC))
    later = Wanted(workspace_id, name, lane="a", target="a", due_at=datetime.now(UTC) + timedelta(hours=1))
    here = (workspace_id, name)

    async def ask(job: Wanted) -> None:
        async with database.writing((workspace_id,)) as tx:
            await jobs.enqueue(tx, [job])

    await ask(wanted)
    async with sql.transaction():
        await sql.execute("select 1 from lanes where workspace_id = $1 and reaction = $2 for update", *here)
        asking = asyncio.create_task(ask(later))
        await until(lambda: sql.fetchval("select count(*) from pg_locks where not granted"))
        await sql.execute("update jobs set state = 'done' where workspace_id = $1 and reaction = $2", *here)
        await sql.execute("delete from lanes where workspace_id = $1 and reaction = $2", *here)
    await asking
    row = await sql.fetchrow("select state, due_at from jobs where workspace_id = $1 and reaction = $2", *here)
    assert tuple(row) == ("waiting", later.due_at)
    assert (
        await sql.fetchval("select run_at from lanes where workspace_id = $1 and reaction = $2", *here) == later.due_at
    )


async def test_so_does_whoever_has_it_tried_again(
    database: Database, sql: asyncpg.Connection, world: World, name: str
) -> None:
    workspace_id = world.lamplight.workspace.id
    here = (workspace_id, name)

    async def again(id: int) -> list[int]:
        async with database.writing((workspace_id,)) as tx:
            return await jobs.retry(tx, [id])

    async with database.writing((workspace_id,)) as tx:
        await jobs.enqueue(tx, [Wanted(workspace_id, name, lane="a", target="a")])
        (job,) = await jobs.find(tx, reaction=name)
    async with sql.transaction():
        await sql.execute("select 1 from lanes where workspace_id = $1 and reaction = $2 for update", *here)
        asking = asyncio.create_task(again(job.id))
        await until(lambda: sql.fetchval("select count(*) from pg_locks where not granted"))
        await sql.execute("update jobs set state = 'quarantined' where workspace_id = $1 and reaction = $2", *here)
        await sql.execute("delete from lanes where workspace_id = $1 and reaction = $2", *here)
    assert await asking == [job.id]
    assert await sql.fetchval("select state from jobs where workspace_id = $1 and reaction = $2", *here) == "waiting"
    assert await sql.fetchval("select count(*) from lanes where workspace_id = $1 and reaction = $2", *here) == 1
