"""How much a conversation matters."""

from __future__ import annotations

from collections.abc import Sequence

from koine.core import outbox
from koine.core.actor import Actor
from koine.core.conversations.handling import activity, selection
from koine.core.conversations.handling.activity import Line
from koine.core.conversations.store import handling as store
from koine.core.desk_events import ConversationPriorityChanged
from koine.core.errors import Invalid, Problem
from koine.core.statuses import priorities
from koine.postgres.database import Tx


async def put(tx: Tx, by: Actor, workspace_id: int, ids: Sequence[int], *, priority_id: int | None) -> list[int]:
    """Give conversations a priority of the workspace, or none (None); the ids of those that had another.

    Raises PermissionMissing, ConversationNotFound, and Invalid when there is no such priority.
    """
    by.must("conversations:update_priority", workspace_id)
    names = {each.id: each.name for each in await priorities.of_workspace(tx, workspace_id)}
    name = None if priority_id is None else names.get(priority_id)
    if priority_id is not None and name is None:
        raise Invalid(problems=[Problem("not_found", ("priority",))])
    held = [each for each in await selection.hold(tx, by, workspace_id, ids) if each.priority_id != priority_id]
    if held:
        await store.set_priority(tx, workspace_id, [each.id for each in held], priority_id)
        says = f"set the priority to {name}" if name else "took the priority away"
        await activity.tell(tx, by, workspace_id, [Line(each.id, "priority", says, {"to": name}) for each in held])
        changed = [
            ConversationPriorityChanged(*each.subject, data={"from": each.priority, "to": name}) for each in held
        ]
        await outbox.record(tx, by, *changed)
    return [each.id for each in held]
