"""Seeing to it that somebody works: events become deliveries where they are wanted, and queues are gone through."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from koine.core.jobs import gathering, jobs
from koine.core.jobs.model import Wanted
from koine.core.webhooks.store import subscribers
from koine.postgres.database import Tx

SPREADING = "webhooks"  # the reaction that makes deliveries of an event
CALLING = "webhook"  # the reaction that goes through the queue of one webhook


async def follow(tx: Tx, account_id: int, workspaces: Sequence[int]) -> None:
    """Have the events of these workspaces become deliveries, or not, as is wanted now.

    To be called after every change to that, also when a workspace is founded: changes wait for each other here.
    """
    await subscribers.hold(tx, account_id)
    for workspace_id, wanted in await subscribers.wanting(tx, account_id, workspaces, SPREADING):
        await (jobs.want if wanted else jobs.unwant)(tx, workspace_id, SPREADING)
        if wanted:
            await gathering.again(tx, workspace_id, SPREADING)  # the relay may just have passed


async def call(tx: Tx, whom: Iterable[tuple[int, int, datetime]]) -> None:
    """Have queues gone through at these times: a webhook's id, its home, a time that no other call has.

    One job for each webhook is in its home's lane for it. Called for while it is done, it has another time afterwards,
    and so is done once more: what came after it had looked is not left lying.
    """
    wanted = [Wanted(home_id, CALLING, lane=str(id), target=str(id), due_at=at) for id, home_id, at in whom]
    for home_id in {each.workspace_id for each in wanted} - set(tx.workspaces):
        await tx.see(home_id)
    await jobs.enqueue(tx, wanted)


async def call_now(tx: Tx, id: int, home_id: int) -> None:
    """Have a queue gone through as soon as this transaction is committed: somebody waits for it."""
    await call(tx, [(id, home_id, await subscribers.clock(tx))])
    await jobs.announce(tx)


async def call_later(tx: Tx, id: int, home_id: int, at: datetime) -> None:
    """Have a queue gone through when it is time for what waits in it now.

    This is another job than that of `call`, of the same lane: it never puts off what was to be done at once.
    """
    await jobs.enqueue(tx, [Wanted(home_id, CALLING, lane=str(id), target=f"{id} later", due_at=at)])
