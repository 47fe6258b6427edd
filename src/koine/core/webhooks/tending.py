"""Looking after webhooks now and then: what is forgotten in time, and queues that nobody went through in time."""

from __future__ import annotations

from datetime import timedelta

from koine.core.jobs import gathering
from koine.core.webhooks import waking
from koine.core.webhooks.store import deliveries, log, subscribers
from koine.postgres.database import Tx


async def wake(tx: Tx) -> None:
    """Have queues gone through in which something waits that was due long ago, in the workspaces of the transaction.

    And have deliveries made of what has happened and was not looked at. There should be neither: whoever records
    something, or puts it into a queue, has that done.
    """
    for workspace_id in await gathering.behind(tx, waking.SPREADING):
        await gathering.again(tx, workspace_id, waking.SPREADING)
    overdue = await deliveries.overdue(tx)
    if overdue:
        await waking.call(tx, [(row["id"], row["home_id"], row["wake"]) for row in overdue])


async def forget_keys(tx: Tx) -> int:
    """Forget the keys whose rotation is over, of webhooks at home in these workspaces; none are left after that."""
    await subscribers.forget_old_keys(tx)
    return 0


async def forget(tx: Tx, kept: timedelta) -> int:
    """Forget some deliveries that were made longer ago in these workspaces, with their tries; how many."""
    return await log.forget(tx, kept)
