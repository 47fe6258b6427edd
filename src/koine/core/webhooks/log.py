"""The log: every try of the last weeks, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from koine.core.webhooks import managing
from koine.core.webhooks.model import Try, Webhook
from koine.core.webhooks.store import log
from koine.postgres.database import Tx

_NEWEST = 2**63 - 1


async def tries(
    tx: Tx,
    webhook: Webhook,
    *,
    before: int | None = None,
    delivery: UUID | None = None,
    delivered: bool | None = None,
    kind: str | None = None,
    limit: int = 100,
) -> Sequence[Try]:
    """The newest tries of a webhook that the actor may manage, or of one of its deliveries; `before` one of them.

    Of all its deliveries it can be only those that went well (`delivered`) or did not, or of one kind of event.
    """
    told = managing.workspaces(webhook, tx)
    before = _NEWEST if before is None else before
    if delivery is None:
        wanted = log.Wanted(delivered, kind)
        return await log.newest(tx, webhook.id, told, wanted, before=before, limit=limit)
    return await log.of_delivery(tx, webhook.id, told, delivery, before=before, limit=limit)
