"""Going through what is to be delivered: what is due, what a try came to, and when to come again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from koine.core.actor import system
from koine.core.feed import feed as feeds
from koine.core.feed import store as feed
from koine.core.files.links import Links
from koine.core.jobs import gathering
from koine.core.webhooks import keys, patience, waking, webhooks
from koine.core.webhooks.model import PING, DeliveryState, DisabledBecause, Due, Keys, Outcome, Shape, Speech, Webhook
from koine.core.webhooks.parts import Told
from koine.core.webhooks.store import deliveries, subscribers
from koine.core.workspaces import workspaces
from koine.postgres.database import Database, Tx

TOGETHER = 10  # deliveries that are read at once

GONE = Outcome(None, "the event is kept no longer", "", 0)
WORDLESS = Outcome(None, "the dialect has no words for it", "", 0)

_UNSENT: Mapping[Outcome, DeliveryState] = {GONE: "failed", WORDLESS: "skipped"}


@dataclass(frozen=True, slots=True)
class Queue:
    """A webhook, what it is signed for with, and what is due, each with its body, or with why nothing is sent.

    `more`: something else waits, now or later. `workspaces` are those in which it is told of anything.
    """

    webhook: Webhook
    shape: Shape
    keys: Sequence[Keys]
    due: Sequence[tuple[Due, bytes | Outcome]]
    more: bool
    workspaces: tuple[int, ...]


async def spread(tx: Tx, told_of: Sequence[Told], workspace_id: int, *, at_most: int) -> bool:
    """Make deliveries of what has happened in a workspace since this was last done; whether there is more.

    One for each part of an event and all who want to be told of it. Done twice, it is done once.
    """
    done = await gathering.begin(tx, workspace_id, waking.SPREADING)
    if done is None:
        return False
    extent = await feeds.extent(tx, workspace_id)
    after = max(done, extent.pruned)
    upto = min(after + at_most, extent.last)
    if upto <= after:
        return False
    told = await deliveries.spread(tx, told_of, workspace_id, after, upto)
    await gathering.reached(tx, workspace_id, waking.SPREADING, upto)
    if told:
        await waking.call(tx, [(row["id"], row["home_id"], row["wake"]) for row in told])
    return upto < extent.last


async def queue(database: Database, speech: Speech, home_id: int, webhook_id: int) -> Queue | None:
    """What is due for a webhook now; nothing while it is paused, None when it is disabled. Raises SealingFailed."""
    async with database.reading((home_id,)) as tx:
        found = await subscribers.with_seals(tx, webhook_id)
        if found is None or found[0].disabled_at is not None:
            return None
        webhook, seals = found
        shape = speech.shapes[webhook.dialect]
        opened = await keys.signing(tx, speech.sealing, shape, [(webhook.uuid, seal) for seal in seals])
        if webhook.workspace_id is not None:
            due, more = await _due(tx, webhook, shape, speech.links)
            return Queue(webhook, shape, opened, due, more, tx.workspaces)
        everywhere = tuple(workspace.id for workspace in await workspaces.find(tx, webhook.account_id))
    async with database.reading(everywhere) as tx:
        due, more = await _due(tx, webhook, shape, speech.links)
        return Queue(webhook, shape, opened, due, more, everywhere)


async def settle(database: Database, queue: Queue, due: Due, outcome: Outcome) -> bool:
    """Write down how a try went; whether to go on with the next delivery at once."""
    webhook = queue.webhook
    async with database.writing(_both(webhook.home_id, due.workspace_id)) as tx:
        if outcome.delivered:
            if not webhook.failures:
                tx.only_one_write()  # nearly always
            else:
                await subscribers.worked(tx, webhook.id)
            return await deliveries.settle(tx, webhook.id, due, outcome, "delivered", None)
        if (state := _UNSENT.get(outcome)) is not None:
            return await deliveries.settle(tx, webhook.id, due, outcome, state, None)
        wait = (
            None
            if due.kind == PING
            else patience.until_next_try(due.attempts + 1, outcome.retry_after, queue.shape.patience())
        )
        await deliveries.settle(tx, webhook.id, due, outcome, "failed" if wait is None else "waiting", wait)
        failing_for = await subscribers.failed(
            tx, webhook.id, patience.pause(webhook.failures + 1, outcome.retry_after)
        )
    if outcome.gone:
        await _disable(database, queue, "gone")
    elif failing_for >= patience.GIVEN_UP_AFTER:
        await _disable(database, queue, "failing")
    return False


async def come_again(database: Database, queue: Queue) -> None:
    """Have the queue gone through when the next delivery in it is due, if there is one."""
    webhook = queue.webhook
    async with database.writing(queue.workspaces) as tx:
        at = await deliveries.next_due(tx, webhook.id)
        if at is not None:
            await waking.call_later(tx, webhook.id, webhook.home_id, at)


async def _due(tx: Tx, webhook: Webhook, shape: Shape, links: Links) -> tuple[list[tuple[Due, bytes | Outcome]], bool]:
    found, more = await deliveries.queue(tx, webhook.id, TOGETHER)
    return [(due, await _body(tx, webhook, shape, due, links)) for due in found], more


async def _body(tx: Tx, webhook: Webhook, shape: Shape, due: Due, links: Links) -> bytes | Outcome:
    if due.event_id is None:
        return shape.ping(webhook, due)
    event = await feed.by_row(tx, due.workspace_id, due.event_id)
    if event is None:
        return GONE
    body = await shape.body(tx, webhook, due, event, links=links)
    return WORDLESS if body is None else body


async def _disable(database: Database, queue: Queue, because: DisabledBecause) -> None:
    """In a transaction of its own, because it waits for others who change who is told."""
    webhook = queue.webhook
    async with database.writing(queue.workspaces) as tx:
        await webhooks.disable(tx, system(webhook.account_id, *queue.workspaces), webhook, because)


def _both(one: int, other: int) -> tuple[int, ...]:
    return (one,) if one == other else tuple(sorted((one, other)))
