"""Opening conversations."""

from __future__ import annotations

from collections.abc import Sequence

from koine.core import outbox
from koine.core.actor import Actor
from koine.core.conversations.model import Conversation, LastMessage, Opened, Opening, Status
from koine.core.conversations.store import opening
from koine.core.events import ConversationAssigned
from koine.postgres.database import Tx


async def open(tx: Tx, by: Actor, openings: Sequence[Opening]) -> list[Opened]:
    """Open conversations, each with what is said first in it; what they became, in the same order.

    One statement, whatever the length of the list. Files that are attached must be there: `attachments.known`, or
    `attachments.unsaid`. Raises PermissionMissing.
    """
    for workspace_id in {wanted.workspace_id for wanted in openings}:
        by.must("conversations:write", workspace_id)
    opened = await opening.open(tx, by, openings)
    assigned = [_assigned(*pair) for pair in zip(openings, opened, strict=True) if pair[0].assigned]
    if assigned:
        await outbox.record(tx, by, *assigned)
    return opened


def conversation(by: Actor, wanted: Opening, became: Opened, status: Status) -> Conversation:
    """The conversation as it now stands, without asking for it: nobody else can have changed it yet."""
    said = wanted.said
    author = (said and said.author) or by.author
    came = said is not None and said.direction == "in"
    last = LastMessage(became.message_id, author, said.text, became.at) if said and became.message_id else None
    return Conversation(
        workspace_id=became.workspace_id,
        id=became.id,
        uuid=became.uuid,
        number=became.number,
        subject=wanted.subject,
        status=status,
        opened_by=author,
        inbox_id=wanted.inbox_id,
        contact_id=wanted.contact_id,
        continuous=wanted.continuous,
        assignee_id=wanted.assignee_id,
        team_id=wanted.team_id,
        priority_id=None,
        entity=wanted.entity,
        last_message=last,
        last_message_at=became.at,
        read=author.kind == by.kind and author.id == by.id,
        starred=False,
        unread_count=1 if came else 0,
        waiting_since=became.at if came else None,
        snoozed_until=None,
        first_reply_at=None,
        last_reply_at=None,
        resolved_at=became.at if wanted.resolved else None,
        closed_at=None,
        custom_attributes=wanted.custom_attributes,
        created_at=became.at,
        updated_at=became.at,
        deleted_at=None,
    )


def _assigned(wanted: Opening, became: Opened) -> ConversationAssigned:
    told = {"assignee_id": wanted.assignee_id, "team_id": wanted.team_id}
    return ConversationAssigned(became.workspace_id, became.id, contact_id=wanted.contact_id, data=told)
