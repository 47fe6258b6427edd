"""The queues of a desk: what is in each, in pages, how many there are, and which of them a conversation is in."""

from __future__ import annotations

from collections.abc import Sequence

from koine.core.actor import Actor
from koine.core.conversations.queued import Asked, Counts, Queue, Row
from koine.core.conversations.store import counting, queues
from koine.core.page import Page, Window, page
from koine.postgres.database import Tx


async def rows(tx: Tx, by: Actor, workspace_id: int, asked: Asked, window: Window) -> Page[Row]:
    """A page of a list, of what the actor may see and what is not in the bin; one statement.

    Raises PermissionMissing, and CursorUnreadable when the window's place is not one of this order.
    """
    by.must("conversations:read", workspace_id)
    found = await queues.top(tx, by, workspace_id, asked, window)
    return page(found, window, lambda row: queues.place_value(row, asked.order), lambda row: row.id)


async def those(tx: Tx, by: Actor, workspace_id: int, ids: Sequence[int]) -> dict[int, Row]:
    """The rows of these conversations, also deleted ones, as far as the actor may see them: for live updates."""
    by.must("conversations:read", workspace_id)
    return {row.id: row for row in await queues.those(tx, by, workspace_id, ids)}


async def counts(tx: Tx, by: Actor, workspace_id: int) -> Counts:
    """How many there are in each queue of the rail, up to UNCOUNTED of each; one statement."""
    by.must("conversations:read", workspace_id)
    return await counting.counts(tx, by, workspace_id)


def standing_in(row: Row, by: Actor) -> list[Queue]:
    """The queues of the rail that a conversation is in for the actor, whose row it is."""
    if row.deleted:
        return []
    if row.resolved:
        return [Queue("resolved")]
    mentioned = [Queue("mentions")] if row.mentioned else []
    if row.snoozed_until is not None:
        return [Queue("snoozed"), *mentioned]
    mine = by.kind == "user" and row.assignee is not None and row.assignee.id == by.id
    places = [Queue("all"), *mentioned, *(Queue("tag", tag.id) for tag in row.tags)]
    if mine or row.assignee is None:
        places.append(Queue("mine" if mine else "unassigned"))
    if row.inbox is not None:
        places.append(Queue("inbox", row.inbox.id))
    if row.team is not None:
        places.append(Queue("team", row.team.id))
    return places
