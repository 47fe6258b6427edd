"""What stands around a conversation: the inbox it came in by, whom it is held with, its priority and tags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from koine.core.contacts.model import Contact
from koine.core.conversations.model import Conversation
from koine.core.conversations.store import surroundings as store
from koine.core.errors import ConversationNotFound
from koine.core.inboxes.inboxes import Inbox
from koine.postgres.database import Tx


@dataclass(frozen=True, slots=True)
class Surroundings:
    """None where there is none: conversations of some ways in have neither inbox nor contact. Tags by name."""

    inbox: Inbox | None
    contact: Contact | None
    priority: str | None = None
    tags: Sequence[str] = ()


async def of(tx: Tx, conversation: Conversation) -> Surroundings:
    """What stands around a conversation that somebody has found, also an inbox or contact that is gone by now."""
    row = await store.of(tx, conversation.workspace_id, conversation.id)
    if row is None:
        raise ConversationNotFound
    values = tuple(row)
    return Surroundings(
        None if values[0] is None else Inbox(*values[:7]),
        None if values[9] is None else Contact(*values[9:]),
        values[7],
        values[8] or (),
    )
