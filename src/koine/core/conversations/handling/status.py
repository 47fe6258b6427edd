"""Where conversations stand: any status of the workspace, or the usual one of a category."""

from __future__ import annotations

from collections.abc import Sequence

from koine.core import outbox
from koine.core.actor import Actor
from koine.core.conversations.handling import activity, selection
from koine.core.conversations.handling.activity import Line
from koine.core.conversations.handling.selection import Held
from koine.core.conversations.model import Category, Status
from koine.core.conversations.store import changing
from koine.core.conversations.store import handling as store
from koine.core.desk_events import ConversationWoken
from koine.core.errors import Invalid, Problem
from koine.core.events import ConversationStatusChanged, Event
from koine.core.statuses import statuses
from koine.postgres.database import Tx

CLOSED = "Closed"  # the name that dates `closed_at` (contracts/libredesk.md §4.3)


async def put(tx: Tx, by: Actor, workspace_id: int, ids: Sequence[int], *, status_id: int) -> list[int]:
    """Put conversations into a status of the workspace; the ids of those that were in another, or snoozed.

    The first time of being resolved, and of being Closed, is kept. What was snoozed wakes. Raises PermissionMissing,
    ConversationNotFound, and Invalid when there is no such status.
    """
    by.must("conversations:update_status", workspace_id)
    status = await statuses.find(tx, workspace_id, status_id)
    if status is None:
        raise Invalid(problems=[Problem("not_found", ("status",))])
    return await _put(tx, by, workspace_id, ids, status)


async def put_category(tx: Tx, by: Actor, workspace_id: int, ids: Sequence[int], *, category: Category) -> list[int]:
    """Resolve or reopen: put those that are not in a category yet into its usual status; their ids."""
    by.must("conversations:update_status", workspace_id)
    status = await changing.usual_status(tx, workspace_id, category)
    return await _put(tx, by, workspace_id, ids, status, category)


def changed(held: Held, status: Status) -> ConversationStatusChanged:
    """That it came from its status into another."""
    told = {"from": held.status.name, "to": status.name, "category": status.category}
    return ConversationStatusChanged(*held.subject, data=told)


async def _put(
    tx: Tx, by: Actor, workspace_id: int, ids: Sequence[int], status: Status, unless: Category | None = None
) -> list[int]:
    found = await selection.hold(tx, by, workspace_id, ids)
    held = [
        each
        for each in found
        if each.snoozed_until is not None or (each.status.id != status.id and each.status.category != unless)
    ]
    if held:
        await store.set_status(tx, workspace_id, [each.id for each in held], status, closes=status.name == CLOSED)
        lines = [Line(each.id, "status", _says(status), {"to": status.name}) for each in held]
        await activity.tell(tx, by, workspace_id, lines)
        await outbox.record(tx, by, *(event for each in held for event in _events(each, status)))
    return [each.id for each in held]


def _events(held: Held, status: Status) -> list[Event]:
    woken: list[Event] = [] if held.snoozed_until is None else [ConversationWoken(*held.subject)]
    return woken if held.status.id == status.id else [*woken, changed(held, status)]


def _says(status: Status) -> str:
    match status.name:
        case "Resolved":
            return "resolved this"
        case "Open":
            return "opened this again"
    return f"marked this as {status.name}"
