"""What stands beside a thread: the contact in full, what it is about, who takes part, and what else they wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from koine.core.actor import Actor
from koine.core.contacts.model import Contact
from koine.core.conversations.model import Conversation
from koine.core.conversations.queued import Face, Row
from koine.core.conversations.store import panel as store
from koine.core.conversations.store import queues
from koine.core.errors import ConversationNotFound
from koine.core.identity import short
from koine.postgres.database import Tx

OTHERS = 10  # other conversations of the contact


@dataclass(frozen=True, slots=True)
class Attribute:
    """A custom attribute that is defined for conversations, with its value in this one; None: it has none."""

    key: str
    name: str
    data_type: str
    value: Any


@dataclass(frozen=True, slots=True)
class Panel:
    """What is beside a thread. `row` is the conversation as lists show it; `others` are the contact's others, newest
    first. `contact` None: the actor may not see contacts, or there is none.
    """

    row: Row
    contact: Contact | None
    entities: Sequence[str]
    participants: Sequence[Face]
    attributes: Sequence[Attribute]
    others: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Names:
    """What a conversation is called by the contracts that know it, each as their clients spell it."""

    number: int
    native: UUID
    tight: str
    highlevel: str
    libredesk: UUID


async def of(tx: Tx, by: Actor, conversation: Conversation) -> Panel:
    """What stands beside a conversation that the actor has found; three statements.

    Raises PermissionMissing, and ConversationNotFound when it is gone by now.
    """
    workspace_id, contact_id = conversation.workspace_id, conversation.contact_id
    by.must("conversations:read", workspace_id)
    rows = await queues.those(tx, by, workspace_id, [conversation.id])
    beside = await store.beside(tx, workspace_id, conversation.id)
    if not rows or beside is None:
        raise ConversationNotFound
    entities, participants, attributes, *of_contact = beside
    knows = contact_id is not None and by.may("contacts:read", workspace_id)
    others = []
    if contact_id is not None:
        others = await queues.of_contact(tx, by, workspace_id, contact_id, but=conversation.id, limit=OTHERS)
    return Panel(
        rows[0],
        Contact(*of_contact) if knows and of_contact[1] is not None else None,
        entities or (),
        [Face(*face) for face in participants or ()],
        [Attribute(*each) for each in attributes or ()],
        others,
    )


def names(conversation: Conversation) -> Names:
    """What the contracts call it."""
    return Names(
        conversation.number, conversation.uuid, f"con_{conversation.id}", short(conversation.uuid), conversation.uuid
    )
