"""Reacting to what was said: choosing an emoji for a message, and taking that back."""

from __future__ import annotations

from koine.core import outbox
from koine.core.actor import Actor
from koine.core.conversations import messages
from koine.core.conversations.model import Message
from koine.core.conversations.store import reactions as store
from koine.core.errors import Invalid
from koine.core.events import MessageReactionAdded, MessageReactionRemoved
from koine.postgres.database import Tx

MOST = 50  # different emojis of one message


class MessageDeleted(Invalid):
    """The message lies in the bin, or its conversation does: it stays as it is."""

    code = "message_deleted"
    says = "The message is deleted, or its conversation is."


class TooManyReactions(Invalid):
    """The message has as many different emojis as it may have."""

    code = "too_many_reactions"
    says = f"A message has no more than {MOST} different emojis."


async def add(tx: Tx, by: Actor, message_id: int, emoji: str) -> Message:
    """Choose an emoji for a message; the message afterwards. Chosen already, it stays as it is.

    Its `updated_at` moves, that of its conversation does not. Raises MessageNotFound, PermissionMissing, MessageDeleted
    (also when its conversation is), and TooManyReactions for one emoji more than a message may have. Not for Koine
    itself, which is nobody in particular.
    """
    message = await _held(tx, by, message_id)
    there = {reaction.emoji for reaction in message.reactions}
    if emoji not in there and len(there) >= MOST:
        raise TooManyReactions
    if await store.add(tx, by, message.workspace_id, message.id, emoji):
        await outbox.record(tx, by, MessageReactionAdded(*_subject(message), data={"emoji": emoji}))
    return await messages.find(tx, by, message_id)


async def remove(tx: Tx, by: Actor, message_id: int, emoji: str) -> Message:
    """Take back an emoji that oneself has chosen; the message afterwards. Not chosen, nothing changes.

    Raises MessageNotFound, PermissionMissing and MessageDeleted as `add` does.
    """
    message = await _held(tx, by, message_id)
    if await store.remove(tx, by, message.workspace_id, message.id, emoji):
        await outbox.record(tx, by, MessageReactionRemoved(*_subject(message), data={"emoji": emoji}))
    return await messages.find(tx, by, message_id)


async def _held(tx: Tx, by: Actor, message_id: int) -> Message:
    """The message, which nobody else changes, and whose conversation nobody deletes, until this transaction ends."""
    is_deleted = await store.hold(tx, by.workspaces, message_id)
    message = await messages.find(tx, by, message_id)
    by.must("messages:write", message.workspace_id)
    if is_deleted:
        raise MessageDeleted
    return message


def _subject(message: Message) -> tuple[int, int, int]:
    """What an event of a message is about."""
    return message.workspace_id, message.conversation_id, message.id
