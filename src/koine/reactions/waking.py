"""Waking what was put off, when its time has come."""

from __future__ import annotations

from koine.core.actor import system
from koine.core.conversations.handling import snoozing
from koine.core.workspaces import workspaces
from koine.reactions.table import HOUR, MINUTE, Reaction
from koine.reactions.task import Task


async def wake(task: Task) -> None:
    """Wake one conversation, in the transaction in which the job is done: once, however often it is tried."""
    workspace_id = task.claim.workspace_id
    async with task.database.reading((workspace_id,)) as tx:
        account_id = await workspaces.account_of(tx, workspace_id)
    async with task.effect() as tx:
        await snoozing.wake_due(tx, system(account_id, workspace_id), workspace_id, int(task.claim.target))


REACTION = Reaction(snoozing.WAKING, wake, (), waits=(1.0, 5.0, 30.0, 5 * MINUTE, HOUR, 6 * HOUR))
