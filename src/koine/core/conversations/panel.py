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
    """What stands beside a conversation that the actor has found; at most three statements."""
    raise NotImplementedError


def names(conversation: Conversation) -> Names:
    """What the contracts call it."""
    return Names(
        conversation.number, conversation.uuid, f"con_{conversation.id}", short(conversation.uuid), conversation.uuid
    )

