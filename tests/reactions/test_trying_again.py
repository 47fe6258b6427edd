"""What cannot be delivered is tried again, for three days and no more than is good for the other side."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from ipaddress import ip_network

import asyncpg
import pytest

from koine.core.sealing import Sealing
from koine.core.webhooks import patience, replaying, webhooks
from koine.core.webhooks.model import Try, Webhook
from koine.core.webhooks.patience import Patience
from koine.dialects.native import webhooks as shape
from koine.outgoing import Outgoing
from tests.outgoing.listeners import OK, Behaviour, Receiver, Request, free_port, says
from tests.reactions.telling import Telling, message, said, told
from tests.waiting import until

DOWN = b"HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\ndown"
GONE = b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"
MOVED = b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:%d/\r\nContent-Length: 0\r\n\r\n"
BUSY = b"HTTP/1.1 503 Busy\r\nRetry-After: 7200\r\nContent-Length: 0\r\n\r\n"


def first(times: int, answer: bytes) -> Behaviour:
    """Answers so for some times, and then well."""
    left = times

    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal left
        left -= 1
        await says(answer if left >= 0 else OK)(request, writer)

    return behave


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for anything."""
    monkeypatch.setattr(shape, "patience", lambda: Patience((0.0,) * 9, 0))
    monkeypatch.setattr(patience, "BREAKS_AT", 1000)


async def test_what_failed_is_sent_again_as_it_was_until_it_is_taken(telling: Telling, at_once: None) -> None:
    place = telling.world.lamplight
    async with Receiver(first(3, DOWN)).listening() as receiver, telling.working():
        issued = await telling.create(receiver.url, place)
        await telling.ring(place, "hello")
        tries = list(reversed(await telling.tried(issued.webhook, 4)))
    assert [(tried.number, tried.status, tried.answer) for tried in tries] == [
        (1, 500, "down"),
        (2, 500, "down"),
        (3, 500, "down"),
        (4, 200, "ok"),
    ]
    assert {tried.state for tried in tries} == {"delivered"}
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1
    assert len({request.body for request in receiver.requests}) == 1
    assert (await telling.find(issued.webhook)).failures == 0


async def test_after_ten_tries_it_has_failed(telling: Telling, at_once: None) -> None:
    place = telling.world.lamplight
    async with Receiver(says(DOWN)).listening() as receiver, telling.working():
        issued = await telling.create(receiver.url, place)
        await telling.ring(place, "hello")
        tries = await telling.tried(issued.webhook, 10)
        await until(lambda: _nothing_waits(telling))
    assert [tried.number for tried in tries] == list(range(10, 0, -1))
    assert {(tried.state, tried.next_try) for tried in tries} == {("failed", None)}
    assert len(receiver.requests) == 10


async def test_between_tries_it_waits_as_long_as_the_table_says(telling: Telling) -> None:
    place = telling.world.lamplight
    async with Receiver(says(DOWN)).listening() as receiver, telling.working():
        issued = await telling.create(receiver.url, place)
        await telling.ring(place, "hello")
        (tried,) = await telling.tried(issued.webhook, 1)
    _assert_waits(tried, patience.WAITS[0] * 0.9)


async def test_an_answer_can_ask_to_be_left_alone_for_longer(telling: Telling) -> None:
    place = telling.world.lamplight
    async with Receiver(says(BUSY)).listening() as receiver, telling.working():
        issued = await telling.create(receiver.url, place)
        await telling.ring(place, "one")
        (tried,) = await telling.tried(issued.webhook, 1)
        webhook = await telling.find(issued.webhook)
        await telling.ring(place, "two")
        await until(lambda: _waiting(telling, webhook, 2))
    _assert_waits(tried, 7200)
    assert webhook.paused_until is not None
    assert webhook.paused_until - tried.tried_at >= timedelta(hours=2)
    assert len(receiver.requests) == 1, "nothing else is sent there meanwhile"


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        (MOVED % 1, 301, None),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 404, None),
        (b"something else\r\n\r\n", None, "its answer is not HTTP"),
    ],
    ids=["redirected", "not found", "not HTTP"],
)
async def test_whatever_is_no_success_is_a_failure(
    telling: Telling, answer: bytes, status: int | None, error: str | None
) -> None:
    place = telling.world.lamplight
    async with Receiver(says(answer)).listening() as receiver, telling.working():
        issued = await telling.create(receiver.url, place)
        await telling.ring(place, "hello")
        (tried,) = await telling.tried(issued.webhook, 1)
    assert (tried.status, tried.error, tried.state) == (status, error, "waiting")


async def test_nobody_there_is_a_failure_and_said_in_words(telling: Telling) -> None:
    place = telling.world.lamplight
    issued = await telling.create(f"http://127.0.0.1:{free_port()}/hook", place)
    async with telling.working():
        await telling.ring(place, "hello")
        (tried,) = await telling.tried(issued.webhook, 1)
    assert (tried.status, tried.error, tried.answer) == (None, "connection refused", "")


async def test_an_address_is_checked_at_every_try(telling: Telling) -> None:
    """It was good when it was saved; now the network is not allowed any more."""
    place = telling.world.lamplight
    async with Receiver(says(OK)).listening() as receiver:
        issued = await telling.create(receiver.url, place)
        async with Outgoing(allow=[ip_network("10.0.0.0/8")]) as stricter:
            telling.outgoing = stricter
            async with telling.working():
                await telling.ring(place, "hello")
                (tried,) = await telling.tried(issued.webhook, 1)
        assert receiver.connections == 0
    assert tried.status is None
    assert tried.error == "it leads to an address that Koine does not send to"


async def test_the_answer_is_kept_short_and_does_nothing_to_who_reads_it(telling: Telling) -> None:
    place = telling.world.lamplight
    body = b"<b>\x1b[2J\x00\r\n\xff\\" + "‮é".encode() + b"x" * 5000
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    async with Receiver(says(answer)).listening() as receiver, telling.working():
        issued = await telling.create(receiver.url, place)
        await telling.ring(place, "hello")
        (tried,) = await telling.tried(issued.webhook, 1)
    assert tried.answer.startswith(r"<b>\x1b[2J\x00\r\n\xff\\\u202eé" + "xxx")
    assert tried.answer.count("x" * 100) == 10
    assert tried.answer.isprintable()


async def test_after_some_failures_in_a_row_all_deliveries_to_an_address_wait_together(telling: Telling) -> None:
    place = telling.world.lamplight
    async with Receiver(says(DOWN)).listening() as receiver, telling.working():
        issued = await telling.create(receiver.url, place)
        for number in range(patience.BREAKS_AT):
            await telling.ring(place, str(number))
            await telling.tried(issued.webhook, number + 1)
        paused = await telling.find(issued.webhook)
        await telling.ring(place, "while it is paused")
        await until(lambda: _waiting(telling, paused, patience.BREAKS_AT + 1))
        assert len(receiver.requests) == patience.BREAKS_AT
        assert await _not_before(telling, paused), "its lane sleeps for as long"
    assert paused.failures == patience.BREAKS_AT
    assert paused.paused_until is not None


async def test_when_a_pause_is_over_one_delivery_is_tried_and_then_it_pauses_for_longer(
    telling: Telling, sql: asyncpg.Connection
) -> None:
    place = telling.world.lamplight
    async with Receiver(says(DOWN)).listening() as receiver:
        issued = await telling.create(receiver.url, place)
        await telling.ring(place, *map(str, range(5)))
        async with telling.working():
            first = await _paused(telling, issued.webhook, patience.BREAKS_AT)
            await _end_pause(telling, sql, issued.webhook)
            second = await _paused(telling, issued.webhook, patience.BREAKS_AT + 1)
            assert len(receiver.requests) == patience.BREAKS_AT + 1
    assert first < second


async def test_when_it_works_again_all_that_waited_is_delivered(telling: Telling, sql: asyncpg.Connection) -> None:
    place = telling.world.lamplight
    rings = [str(number) for number in range(6)]
    async with Receiver(first(patience.BREAKS_AT, DOWN)).listening() as receiver:
        issued = await telling.create(receiver.url, place)
        await telling.ring(place, *rings)
        async with telling.working():
            await _paused(telling, issued.webhook, patience.BREAKS_AT)
            await sql.execute("update webhook_deliveries set due_at = now() where webhook_id = $1", issued.webhook.id)
            await _end_pause(telling, sql, issued.webhook)
            await told(receiver, patience.BREAKS_AT + len(rings))
            await until(lambda: _waiting(telling, issued.webhook, 0))
    assert sorted(said(receiver.requests[patience.BREAKS_AT :])) == rings
    webhook = await telling.find(issued.webhook)
    assert (webhook.failures, webhook.failing_since, webhook.paused_until) == (0, None, None)


async def test_one_who_is_gone_is_told_nothing_more_and_the_others_hear_of_it(telling: Telling) -> None:
    place = telling.world.lamplight
    async with Receiver(says(GONE)).listening() as gone, Receiver(says(OK)).listening() as other, telling.working():
        issued = await telling.create(gone.url, place)
        await telling.create(other.url, place, kinds=["test.rang", "webhook.disabled"])
        await telling.ring(place, "one")
        await told(other, 2)
        await telling.ring(place, "two")
        await told(other, 3)
    webhook = await telling.find(issued.webhook)
    assert webhook.disabled_at is not None
    assert webhook.disabled_because == "gone"
    assert len(gone.requests) == 1
    (notice,) = [message(it) for it in other.requests if message(it)["type"] == "webhook.disabled"]
    assert notice["data"]["data"] == {"webhook_id": str(webhook.uuid), "reason": "gone"}
    assert notice["data"]["actor"] == {"kind": "system", "id": None}


@pytest.mark.parametrize(("days", "disabled"), [(4.99, None), (5, "failing")])
async def test_five_days_of_failures_disable(
    telling: Telling, sql: asyncpg.Connection, days: float, disabled: str | None
) -> None:
    place = telling.world.lamplight
    async with Receiver(says(DOWN)).listening() as receiver, telling.working():
        issued = await telling.create(receiver.url, place)
        await sql.execute(
            "update webhooks set failures = 1, failing_since = now() - $2::interval where id = $1",
            issued.webhook.id,
            timedelta(days=days),
        )
        await telling.ring(place, "hello")
        await until(lambda: _is(telling, issued.webhook, failures=2))
        if disabled:
            await until(lambda: _is(telling, issued.webhook, disabled_because=disabled))
    assert (await telling.find(issued.webhook)).disabled_because == disabled


async def test_what_was_on_its_way_is_delivered_when_it_is_enabled_again(
    telling: Telling, sql: asyncpg.Connection
) -> None:
    place = telling.world.lamplight
    async with Receiver(first(1, GONE)).listening() as receiver, telling.working():
        issued = await telling.create(receiver.url, place)
        await telling.ring(place, "hello")
        await until(lambda: _is(telling, issued.webhook, disabled_because="gone"))
        await sql.execute("update webhook_deliveries set due_at = now() where webhook_id = $1", issued.webhook.id)
        async with telling.database.writing(telling.by.workspaces) as tx:
            await webhooks.enable(tx, telling.by, await telling.find(issued.webhook))
        await told(receiver, 2)
        await telling.tried(issued.webhook, 2)
        await telling.ring(place, "again")
        await told(receiver, 3)
    assert said(receiver.requests) == ["hello", "hello", "again"]


async def test_a_test_is_delivered_at_once_although_everything_else_waits(telling: Telling) -> None:
    place = telling.world.lamplight
    async with Receiver(first(patience.BREAKS_AT, DOWN)).listening() as receiver:
        issued = await telling.create(receiver.url, place)
        await telling.ring(place, *map(str, range(patience.BREAKS_AT)))
        async with telling.working():
            await _paused(telling, issued.webhook, patience.BREAKS_AT)
            async with telling.database.writing(telling.by.workspaces) as tx:
                delivery = await replaying.test(tx, telling.by, await telling.find(issued.webhook))
            await until(lambda: telling.tries(issued.webhook, delivery))
    (tried,) = await telling.tries(issued.webhook, delivery)
    assert (tried.kind, tried.status, tried.state) == ("webhook.test", 200, "delivered")
    ping = message(receiver.requests[-1])
    assert (ping["type"], ping["data"]) == ("webhook.test", {"webhook_id": str(issued.webhook.uuid)})
    assert receiver.requests[-1].headers["webhook-id"] == str(delivery)
    assert (await telling.find(issued.webhook)).failures == 0


async def test_a_test_that_fails_is_not_tried_again(telling: Telling) -> None:
    place = telling.world.lamplight
    async with Receiver(says(DOWN)).listening() as receiver, telling.working():
        issued = await telling.create(receiver.url, place)
        async with telling.database.writing(telling.by.workspaces) as tx:
            delivery = await replaying.test(tx, telling.by, issued.webhook)
        await until(lambda: telling.tries(issued.webhook, delivery))
    (tried,) = await telling.tries(issued.webhook, delivery)
    assert (tried.status, tried.state, tried.next_try) == (500, "failed", None)


async def test_a_secret_that_cannot_be_read_is_not_the_other_sides_fault(
    telling: Telling, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody has lost the file with the keys. Put back, all is delivered."""
    place = telling.world.lamplight
    async with Receiver(says(OK)).listening() as receiver:
        issued = await telling.create(receiver.url, place)
        file, telling.sealing = telling.keys, Sealing(telling.keys)
        lost = file.rename(file.with_suffix(".lost"))
        async with telling.working():
            await telling.ring(place, "hello")
            await until(lambda: _complained(caplog))
            assert not file.exists(), "no new key is made to open with"
            lost.rename(file)
            await told(receiver, 1)
            await telling.tried(issued.webhook, 1)
    assert (await telling.find(issued.webhook)).failures == 0


def _assert_waits(tried: Try, seconds: float) -> None:
    assert tried.state == "waiting"
    assert tried.next_try is not None
    assert tried.next_try - tried.tried_at >= timedelta(seconds=seconds)


async def _paused(telling: Telling, webhook: Webhook, failures: int) -> timedelta:
    """For how long it is paused, once so much has failed."""
    await until(lambda: _is(telling, webhook, failures=failures))
    at = (await telling.find(webhook)).paused_until
    tries = await telling.tried(webhook, failures)
    assert at is not None
    return at - tries[0].tried_at


async def _end_pause(telling: Telling, sql: asyncpg.Connection, webhook: Webhook) -> None:
    """As if the time had come."""
    await until(lambda: _not_before(telling, webhook))
    await sql.execute("update webhooks set paused_until = now() where id = $1", webhook.id)
    lane = (webhook.home_id, str(webhook.id))
    await sql.execute("update jobs set due_at = now() where workspace_id = $1 and lane = $2", *lane)
    await sql.execute("update lanes set run_at = now() where workspace_id = $1 and lane = $2", *lane)
    await sql.execute("select pg_notify('koine_jobs', '')")


async def _not_before(telling: Telling, webhook: Webhook) -> bool:
    """Whether nobody looks at its queue before its pause is over."""
    async with telling.database.reading(telling.by.workspaces) as tx:
        return bool(
            await tx.value(
                "select bool_and(l.run_at >= h.paused_until and l.lease_until is null)"
                " from lanes l join webhooks h on h.id::text = l.lane and h.home_id = l.workspace_id where h.id = $1",
                webhook.id,
            )
        )


async def _waiting(telling: Telling, webhook: Webhook, many: int) -> bool:
    async with telling.database.reading(telling.by.workspaces) as tx:
        found = await tx.value(
            "select count(*) from webhook_deliveries where webhook_id = $1 and state = 'waiting'", webhook.id
        )
    return bool(found == many)


async def _nothing_waits(telling: Telling) -> bool:
    async with telling.database.reading(telling.by.workspaces) as tx:
        return await tx.value("select count(*) from jobs where state = 'waiting'") == 0


async def _is(telling: Telling, webhook: Webhook, **how: object) -> bool:
    found = await telling.find(webhook)
    return all(getattr(found, name) == value for name, value in how.items())


async def _complained(caplog: pytest.LogCaptureFixture) -> bool:
    return any("cannot be signed for" in record.getMessage() for record in caplog.records)
