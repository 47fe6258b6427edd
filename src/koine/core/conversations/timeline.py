"""A thread as those who answer see it: what was said, their notes, and what was done with it."""

from __future__ import annotations

from collections.abc import Sequence

from koine.core.actor import Actor
from koine.core.conversations.model import Conversation, Entry
from koine.core.conversations.store import timeline as store
from koine.core.page import Page, Window, page
from koine.postgres.database import Tx

PAGE = 50  # entries


async def latest(tx: Tx, by: Actor, conversation: Conversation, window: Window) -> Page[Entry]:
    """A page of a conversation that the actor has found, newest first, without what was deleted; one statement.

    Raises PermissionMissing, and CursorUnreadable when the window's place is not one of this list.
    """
    by.must("messages:read", conversation.workspace_id)
    found = await store.latest(tx, conversation.workspace_id, conversation.id, window)
    return page(found, window, lambda entry: entry.message.created_at.isoformat(), lambda entry: entry.message.id)


async def those(tx: Tx, by: Actor, conversation: Conversation, ids: Sequence[int]) -> list[Entry]:
    """These entries of it, newest first, as far as they are there: for live updates."""
    by.must("messages:read", conversation.workspace_id)
    return await store.those(tx, conversation.workspace_id, conversation.id, ids)


async def first_unread(tx: Tx, by: Actor, conversation: Conversation) -> int | None:
    """The id of the oldest message that the actor has not seen; None when they have seen all of them.

    They have seen what was there when they said something themselves, or marked it read.
    """
    by.must("messages:read", conversation.workspace_id)
    return await store.first_unread(tx, by, conversation.workspace_id, conversation.id)
