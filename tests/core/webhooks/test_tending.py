"""The log goes back so far and no further, and a queue that was left lying is gone through."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from koine.core.actor import Actor
from koine.core.identity import new_uuid
from koine.core.webhooks import log, replaying, tending
from koine.core.webhooks.model import Due, Outcome, Webhook
from koine.core.webhooks.store import deliveries
from koine.demo import World
from koine.postgres.database import Database
from koine.reactions.webhooks import SHAPES
from koine.settings import Settings
from koine.work import entries
from tests.core.webhooks.conftest import Create


@pytest.fixture
async def webhook(create: Create) -> Webhook:
    return (await create()).webhook


@pytest.fixture
async def tried(database: Database, koine: Actor, webhook: Webhook) -> list[UUID]:
    """Three deliveries with two tries each."""
    ids = []
    async with database.writing(koine.workspaces) as tx:
        for _ in range(3):
            uuid = new_uuid()
            ids.append(uuid)
            await deliveries.ping(tx, webhook.home_id, webhook.id, uuid, "webhook.test")
            ((row,), _) = await deliveries.queue(tx, webhook.id, 1)
            for attempts, state in ((0, "waiting"), (1, "delivered")):
                due = Due(row.workspace_id, row.id, row.uuid, None, row.kind, "", attempts, row.created_at)
                await deliveries.settle(tx, webhook.id, due, Outcome(200, None, "", 1), state, 0.0)  # type: ignore[arg-type]
    return ids


async def test_deliveries_are_forgotten_with_their_tries_when_they_are_old(
    database: Database, sql: asyncpg.Connection, koine: Actor, webhook: Webhook, tried: list[UUID]
) -> None:
    old, recent, _ = tried
    for uuid, days in ((old, 31), (recent, 29)):
        query = "update webhook_deliveries set created_at = now() - make_interval(days => $2) where uuid = $1"
        await sql.execute(query, uuid, days)
    settings = Settings(data=Path("nowhere"), database_url=None, postgres="auto", event_retention_days=30)
    await entries.tend_webhooks(database, settings)
    async with database.reading(koine.workspaces) as tx:
        assert {each.delivery for each in await log.tries(tx, webhook)} == set(tried[1:])
    assert await sql.fetchval("select count(*) from webhook_tries where webhook_id = $1", webhook.id) == 4


async def test_they_are_kept_for_a_week_however_short_the_feed_is(
    database: Database, sql: asyncpg.Connection, koine: Actor, webhook: Webhook, tried: list[UUID]
) -> None:
    await sql.execute("update webhook_deliveries set created_at = now() - interval '6 days' where uuid = $1", tried[0])
    await sql.execute("update webhook_deliveries set created_at = now() - interval '8 days' where uuid = $1", tried[1])
    settings = Settings(data=Path("nowhere"), database_url=None, postgres="auto", event_retention_days=1)
    await entries.tend_webhooks(database, settings)
    async with database.reading(koine.workspaces) as tx:
        assert {each.delivery for each in await log.tries(tx, webhook)} == {tried[0], tried[2]}


async def test_the_log_is_read_page_by_page_the_newest_first(
    database: Database, koine: Actor, webhook: Webhook, tried: list[UUID]
) -> None:
    async with database.reading(koine.workspaces) as tx:
        every = await log.tries(tx, webhook)
        assert [(each.delivery, each.number) for each in every] == [
            (uuid, number) for uuid in reversed(tried) for number in (2, 1)
        ]
        first = await log.tries(tx, webhook, limit=4)
        assert [*first, *await log.tries(tx, webhook, before=first[-1].id)] == every
        assert await log.tries(tx, webhook, delivery=tried[1]) == every[2:4]
        assert await log.tries(tx, webhook, delivery=tried[1], before=every[2].id) == every[3:4]
        assert await log.tries(tx, webhook, delivery=new_uuid()) == []


async def test_what_lies_in_a_queue_that_nobody_goes_through_is_found(
    database: Database, sql: asyncpg.Connection, world: World, koine: Actor, create: Create
) -> None:
    """Whatever it was that took its job away; also where it is one of the account and at home elsewhere."""
    lying, fresh, paused, whole = [(await create(workspace_id=id)).webhook for id in (*[koine.workspaces[0]] * 3, None)]
    old, now = datetime.now(UTC) - timedelta(minutes=6), datetime.now(UTC)
    for webhook, at, workspace_id in (
        *((each, old, koine.workspaces[0]) for each in (lying, paused)),
        (fresh, now, koine.workspaces[0]),
        (whole, old, koine.workspaces[1]),
    ):
        await sql.execute(
            "insert into webhook_deliveries (workspace_id, uuid, webhook_id, kind, due_at)"
            " values ($1, $2, $3, 'x', $4)",
            workspace_id,
            new_uuid(),
            webhook.id,
            at,
        )
    await sql.execute("update webhooks set paused_until = now() + interval '1 hour' where id = $1", paused.id)
    for workspace_id in koine.workspaces:
        async with database.writing((workspace_id,)) as tx:
            await tending.wake(tx)
    rows = await sql.fetch(
        "select workspace_id, lane from jobs where reaction = 'webhook' and workspace_id = any ($1) order by id",
        [*koine.workspaces],
    )
    assert [tuple(row) for row in rows] == [(koine.workspaces[0], str(id)) for id in (lying.id, whole.id)]


async def test_a_test_goes_before_all_that_waits(
    database: Database, sql: asyncpg.Connection, koine: Actor, webhook: Webhook
) -> None:
    await sql.execute(
        "insert into webhook_deliveries (workspace_id, uuid, webhook_id, kind, due_at)"
        " select $1, gen_random_uuid(), $2, 'x', now() - interval '1 day' from generate_series(1, 20)",
        webhook.home_id,
        webhook.id,
    )
    async with database.writing(koine.workspaces) as tx:
        uuid = await replaying.test(tx, koine, webhook)
        due, more = await deliveries.queue(tx, webhook.id, 10)
    assert (due[0].uuid, len(due), more) == (uuid, 10, True)


async def test_a_stretch_in_which_too_much_happened_is_refused_before_it_is_read(
    database: Database, koine: Actor, webhook: Webhook, sql: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace_id = webhook.home_id
    await sql.execute(
        "with numbered as (select id, row_number() over (order by id) as position from events where workspace_id = $1)"
        " update events e set position = n.position from numbered n where e.workspace_id = $1 and e.id = n.id",
        workspace_id,
    )
    last = await sql.fetchval("select max(position) from events where workspace_id = $1", workspace_id)
    await sql.execute(
        "insert into feeds (workspace_id, last) values ($1, $2) on conflict (workspace_id) do update set last = $2",
        workspace_id,
        last,
    )
    since = datetime.now(UTC) - timedelta(hours=1)
    monkeypatch.setattr(replaying, "LOOKED_THROUGH", last - 1)
    async with database.writing(koine.workspaces) as tx:
        with pytest.raises(replaying.Invalid, match="not valid") as refused:
            await replaying.replay_range(tx, koine, SHAPES["native"], webhook, since)
    assert [problem.path for problem in refused.value.problems] == [("since",)]
    monkeypatch.setattr(replaying, "LOOKED_THROUGH", last)
    async with database.writing(koine.workspaces) as tx:
        assert await replaying.replay_range(tx, koine, SHAPES["native"], webhook, since) == last
