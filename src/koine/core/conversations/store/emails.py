"""SQL for e-mails, as far as they have more than other messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from koine.core.conversations.correspondence.model import Email
from koine.postgres.database import Tx


async def thread(tx: Tx, workspace_id: int, contact_id: int, uuid: UUID) -> UUID | None:
    """The thread of an e-mail or message with a contact; one that has none begins one."""
    found: UUID | None = await tx.value(
        """
        select coalesce(e.thread, m.uuid) from messages m
          join conversations c on c.workspace_id = m.workspace_id and c.id = m.conversation_id and c.contact_id = $2
          left join emails e on e.workspace_id = m.workspace_id and e.message_id = m.id
         where m.workspace_id = $1
           and m.id = coalesce((select x.message_id from emails x where x.workspace_id = $1 and x.uuid = $3),
                               (select y.id from messages y where y.workspace_id = $1 and y.uuid = $3))
        """,
        workspace_id,
        contact_id,
        uuid,
    )
    return found


async def insert(
    tx: Tx, workspace_id: int, uuid: UUID, message_id: int, thread: UUID, email: Email, status: str
) -> None:
    """What an e-mail has besides its words."""
    await tx.write(
        """
        insert into emails (workspace_id, uuid, message_id, thread, subject, sender, recipients, cc, bcc, reply_to,
                            html, status)
        values ($1, $2, $3, $4, $5, $6, $7::text[], $8::text[], $9::text[], $10, $11, $12)
        """,
        workspace_id,
        uuid,
        message_id,
        thread,
        email.subject,
        email.sender,
        list(email.recipients),
        list(email.cc),
        list(email.bcc),
        email.reply_to,
        email.html,
        status,
    )


async def report(
    tx: Tx, workspace_id: int, message_id: int, status: str, events: Mapping[str, Any], outcomes: Mapping[str, Any]
) -> None:
    """What became of an e-mail: counters and addresses that are named replace what was known of them."""
    await tx.write(
        """
        update emails set status = $3, events = events || $4, outcomes = outcomes || $5, updated_at = now()
         where workspace_id = $1 and message_id = $2
        """,
        workspace_id,
        message_id,
        status,
        events,
        outcomes,
    )
