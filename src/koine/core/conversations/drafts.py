"""What somebody has begun to write: theirs alone, kept here so that it is wherever they go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from koine.core.actor import Actor
from koine.core.conversations.model import Conversation
from koine.core.conversations.store import drafts as store
from koine.core.errors import Forbidden, Invalid, Problem
from koine.postgres.database import Tx

Kind = Literal["reply", "note"]
LONGEST = 100_000  # characters


@dataclass(frozen=True, slots=True)
class Draft:
    """Words as they were typed, in Markdown; when they were last changed is in UTC."""

    conversation_id: int
    kind: Kind
    body: str
    updated_at: datetime


async def save(tx: Tx, by: Actor, conversation: Conversation, *, kind: Kind, body: str) -> Draft | None:
    """Keep a draft instead of the one of this kind before; without words there is none (None).

    Nothing has happened yet, so no event tells of it. Raises PermissionMissing, Forbidden for who is no person, and
    Invalid.
    """
    by.must("messages:write", conversation.workspace_id)
    user_id = _person(by)
    if len(body) > LONGEST:
        raise Invalid(problems=[Problem("too_long", ("body",), limit=LONGEST)])
    if not body.strip():
        await store.delete(tx, conversation.workspace_id, user_id, conversation.id, kind)
        return None
    at = await store.upsert(tx, conversation.workspace_id, user_id, conversation.id, kind, body)
    return Draft(conversation.id, kind, body, at)


async def of_conversation(tx: Tx, by: Actor, conversation: Conversation) -> dict[Kind, Draft]:
    """The actor's drafts for a conversation that they have found, by kind."""
    by.must("conversations:read", conversation.workspace_id)
    rows = await store.of_conversation(tx, conversation.workspace_id, _person(by), conversation.id)
    return {row["kind"]: Draft(*row) for row in rows}


def _person(by: Actor) -> int:
    if by.kind != "user" or by.id is None:
        raise Forbidden("Only people have drafts.")
    return by.id
