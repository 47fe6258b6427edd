"""Saying something in a conversation, and reading what was said."""

from __future__ import annotations

from collections.abc import Sequence

from koine.core.actor import Actor
from koine.core.conversations.model import Conversation, Message, Posted, Posting
from koine.core.conversations.store import messages as store
from koine.core.conversations.store import posting
from koine.core.errors import MessageNotFound
from koine.core.page import Page, Window, page
from koine.postgres.database import Tx


async def post(tx: Tx, by: Actor, postings: Sequence[Posting]) -> list[Posted | None]:
    """Say something in each of these conversations; what became of it in the same order, None where there is no such
    conversation (or none that still takes messages, or none that the actor may write in).

    One statement, whatever the length of the list. Files that are attached must be there (`attachments.known`). An
    actor who sees only part of a workspace must have found the conversation first.
    Raises PermissionMissing when the actor may write nowhere.
    """
    by.must_somewhere("messages:write")
    writable = [id for id in by.workspaces if by.may("messages:write", id)]
    return await posting.post(tx, by, writable, postings)


async def find(tx: Tx, by: Actor, id: int) -> Message:
    """Raises MessageNotFound when it does not exist or is in a conversation that may not be seen."""
    by.must_somewhere("messages:read")
    found = await store.find(tx, by, id)
    if found is None:
        raise MessageNotFound
    return found


async def latest(tx: Tx, by: Actor, conversation: Conversation, window: Window) -> Page[Message]:
    """A page of what was said in a conversation that the actor has found, newest first, without what was deleted.

    Raises PermissionMissing, and CursorUnreadable when the window's place is not one of this list.
    """
    by.must("messages:read", conversation.workspace_id)
    found = await store.latest(tx, conversation.workspace_id, conversation.id, window)
    return page(found, window, lambda message: message.created_at.isoformat(), lambda message: message.id)
