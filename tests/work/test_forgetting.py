"""What is forgotten in time, and what is not."""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest

from koine.core.actor import system
from koine.core.errors import PositionGone
from koine.core.feed import feed
from koine.core.jobs import jobs
from koine.core.jobs.model import Wanted
from koine.core.tokens import secrets, tokens
from koine.core.tokens.tokens import Grant
from koine.demo import World
from koine.postgres.database import Database
from koine.settings import Settings
from koine.work import entries, store
from tests.work.happening import Happened, happen

SETTINGS = Settings(data=Path("nowhere"), database_url=None, postgres="auto", event_retention_days=30)


async def test_the_feed_goes_back_as_far_as_the_settings_say(
    database: Database, world: World, sql: asyncpg.Connection, connection: asyncpg.Connection
) -> None:
    workspace_id = world.lamplight.workspace.id
    reader = system(world.account_id, workspace_id)
    await _number(connection)
    async with database.reading((workspace_id,)) as tx:
        before = (await feed.extent(tx, workspace_id)).last
    await sql.execute("update events set created_at = now() - interval '31 days' where workspace_id = $1", workspace_id)
    await happen(database, world, Happened(workspace_id), Happened(workspace_id))
    await _number(connection)
    await sql.execute(
        "update events set created_at = now() - interval '29 days' where workspace_id = $1 and position = $2",
        workspace_id,
        before + 1,
    )
    await entries.forget_events(database, SETTINGS)
    async with database.reading((workspace_id,)) as tx:
        assert await feed.oldest(tx, workspace_id) == before
        page = await feed.page(tx, reader, workspace_id, before, limit=10)
        assert [event.position for event in page.events] == [before + 1, before + 2]
        with pytest.raises(PositionGone) as gone:
            await feed.page(tx, reader, workspace_id, before - 1, limit=10)
    assert gone.value.oldest == before


async def test_positions_go_on_after_everything_was_forgotten(
    database: Database, world: World, sql: asyncpg.Connection, connection: asyncpg.Connection
) -> None:
    workspace_id = world.harbour.workspace.id
    await _number(connection)
    await sql.execute("update events set created_at = now() - interval '31 days' where workspace_id = $1", workspace_id)
    await entries.forget_events(database, SETTINGS)
    async with database.reading((workspace_id,)) as tx:
        extent = await feed.extent(tx, workspace_id)
        assert extent.pruned == extent.last > 0
        assert await tx.value("select count(*) from events") == 0
    await happen(database, world, Happened(workspace_id))
    await _number(connection)
    async with database.reading((workspace_id,)) as tx:
        assert await tx.value("select position from events") == extent.last + 1


async def test_what_has_no_position_yet_is_not_forgotten(
    database: Database, world: World, sql: asyncpg.Connection, connection: asyncpg.Connection
) -> None:
    workspace_id = world.lamplight.workspace.id
    await _number(connection)
    await happen(database, world, Happened(workspace_id))
    await sql.execute("update events set created_at = now() - interval '31 days' where workspace_id = $1", workspace_id)
    await entries.forget_events(database, SETTINGS)
    async with database.reading((workspace_id,)) as tx:
        assert await tx.value("select count(*) from events where position is null") == 1


async def test_events_of_other_workspaces_are_not_forgotten_by_who_sees_one(
    database: Database, world: World, sql: asyncpg.Connection, connection: asyncpg.Connection
) -> None:
    lamplight, harbour = world.lamplight.workspace.id, world.harbour.workspace.id
    await _number(connection)
    await sql.execute(
        "update events set created_at = now() - interval '31 days' where workspace_id = any ($1::bigint[])",
        [lamplight, harbour],
    )
    before = await sql.fetchval("select count(*) from events where workspace_id = $1", harbour)
    async with database.writing((lamplight,)) as tx:
        assert await tx.write("select forget_events(interval '1 day')")
    assert await sql.fetchval("select count(*) from events where workspace_id = $1", lamplight) == 0
    assert await sql.fetchval("select count(*) from events where workspace_id = $1", harbour) == before > 0


async def test_nobody_can_have_everything_forgotten(database: Database, world: World) -> None:
    with pytest.raises(asyncpg.RaiseError):
        async with database.writing((world.lamplight.workspace.id,)) as tx:
            await tx.write("select forget_events(interval '0')")


async def test_jobs_that_ended_long_ago_are_forgotten(
    database: Database, world: World, sql: asyncpg.Connection, name: str
) -> None:
    workspace_id = world.lamplight.workspace.id
    ages = {"new": ("done", "2 days"), "old": ("done", "4 days"), "waiting": ("waiting", "400 days")}
    ages |= {"failed": ("quarantined", "4 days"), "failed long ago": ("quarantined", "91 days")}
    async with database.writing((workspace_id,)) as tx:
        await jobs.enqueue(tx, [Wanted(workspace_id, name, target=target) for target in ages])
    for target, (state, age) in ages.items():
        await sql.execute(
            "update jobs set state = $3, created_at = now() - $4::text::interval,"
            " finished_at = case $3 when 'waiting' then null else now() - $4::text::interval end"
            " where reaction = $1 and target = $2",
            name,
            target,
            state,
            age,
        )
    await entries.forget_jobs(database, SETTINGS)
    async with database.reading((workspace_id,)) as tx:
        assert {job.target for job in await jobs.find(tx, reaction=name)} == {"new", "waiting", "failed"}


async def test_answers_are_forgotten_after_a_day(database: Database, world: World, sql: asyncpg.Connection) -> None:
    for key, age in (("new", "23 hours"), ("old", "25 hours")):
        await sql.execute(
            "insert into idempotency_keys (workspace_id, actor_kind, actor_id, key, fingerprint, status, content_type,"
            " body, created_at) values ($1, 'user', 1, $2, '', 200, '', '', now() - $3::text::interval)",
            world.lamplight.workspace.id,
            key,
            age,
        )
    await entries.forget_answers(database, SETTINGS)
    async with database.reading((world.lamplight.workspace.id,)) as tx:
        assert [row["key"] for row in await tx.rows("select key from idempotency_keys")] == ["new"]


async def test_access_tokens_are_forgotten_a_week_after_their_end_and_others_never(
    database: Database, world: World, sql: asyncpg.Connection
) -> None:
    by = system(world.account_id)
    async with database.writing(()) as tx:
        client = await tokens.create(tx, by, Grant("tight", "client"), secret=secrets.new())
        made = {"client": client.id}
        for name in ("ended", "ending", "lasting"):
            grant = Grant("tight", "access", client_id=client.id)
            made[name] = (await tokens.issue(tx, by, grant, secret=secrets.new())).id
    for name, ago in (("client", "8 days"), ("ended", "8 days"), ("ending", "6 days")):
        await sql.execute("update tokens set expires_at = now() - $2::text::interval where id = $1", made[name], ago)
    await entries.forget_tokens(database, SETTINGS)
    rows = await sql.fetch("select id from tokens where id = any ($1::bigint[])", list(made.values()))
    assert {row["id"] for row in rows} == {made["client"], made["ending"], made["lasting"]}


async def _number(connection: asyncpg.Connection) -> None:
    while await store.number(connection, range(store.BUCKETS), "[]"):
        pass
