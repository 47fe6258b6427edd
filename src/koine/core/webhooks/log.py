"""The log: every try of the last weeks, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from koine.core.webhooks import managing, waking
from koine.core.webhooks.model import Try, Webhook
from koine.core.webhooks.store import deliveries, log, subscribers
from koine.postgres.database import Tx

_NEWEST = 2**63 - 1


async def tries(
    tx: Tx, webhook: Webhook, *, before: int | None = None, delivery: UUID | None = None, limit: int = 100
) -> Sequence[Try]:
    """The newest tries of a webhook that the actor may manage, or of one of its deliveries; `before` one of them."""
    told = managing.workspaces(webhook, tx)
    before = _NEWEST if before is None else before
    if delivery is None:
        return await log.newest(tx, webhook.id, told, before=before, limit=limit)
    return await log.of_delivery(tx, webhook.id, told, delivery, before=before, limit=limit)


async def tidy(tx: Tx, kept: timedelta) -> int:
    """Look after the webhooks at home in the workspaces that the transaction sees; how many deliveries were forgotten.

    Old deliveries and old keys are forgotten, and queues are gone through that nobody went through in time.
    """
    await subscribers.forget_old_keys(tx)
    overdue = await deliveries.overdue(tx)
    if overdue:
        await waking.call(tx, [(row["id"], row["home_id"], row["wake"]) for row in overdue])
    return await log.forget(tx, kept)
