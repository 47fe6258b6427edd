"""Telling something again, or for the first time: a test, one delivery, a stretch of time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from koine.core import outbox
from koine.core.actor import Actor
from koine.core.errors import DeliveryNotFound, EventGone, Invalid, Problem, WebhookIsDisabled
from koine.core.events import WebhookReplayed, WebhookTested
from koine.core.identity import new_uuid
from koine.core.webhooks import managing, parts, waking
from koine.core.webhooks.model import PING, Shape, Webhook
from koine.core.webhooks.store import deliveries, subscribers
from koine.core.webhooks.store import range as ranges
from koine.postgres.database import Tx

MOST = 10_000  # deliveries that are asked for again at once
LOOKED_THROUGH = 500_000  # events, wanted or not, among which they are: what can be read within a second


async def test(tx: Tx, by: Actor, webhook: Webhook) -> UUID:
    """Deliver a test, now and once; the delivery. Raises WebhookIsDisabled."""
    _must_be_enabled(webhook)
    uuid = new_uuid()
    await deliveries.ping(tx, webhook.home_id, webhook.id, uuid, PING)
    await _call(tx, webhook)
    data = {"webhook_id": str(webhook.uuid), "delivery_id": str(uuid)}
    await outbox.record_of_account(tx, by, WebhookTested(webhook.account_id, data))
    return uuid


async def replay(tx: Tx, by: Actor, shape: Shape, webhook: Webhook, id: UUID) -> Sequence[UUID]:
    """Deliver once more what has this id, that of a delivery or that of an event; the deliveries, of an event all.

    `shape` is that of the webhook's dialect. Raises WebhookIsDisabled, DeliveryNotFound, and EventGone.
    """
    _must_be_enabled(webhook)
    told = managing.workspaces(webhook, tx)
    asked = [id]
    is_there = await deliveries.again(tx, told, webhook.id, asked)
    if not is_there:
        asked = await deliveries.of_event(tx, told, webhook.id, list(shape.parts()), id)
        is_there = await deliveries.again(tx, told, webhook.id, asked)
    if not is_there:
        raise DeliveryNotFound
    if not all(is_there):
        raise EventGone
    await _call(tx, webhook)
    for delivery in asked:
        data = {"webhook_id": str(webhook.uuid), "delivery_id": str(delivery)}
        await outbox.record_of_account(tx, by, WebhookReplayed(webhook.account_id, data))
    return asked


async def replay_range(
    tx: Tx, by: Actor, shape: Shape, webhook: Webhook, since: datetime, until: datetime | None = None
) -> int:
    """Deliver all that happened from one time on and before another (now), whether it was delivered or not.

    How many deliveries that are. `shape` is that of the webhook's dialect.

    Also what happened while it was disabled, or before there was this webhook, as far as the feed goes back. Raises
    WebhookIsDisabled, and Invalid for more than MOST deliveries, or more than LOOKED_THROUGH that happened then.
    """
    _must_be_enabled(webhook)
    until = until or datetime.now(UTC)
    if until <= since:
        raise Invalid(problems=[Problem("not_allowed", ("until",), "is not later than since")])
    stretch = await ranges.stretch(tx, managing.workspaces(webhook, tx), since, until)
    if stretch.positions > LOOKED_THROUGH:
        raise _too_much(f"leaves more than {LOOKED_THROUGH} events to look through at once")
    told_of = parts.of({webhook.dialect: shape})
    count = await ranges.count(tx, told_of, webhook.id, stretch, at_most=MOST)
    if count > MOST:
        raise _too_much(f"leaves more than {MOST} deliveries to replay at once")
    if count:
        count = await ranges.again(tx, told_of, webhook.id, stretch, at_most=MOST)
        await _call(tx, webhook)
    data = {
        "webhook_id": str(webhook.uuid),
        "since": since.isoformat(),
        "until": until.isoformat(),
        "count": count,
    }
    await outbox.record_of_account(tx, by, WebhookReplayed(webhook.account_id, data))
    return count


async def replay_failed(tx: Tx, by: Actor, webhook: Webhook, since: datetime) -> int:
    """Deliver once more what was given up from a time on; how many deliveries that are, up to MOST at once.

    Raises WebhookIsDisabled.
    """
    _must_be_enabled(webhook)
    told = managing.workspaces(webhook, tx)
    failed = await deliveries.failed(tx, told, webhook.id, since, at_most=MOST)
    count = len(await deliveries.again(tx, told, webhook.id, failed))
    if count:
        await _call(tx, webhook)
    data = {"webhook_id": str(webhook.uuid), "since": since.isoformat(), "until": None, "count": count}
    await outbox.record_of_account(tx, by, WebhookReplayed(webhook.account_id, data))
    return count


async def _call(tx: Tx, webhook: Webhook) -> None:
    """Somebody wants to see it now: whatever was waited for is over."""
    await subscribers.unpause(tx, webhook.id)
    await waking.call_now(tx, webhook.id, webhook.home_id)


def _too_much(says: str) -> Invalid:
    return Invalid(problems=[Problem("not_allowed", ("since",), says)])


def _must_be_enabled(webhook: Webhook) -> None:
    if webhook.disabled_at is not None:
        raise WebhookIsDisabled
