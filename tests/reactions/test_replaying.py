"""What was told is told again when somebody asks for it, and what was missed is told then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from koine.core.errors import DeliveryNotFound, EventGone, Invalid, WebhookIsDisabled, WebhookNotFound
from koine.core.identity import new_uuid
from koine.core.webhooks import managing, replaying, webhooks
from koine.core.webhooks.model import Webhook
from koine.demo import Place
from koine.reactions.webhooks import SHAPES
from tests.outgoing.listeners import OK, Receiver, says
from tests.reactions.telling import Telling, message, said, told
from tests.waiting import until


async def test_a_delivery_is_made_again_as_it_was_under_the_same_id(telling: Telling) -> None:
    place = telling.world.lamplight
    async with Receiver(says(OK)).listening() as receiver, telling.working():
        issued = await telling.create(receiver.url, place)
        await telling.ring(place, "one", "two")
        await told(receiver, 2)
        tries = await telling.tried(issued.webhook, 2)
        async with telling.database.writing(telling.by.workspaces) as tx:
            again = await replaying.replay(tx, telling.by, SHAPES["native"], issued.webhook, tries[1].delivery)
        await told(receiver, 3)
        await telling.tried(issued.webhook, 3)
        event = tries[0].event
        assert event is not None
        async with telling.database.writing(telling.by.workspaces) as tx:
            by_event = await replaying.replay(tx, telling.by, SHAPES["native"], issued.webhook, event)
        await told(receiver, 4)
        await telling.tried(issued.webhook, 4)
    assert said(receiver.requests) == ["one", "two", "one", "two"]
    assert (again, by_event) == ([tries[1].delivery], [tries[0].delivery])
    for first, second in ((0, 2), (1, 3)):
        assert receiver.requests[first].body == receiver.requests[second].body
        assert receiver.requests[first].headers["webhook-id"] == receiver.requests[second].headers["webhook-id"]


async def test_a_stretch_of_time_is_told_again_also_what_happened_while_nobody_was_told(
    telling: Telling, sql: asyncpg.Connection
) -> None:
    place = telling.world.lamplight
    async with Receiver(says(OK)).listening() as receiver, telling.working():
        issued = await telling.create(receiver.url, place)
        webhook = issued.webhook
        await telling.ring(place, "mon", "tue")
        await told(receiver, 2)
        async with telling.database.writing(telling.by.workspaces) as tx:
            await webhooks.disable(tx, telling.by, webhook)
        await telling.ring(place, "wed", "thu", "fri")
        await until(lambda: _numbered(telling))
        async with telling.database.writing(telling.by.workspaces) as tx:
            await webhooks.enable(tx, telling.by, await telling.find(webhook))
        await _date(sql, place, "thu", days_ago=2)
        await _date(sql, place, "tue", days_ago=3)
        await _date(sql, place, "mon", days_ago=4)
        now = datetime.now(UTC)
        count = await _replay(telling, webhook, now - timedelta(days=4, hours=1), now - timedelta(days=1))
        assert count == 4
        await told(receiver, 6)
    assert said(receiver.requests) == ["mon", "tue", "mon", "tue", "wed", "thu"]
    ids = [request.headers["webhook-id"] for request in receiver.requests]
    assert ids[:2] == ids[2:4]
    assert len(set(ids)) == 4


async def test_positions_lead_to_the_right_events_among_many(telling: Telling, sql: asyncpg.Connection) -> None:
    """Each minute of the last two hours has an event; a quarter of an hour has fifteen."""
    place = telling.world.lamplight
    async with Receiver(says(OK)).listening() as receiver:
        issued = await telling.create(receiver.url, place)
        await sql.execute("update webhooks set disabled_at = now() where id = $1", issued.webhook.id)
        async with telling.relaying():
            await telling.ring(place, *map(str, range(120)))
            await until(lambda: _numbered(telling))
        await sql.execute(
            "update events set created_at = now() - case kind when 'test.rang'"
            " then make_interval(mins => 120 - (data ->> 'said')::integer) else interval '1 day' end"
            " where workspace_id = $1",
            place.workspace.id,
        )
        await sql.execute("update webhooks set disabled_at = null where id = $1", issued.webhook.id)
        now = datetime.now(UTC)
        since, until_then = now - timedelta(minutes=60.5), now - timedelta(minutes=45.5)
        assert await _replay(telling, issued.webhook, since, until_then) == 15
        async with telling.working():
            await told(receiver, 15)
    assert said(receiver.requests) == [str(number) for number in range(60, 75)]


async def test_a_webhook_of_an_account_is_told_again_of_all_its_workspaces(telling: Telling) -> None:
    world = telling.world
    began = datetime.now(UTC) - timedelta(minutes=1)
    async with Receiver(says(OK)).listening() as receiver, telling.working():
        issued = await telling.create(receiver.url)
        await telling.ring(world.lamplight, "one")
        await telling.ring(world.harbour, "two")
        tries = await telling.tried(issued.webhook, 2)
        assert await _replay(telling, issued.webhook, began) == 2
        await telling.tried(issued.webhook, 4)
        async with telling.database.writing(telling.by.workspaces) as tx:
            for tried in tries:
                await replaying.replay(tx, telling.by, SHAPES["native"], issued.webhook, tried.delivery)
        await telling.tried(issued.webhook, 6)
    assert sorted(said(receiver.requests)) == ["one"] * 3 + ["two"] * 3
    assert len({(message(it)["data"]["id"], it.headers["webhook-id"]) for it in receiver.requests}) == 2


async def test_what_never_was_or_is_no_more_cannot_be_told_again(telling: Telling, sql: asyncpg.Connection) -> None:
    place = telling.world.lamplight
    async with Receiver(says(OK)).listening() as receiver, telling.working():
        issued = await telling.create(receiver.url, place)
        await telling.ring(place, "hello")
        (tried,) = await telling.tried(issued.webhook, 1)
    async with telling.database.writing(telling.by.workspaces) as tx:
        with pytest.raises(DeliveryNotFound):
            await replaying.replay(tx, telling.by, SHAPES["native"], issued.webhook, new_uuid())
    await sql.execute("delete from events where workspace_id = $1 and kind = 'test.rang'", place.workspace.id)
    async with telling.database.writing(telling.by.workspaces) as tx:
        with pytest.raises(EventGone):
            await replaying.replay(tx, telling.by, SHAPES["native"], issued.webhook, tried.delivery)


async def test_what_is_forgotten_before_it_was_delivered_has_failed(telling: Telling, sql: asyncpg.Connection) -> None:
    place = telling.world.lamplight
    async with Receiver(says(OK)).listening() as receiver:
        issued = await telling.create(receiver.url, place)
        await sql.execute(
            "update webhooks set paused_until = now() + interval '1 hour' where id = $1", issued.webhook.id
        )
        async with telling.working():
            await telling.ring(place, "forgotten", "remembered")
            await until(lambda: _waiting(telling, issued.webhook, 2))
            await sql.execute(
                "delete from events where workspace_id = $1 and data ->> 'said' = 'forgotten'", place.workspace.id
            )
            async with telling.database.writing(telling.by.workspaces) as tx:
                await replaying.test(tx, telling.by, issued.webhook)
            tries = await telling.tried(issued.webhook, 3)
    assert {(tried.status, tried.error, tried.state) for tried in tries} == {
        (None, "the event is kept no longer", "failed"),
        (200, None, "delivered"),
    }
    assert len(receiver.requests) == 2


async def test_a_replay_is_refused_where_it_makes_no_sense(telling: Telling, monkeypatch: pytest.MonkeyPatch) -> None:
    place = telling.world.lamplight
    issued = await telling.create("http://127.0.0.1:9/", place)
    now = datetime.now(UTC)
    with pytest.raises(Invalid):
        await _replay(telling, issued.webhook, now, now - timedelta(seconds=1))
    async with telling.relaying():
        await telling.ring(place, *map(str, range(4)))
        await until(lambda: _numbered(telling))
    monkeypatch.setattr(replaying, "MOST", 3)
    with pytest.raises(Invalid):
        await _replay(telling, issued.webhook, now - timedelta(minutes=1))
    monkeypatch.setattr(replaying, "MOST", 4)
    assert await _replay(telling, issued.webhook, now - timedelta(minutes=1)) == 4
    async with telling.database.writing(telling.by.workspaces) as tx:
        await webhooks.disable(tx, telling.by, issued.webhook)
    disabled = await telling.find(issued.webhook)
    with pytest.raises(WebhookIsDisabled):
        await _replay(telling, disabled, now - timedelta(minutes=1))


async def test_another_workspace_can_neither_see_nor_replay(telling: Telling) -> None:
    """Nor can one with all permissions there; what it is told of says nothing to it."""
    world = telling.world
    async with Receiver(says(OK)).listening() as receiver, telling.working():
        issued = await telling.create(receiver.url, world.lamplight)
        whole = await telling.create(receiver.url)
        await telling.ring(world.lamplight, "hello")
        (tried,) = await telling.tried(issued.webhook, 1)
        theirs = await telling.create(receiver.url, world.harbour)
    stranger = world.acting(world.grace, "Admin", world.harbour)
    async with telling.database.writing(stranger.workspaces) as tx:
        for foreign in (issued, whole):
            with pytest.raises(WebhookNotFound):
                await managing.find(tx, stranger, foreign.webhook.uuid)
        assert [it.uuid for it in await managing.every(tx, stranger)] == [theirs.webhook.uuid]
        for id in (tried.delivery, tried.event):
            assert id is not None
            with pytest.raises(DeliveryNotFound):
                await replaying.replay(tx, stranger, SHAPES["native"], theirs.webhook, id)
        assert await tx.value("select count(*) from webhook_tries where delivery_id > 0") == 0
        assert (
            await tx.value("select count(*) from webhooks where workspace_id = $1", world.lamplight.workspace.id) == 0
        )


async def _date(sql: asyncpg.Connection, place: Place, said: str, *, days_ago: int) -> None:
    """As if it had rung some days ago, after all that has a lower position: positions follow the clock."""
    await sql.execute(
        "update events e set created_at = now() - make_interval(days => $1) from events rang"
        " where rang.workspace_id = $2 and rang.data ->> 'said' = $3"
        " and e.workspace_id = $2 and e.position <= rang.position",
        days_ago,
        place.workspace.id,
        said,
    )


async def _replay(telling: Telling, webhook: Webhook, since: datetime, until_then: datetime | None = None) -> int:
    async with telling.database.writing(telling.by.workspaces) as tx:
        return await replaying.replay_range(tx, telling.by, SHAPES["native"], webhook, since, until_then)


async def _waiting(telling: Telling, webhook: Webhook, many: int) -> bool:
    async with telling.database.reading(telling.by.workspaces) as tx:
        found = await tx.value(
            "select count(*) from webhook_deliveries where webhook_id = $1 and state = 'waiting'", webhook.id
        )
    return bool(found == many)


async def _numbered(telling: Telling) -> bool:
    async with telling.database.reading(telling.by.workspaces) as tx:
        return await tx.value("select count(*) from events where position is null") == 0
