"""Whoever asked for it is told what happens: once, in order, and nothing of what happens elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

import pytest

from koine.core import outbox
from koine.core.actor import system
from koine.core.conversations import messages
from koine.core.conversations.model import Posting, Said
from koine.core.jobs import gathering
from koine.core.webhooks import delivering, parts, waking
from koine.core.workspaces import workspaces
from koine.reactions.webhooks import SHAPES
from tests.outgoing.listeners import OK, Receiver, Request, hangs, says
from tests.reactions.telling import Knocked, Rang, Telling, message, said, told
from tests.waiting import until


async def test_what_happens_is_told_with_what_the_feed_says_of_it(telling: Telling) -> None:
    place = telling.world.lamplight
    async with Receiver(says(OK)).listening() as receiver, telling.working():
        issued = await telling.create(receiver.url, place)
        await telling.ring(place, "hello")
        (request,) = await told(receiver, 1)
        (tried,) = await telling.tried(issued.webhook, 1)
    assert request.line == "POST /hook HTTP/1.1"
    assert request.headers["content-type"] == "application/json"
    got = message(request)
    assert list(got) == ["type", "timestamp", "data"]
    assert (got["type"], got["data"]["kind"], got["data"]["data"]) == ("test.rang", "test.rang", {"said": "hello"})
    assert got["timestamp"] == got["data"]["created_at"]
    assert datetime.fromisoformat(got["timestamp"]).tzinfo is not None
    assert got["data"]["workspace_id"] == str(place.workspace.uuid)
    assert (tried.status, tried.error, tried.answer, tried.number, tried.state) == (200, None, "ok", 1, "delivered")
    assert request.headers["webhook-id"] == str(tried.delivery)
    assert got["data"]["id"] == str(tried.event)


async def test_a_message_is_told_by_the_names_that_strangers_know(telling: Telling) -> None:
    world = telling.world
    ada = world.acting(world.ada, "Owner", world.lamplight)
    async with Receiver(says(OK)).listening() as receiver, telling.working():
        await telling.create(receiver.url, world.lamplight, kinds=["message.posted"])
        async with telling.database.writing(ada.workspaces) as tx:
            (posted,) = await messages.post(tx, ada, [Posting(world.the_broken_lamp.id, Said("It works again."))])
        telling.notices.wrote()
        (request,) = await told(receiver, 1)
    data = message(request)["data"]
    assert posted is not None
    assert data["conversation_id"] == str(world.the_broken_lamp.uuid)
    assert data["actor"] == {"kind": "user", "id": str(world.ada.uuid)}
    assert b"It works again." not in request.body


async def test_each_is_told_once_in_order_and_one_at_a_time(telling: Telling) -> None:
    """By two workers."""
    place, rings = telling.world.lamplight, [str(number) for number in range(60)]
    calling = most = 0

    async def count(request: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal calling, most
        calling += 1
        most = max(most, calling)
        await asyncio.sleep(0)
        calling -= 1
        await says(OK)(request, writer)

    async with Receiver(count).listening() as receiver, telling.working(), telling.working():
        issued = await telling.create(receiver.url, place)
        for ring in rings:
            await telling.ring(place, ring)
        await told(receiver, len(rings))
        tries = await telling.tried(issued.webhook, len(rings))
    assert said(receiver.requests) == rings
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == len(rings)
    assert {tried.state for tried in tries} == {"delivered"}
    assert most == 1


async def test_only_the_kinds_that_were_asked_for_are_told(telling: Telling) -> None:
    place = telling.world.lamplight
    workspace_id = place.workspace.id
    async with Receiver(says(OK)).listening() as some, Receiver(says(OK)).listening() as every, telling.working():
        await telling.create(some.url, place, kinds=[Rang.kind])
        await telling.create(every.url, place, kinds=None)
        await telling.happen(Knocked(workspace_id), Rang(workspace_id, data={"said": "it"}))
        await told(every, 2)
        await told(some, 1)
    assert [message(request)["type"] for request in some.requests] == [Rang.kind]
    assert {message(request)["type"] for request in every.requests} == {Rang.kind, Knocked.kind}


async def test_a_webhook_of_a_workspace_is_told_nothing_of_another(telling: Telling) -> None:
    here, there = telling.world.lamplight, telling.world.harbour
    async with Receiver(says(OK)).listening() as ours, Receiver(says(OK)).listening() as theirs, telling.working():
        await telling.create(ours.url, here)
        await telling.create(theirs.url, there)
        await telling.ring(there, "there")
        await telling.ring(here, "here")
        await told(ours, 1)
        await told(theirs, 1)
    assert said(ours.requests) == ["here"]
    assert said(theirs.requests) == ["there"]


async def test_a_webhook_of_an_account_is_told_of_all_its_workspaces_also_of_later_ones(telling: Telling) -> None:
    world, by = telling.world, telling.by
    async with Receiver(says(OK)).listening() as receiver, telling.working():
        await telling.create(receiver.url)
        async with telling.database.writing(by.workspaces) as tx:
            later = await workspaces.found(tx, by, "Later")
        await telling.ring(world.lamplight, "one")
        await telling.ring(world.harbour, "two")
        by = system(world.account_id, later.id)
        async with telling.database.writing(by.workspaces) as tx:
            await outbox.record(tx, by, Rang(later.id, data={"said": "later"}))
        telling.notices.wrote()
        await told(receiver, 3)
    assert set(said(receiver.requests)) == {"one", "two", "later"}
    assert {message(request)["data"]["workspace_id"] for request in receiver.requests} == {
        str(workspace.uuid) for workspace in (world.lamplight.workspace, world.harbour.workspace, later)
    }


async def test_what_happened_before_is_not_told(telling: Telling) -> None:
    place = telling.world.lamplight
    async with Receiver(says(OK)).listening() as receiver, telling.working():
        await telling.ring(place, "before")
        await until(lambda: _numbered(telling))
        await telling.create(receiver.url, place)
        await telling.ring(place, "after")
        await told(receiver, 1)
    assert said(receiver.requests) == ["after"]


async def test_an_event_that_is_spread_twice_is_delivered_once(telling: Telling) -> None:
    """The worker that spread it was killed before it could say so."""
    place = telling.world.lamplight
    workspace_id = place.workspace.id
    async with Receiver(says(OK)).listening() as receiver, telling.working():
        issued = await telling.create(receiver.url, place)
        await telling.ring(place, "once")
        await telling.tried(issued.webhook, 1)
        async with telling.database.writing((workspace_id,)) as tx:
            await gathering.reached(tx, workspace_id, waking.SPREADING, 0)
            assert not await delivering.spread(tx, parts.of(SHAPES), workspace_id, at_most=1000)
        await telling.ring(place, "twice")
        await telling.tried(issued.webhook, 2)
    assert said(receiver.requests) == ["once", "twice"]


async def test_what_nobody_wants_makes_no_jobs(telling: Telling) -> None:
    place = telling.world.lamplight
    async with telling.working():
        await telling.ring(place, "for nobody")
        await until(lambda: _numbered(telling))
    async with telling.database.reading((place.workspace.id,)) as tx:
        assert await tx.value("select count(*) from jobs where reaction = 'webhooks'") == 0


async def test_one_that_hangs_keeps_nobody_else_waiting(telling: Telling, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker has two places for those who are called, and one of them is taken."""
    monkeypatch.setattr("koine.work.worker.PATIENCE", 0.1)
    place, rings = telling.world.lamplight, [str(number) for number in range(20)]
    hanging = asyncio.Event()

    async def hang(request: Request, writer: asyncio.StreamWriter) -> None:
        hanging.set()
        await asyncio.Event().wait()

    async with Receiver(hang).listening() as slow, Receiver(says(OK)).listening() as quick:
        stuck = await telling.create(slow.url, place)
        await telling.create(quick.url, place)
        async with telling.working(outside=2):
            await telling.ring(place, "first")
            await hanging.wait()
            for ring in rings:
                await telling.ring(place, ring)
            await told(quick, 1 + len(rings))
            assert await telling.tries(stuck.webhook) == [], "it still hangs"
    assert said(quick.requests) == ["first", *rings]
    assert len(slow.requests) == 1


async def test_however_many_hang_the_rest_of_the_work_goes_on(
    telling: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker has two places for those who are called, and both are taken; what happens becomes deliveries still."""
    monkeypatch.setattr("koine.work.worker.PATIENCE", 0.1)
    place = telling.world.lamplight

    async with Receiver(hangs).listening() as slow, telling.working(at_once=1, outside=2):
        stuck = [await telling.create(slow.url, place) for _ in range(3)]
        await telling.ring(place, "first")
        await told(slow, 2)
        await telling.ring(place, "second", "third")
        await until(lambda: _waiting(telling, [it.webhook.id for it in stuck], 9))
        assert len(slow.requests) == 2


async def test_a_queue_is_gone_through_however_long_it_is(telling: Telling) -> None:
    place, rings = telling.world.lamplight, [str(number) for number in range(45)]
    async with Receiver(says(OK)).listening() as receiver:
        issued = await telling.create(receiver.url, place)
        await telling.ring(place, *rings)
        async with telling.working():
            await telling.tried(issued.webhook, len(rings))
    assert said(receiver.requests) == rings


async def _waiting(telling: Telling, webhooks: Sequence[int], many: int) -> bool:
    async with telling.database.reading(telling.by.workspaces) as tx:
        found = await tx.value(
            "select count(*) from webhook_deliveries where webhook_id = any ($1::bigint[]) and state = 'waiting'",
            webhooks,
        )
    return bool(found == many)


async def _numbered(telling: Telling) -> bool:
    async with telling.database.reading(telling.by.workspaces) as tx:
        return await tx.value("select count(*) from events where position is null") == 0
