"""Saying what was scheduled, when its time has come."""

from __future__ import annotations

from uuid import UUID

from koine.core.actor import system
from koine.core.conversations.correspondence import scheduling
from koine.core.workspaces import workspaces
from koine.reactions.table import HOUR, MINUTE, Reaction
from koine.reactions.task import Task


async def say(task: Task) -> None:
    """Say one message. It is said in the transaction in which the job is done: once, however often it is tried."""
    workspace_id = task.claim.workspace_id
    async with task.database.reading((workspace_id,)) as tx:
        account_id = await workspaces.account_of(tx, workspace_id)
    async with task.effect() as tx:
        await scheduling.say(tx, system(account_id, workspace_id), workspace_id, UUID(task.claim.target))


REACTION = Reaction(scheduling.SAYING, say, (), lane="event", waits=(1.0, 5.0, 30.0, 5 * MINUTE, HOUR, 6 * HOUR))
