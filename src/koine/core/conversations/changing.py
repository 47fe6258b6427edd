"""Changing a conversation: each is a no-op when nothing would change, so that saving twice tells nobody twice."""

from __future__ import annotations

from typing import Any

from koine.core import outbox
from koine.core.actor import Actor
from koine.core.conversations.model import Category, Conversation
from koine.core.conversations.store import changing
from koine.core.errors import Invalid, Problem
from koine.core.events import (
    ConversationDeleted,
    ConversationEntityAttached,
    ConversationRated,
    ConversationReadChanged,
    ConversationRestored,
    ConversationStarred,
    ConversationStatusChanged,
    ConversationSubjectChanged,
    ConversationUnreadChanged,
)
from koine.postgres.database import Tx


async def set_category(tx: Tx, by: Actor, conversation: Conversation, category: Category) -> None:
    """Resolve or reopen: put it into the usual status of a category. Open and waiting are both not resolved."""
    by.must("conversations:update_status", conversation.workspace_id)
    if conversation.resolved == (category == "resolved"):
        return
    status = await changing.usual_status(tx, conversation.workspace_id, category)
    await changing.set_status(tx, conversation.workspace_id, conversation.id, status)
    told = {"from": conversation.status.name, "to": status.name, "category": category}
    await outbox.record(tx, by, ConversationStatusChanged(*_subject(conversation), data=told))


async def set_subject(tx: Tx, by: Actor, conversation: Conversation, subject: str) -> None:
    """Call it something else."""
    by.must("conversations:write", conversation.workspace_id)
    if conversation.subject == subject:
        return
    await changing.set_subject(tx, conversation.workspace_id, conversation.id, subject)
    told = {"from": conversation.subject, "to": subject}
    await outbox.record(tx, by, ConversationSubjectChanged(*_subject(conversation), data=told))


async def attach_entity(tx: Tx, by: Actor, conversation: Conversation, entity: str) -> None:
    """Say what it is about, once and for all. Raises Invalid when it is about something else already."""
    by.must("conversations:write", conversation.workspace_id)
    if conversation.entity == entity:
        return
    if conversation.entity is not None:
        raise Invalid(problems=[Problem("unchangeable", ("entity",))])
    await changing.attach_entity(tx, conversation.workspace_id, conversation.id, entity)
    await outbox.record(tx, by, ConversationEntityAttached(*_subject(conversation), data={"entity": entity}))


async def mark(tx: Tx, by: Actor, conversation: Conversation, *, read: bool) -> None:
    """Say that oneself has or has not read it; nobody else's mark changes."""
    by.must("conversations:read", conversation.workspace_id)
    if conversation.read == read:
        return
    await changing.mark(tx, by, conversation.workspace_id, conversation.id, read=read)
    await outbox.record(tx, by, ConversationReadChanged(*_subject(conversation), data={"read": read}))


async def set_unread(tx: Tx, by: Actor, conversation: Conversation, count: int) -> None:
    """Say how many messages nobody has read, for everybody at once; 0 is that all of it is read."""
    by.must("conversations:write", conversation.workspace_id)
    if conversation.unread_count == count:
        return
    await changing.set_unread(tx, conversation.workspace_id, conversation.id, count)
    told = {"from": conversation.unread_count, "to": count}
    await outbox.record(tx, by, ConversationUnreadChanged(*_subject(conversation), data=told))


async def star(tx: Tx, by: Actor, conversation: Conversation, *, starred: bool) -> None:
    """Give it a star, or take it away."""
    by.must("conversations:write", conversation.workspace_id)
    if conversation.starred == starred:
        return
    await changing.set_starred(tx, conversation.workspace_id, conversation.id, starred=starred)
    await outbox.record(tx, by, ConversationStarred(*_subject(conversation), data={"starred": starred}))


async def rate(tx: Tx, by: Actor, conversation: Conversation, feedback: Any) -> None:
    """Say what one thinks of how it went: it is told of, and kept nowhere else."""
    by.must("conversations:write", conversation.workspace_id)
    await outbox.record(tx, by, ConversationRated(*_subject(conversation), data={"feedback": feedback}))


async def delete(tx: Tx, by: Actor, conversation: Conversation) -> None:
    """Put it into the bin: it leaves every list, and can be restored."""
    by.must("conversations:write", conversation.workspace_id)
    if conversation.deleted:
        return
    await changing.set_deleted(tx, conversation.workspace_id, conversation.id, deleted=True)
    await outbox.record(tx, by, ConversationDeleted(*_subject(conversation)))


async def restore(tx: Tx, by: Actor, conversation: Conversation) -> None:
    """Take it out of the bin."""
    by.must("conversations:write", conversation.workspace_id)
    if not conversation.deleted:
        return
    await changing.set_deleted(tx, conversation.workspace_id, conversation.id, deleted=False)
    await outbox.record(tx, by, ConversationRestored(*_subject(conversation)))


def _subject(conversation: Conversation) -> tuple[int, int, None, int | None]:
    """What an event of a conversation is about."""
    return conversation.workspace_id, conversation.id, None, conversation.contact_id
