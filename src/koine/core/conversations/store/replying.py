"""What answering needs to know of a conversation."""

from __future__ import annotations

from uuid import UUID

from koine.postgres.database import Tx


async def channel(tx: Tx, workspace_id: int, id: int) -> str | None:
    """The channel by which a conversation is held: that of what its contact said last, else of its inbox."""
    found: str | None = await tx.value(
        """
        select coalesce(
                   (select m.channel from messages m
                     where m.workspace_id = c.workspace_id and m.conversation_id = c.id and m.deleted_at is null
                       and m.kind = 'message' and m.direction = 'in'
                     order by m.created_at desc, m.id desc limit 1),
                   case when c.last_message_id is not null then c.last_message_channel end, i.channel)
          from conversations c left join inboxes i on i.workspace_id = c.workspace_id and i.id = c.inbox_id
         where c.workspace_id = $1 and c.id = $2
        """,
        workspace_id,
        id,
    )
    return found


async def scheduled_words(tx: Tx, workspace_id: int, conversation_id: int, uuid: UUID) -> str | None:
    """What is to be said in a conversation later, as it was typed where that is known."""
    found: str | None = await tx.value(
        """
        select coalesce(m.meta ->> 'markdown', m.body_text) from messages m
         where m.workspace_id = $1 and m.conversation_id = $2 and m.uuid = $3 and m.state = 'scheduled'
           and m.deleted_at is null
        """,
        workspace_id,
        conversation_id,
        uuid,
    )
    return found
