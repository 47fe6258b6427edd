"""Looking at what was said with contacts: one message, those of a conversation, those of a workspace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from koine.core.actor import Actor
from koine.core.conversations.correspondence.model import Letter
from koine.core.conversations.store import correspondence, letters
from koine.core.errors import MessageNotFound
from koine.core.page import Page, Place, Window, page
from koine.postgres.database import Tx

OrderBy = Literal["created", "updated"]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which messages, all conditions together; None means that it does not matter.

    `channels`: any of these; `without`: none of those. From `since` on and before `until` (UTC). `among`: the rows of
    all that can be meant, where they are known to be few.
    """

    workspace_id: int
    conversation: UUID | None = None
    contact: UUID | None = None
    channels: Sequence[str] | None = None
    without: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    among: Sequence[int] | None = None


async def find(tx: Tx, by: Actor, uuid: UUID, *, email: bool = False) -> Letter:
    """One message with a contact; `email`: by the id of the e-mail that it is.

    Raises MessageNotFound when it does not exist, is in a conversation that may not be seen, or has no contact.
    """
    by.must_somewhere("messages:read")
    found = await correspondence.seen(tx, by, uuid, email=email)
    if found is None:
        raise MessageNotFound
    return found


async def own(tx: Tx, by: Actor, uuid: UUID, *, email: bool = False) -> Letter:
    """The same for somebody who may write messages, whether or not they may read any."""
    by.must_somewhere("messages:write")
    writable = [id for id in by.workspaces if by.may("messages:write", id)]
    found = await (correspondence.by_email if email else correspondence.by_uuid)(tx, writable, uuid)
    if found is None:
        raise MessageNotFound
    return found


async def by_id(tx: Tx, workspace_id: int, id: int) -> Letter | None:
    """One message by its row, for what Koine does by itself."""
    return await correspondence.by_id(tx, workspace_id, id)


async def of_event(tx: Tx, workspace_id: int, event_id: int) -> int | None:
    """The row of the message that an event is about."""
    return await correspondence.of_event(tx, workspace_id, event_id)


async def alt_id(tx: Tx, workspace_id: int, uuid: UUID) -> str | None:
    """By which id whoever brought a message or e-mail knows it."""
    return await correspondence.alt_id(tx, workspace_id, uuid)


async def of_conversation(
    tx: Tx, by: Actor, workspace_id: int, conversation_id: int, channels: Sequence[str] | None, window: Window
) -> Page[Letter]:
    """A page of a conversation that the actor has found, newest first, with notes and what is scheduled."""
    by.must("messages:read", workspace_id)
    found = await letters.of_conversation(tx, workspace_id, conversation_id, channels, window)
    return page(found, window, lambda letter: letter.created_at.isoformat(), lambda letter: letter.id)


async def place(tx: Tx, workspace_id: int, conversation_id: int, uuid: UUID) -> Place | None:
    """Where a message stands in its conversation, also a deleted one; None when it is not in it."""
    return await letters.place(tx, workspace_id, conversation_id, uuid)


async def every(
    tx: Tx, by: Actor, asked: Asked, order: OrderBy, window: Window, *, descending: bool, total: int | None = None
) -> tuple[Page[Letter], int | None]:
    """A page of all that was said with contacts in a workspace whose conversations are all open to the actor, and how
    much that is: `total` where it was counted for an earlier page, None where that takes too long.

    Raises CursorUnreadable. The last statement of `tx`.
    """
    by.must("messages:read", asked.workspace_id)
    by.must("conversations:read_all", asked.workspace_id)
    asked = replace(asked, among=await letters.few_since(tx, asked))
    found = await letters.every(tx, asked, order, window, descending=descending)
    of_these = page(found, window, lambda letter: _value(letter, order), lambda letter: letter.id)
    if window.place is None:
        total = len(found) if of_these.after is None else await letters.count(tx, asked)
    return of_these, total


def _value(letter: Letter, order: OrderBy) -> str:
    return (letter.created_at if order == "created" else letter.updated_at).isoformat()
