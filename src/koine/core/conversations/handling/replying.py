"""Answering a contact: at once, later, or with a moment to think better of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from koine.core.actor import Actor
from koine.core.conversations.correspondence.model import Sent
from koine.core.conversations.model import Conversation, Said
from koine.postgres.database import Tx

UNDO = 10.0  # seconds in which a reply can be taken back


async def reply(tx: Tx, by: Actor, conversation: Conversation, said: Said) -> Sent:
    """Answer the other side of a conversation that the actor has found, over the channel that it is held by.

    Said before under the same `source_id`, nothing is written (`known`). The actor's draft of a reply is gone. Raises
    PermissionMissing, ConversationNotFound for one in the bin, NothingToSay, and DoNotDisturb or CannotReach when the
    contact does not want to be reached by that channel, or cannot be.
    """
    raise NotImplementedError


async def reply_later(tx: Tx, by: Actor, conversation: Conversation, said: Said, *, at: datetime) -> Sent:
    """The same at a time (UTC) within a year; until then it stands in the thread as `scheduled`, and can be taken back.

    For a moment to think better of it, `at` is UNDO seconds from now. Raises as `reply` does, and Invalid.
    """
    raise NotImplementedError


async def take_back(tx: Tx, by: Actor, conversation: Conversation, uuid: UUID) -> str:
    """Do not say what was to be said later; its words, which are the actor's draft again.

    Raises PermissionMissing, and NotScheduled when it has been said, was taken back, or never was to be.
    """
    raise NotImplementedError
