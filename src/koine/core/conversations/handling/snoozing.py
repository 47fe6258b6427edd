"""Putting conversations off until a time, and having them back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from koine.core import outbox
from koine.core.actor import Actor
from koine.core.conversations.handling import activity, selection, status
from koine.core.conversations.handling.activity import Line
from koine.core.conversations.handling.selection import Held
from koine.core.conversations.store import changing
from koine.core.conversations.store import handling as store
from koine.core.desk_events import ConversationSnoozed, ConversationWoken
from koine.core.errors import ConversationNotFound, Invalid, Problem
from koine.core.events import Event
from koine.core.jobs import jobs
from koine.core.jobs.model import Wanted
from koine.postgres.database import Tx

WAKING = "waking"  # the reaction that wakes what is due
LONGEST = timedelta(days=366)


async def snooze(tx: Tx, by: Actor, workspace_id: int, ids: Sequence[int], *, until: datetime) -> list[int]:
    """Put conversations off until a time (UTC): they wait in the usual status for that. The ids of those that change.

    Raises PermissionMissing, ConversationNotFound, and Invalid for a time that is over or more than a year off.
    """
    by.must("conversations:update_status", workspace_id)
    if not datetime.now(UTC) < until < datetime.now(UTC) + LONGEST:
        raise Invalid(problems=[Problem("not_allowed", ("until",), "This has to be within a year from now.")])
    waiting = await changing.usual_status(tx, workspace_id, "waiting")
    held = [each for each in await selection.hold(tx, by, workspace_id, ids) if each.snoozed_until != until]
    if held:
        await store.snooze(tx, workspace_id, [each.id for each in held], waiting, until)
        wanted = [Wanted(workspace_id, WAKING, f"conversation:{each.id}", None, str(each.id), until) for each in held]
        await jobs.enqueue(tx, wanted)
        told = {"until": until.isoformat()}
        await activity.tell(tx, by, workspace_id, [Line(each.id, "snoozed", "put this off", told) for each in held])
        snoozed: list[Event] = [ConversationSnoozed(*each.subject, data=told) for each in held]
        snoozed += [status.changed(each, waiting) for each in held if each.status.id != waiting.id]
        await outbox.record(tx, by, *snoozed)
    return [each.id for each in held]


async def wake(tx: Tx, by: Actor, workspace_id: int, ids: Sequence[int]) -> list[int]:
    """Have conversations back before their time: those that are put off become open; their ids.

    Raises PermissionMissing and ConversationNotFound.
    """
    by.must("conversations:update_status", workspace_id)
    found = await selection.hold(tx, by, workspace_id, ids)
    return await _wake(tx, by, [each for each in found if each.snoozed_until is not None], "had this back")


async def wake_due(tx: Tx, by: Actor, workspace_id: int, id: int) -> list[int]:
    """Have one back whose time has come; one that is gone, or was put off further, is left alone."""
    try:
        found = await selection.hold(tx, by, workspace_id, [id])
    except ConversationNotFound:
        return []
    due = found if await store.is_due(tx, workspace_id, id) else []
    return await _wake(tx, by, due, "brought this back, as its time has come")


async def _wake(tx: Tx, by: Actor, held: Sequence[Held], says: str) -> list[int]:
    if not held:
        return []
    workspace_id = held[0].workspace_id
    usual = await changing.usual_status(tx, workspace_id, "open")
    await store.set_status(tx, workspace_id, [each.id for each in held], usual, closes=False)
    await activity.tell(tx, by, workspace_id, [Line(each.id, "woken", says) for each in held])
    woken: list[Event] = [ConversationWoken(*each.subject) for each in held]
    woken += [status.changed(each, usual) for each in held if each.status.id != usual.id]
    await outbox.record(tx, by, *woken)
    return [each.id for each in held]
