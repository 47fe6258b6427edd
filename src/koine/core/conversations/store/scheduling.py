"""SQL for what is to be said later.

It stands among the messages in a state that every other list leaves out. When it is said it gets a new id, because the
order of ids is the order in which things were said: last messages and read marks go by it.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from koine.core.actor import Author
from koine.core.conversations.correspondence.model import Waiting
from koine.core.conversations.model import Said, State
from koine.core.identity import new_uuid
from koine.postgres.database import Tx


async def insert(
    tx: Tx, workspace_id: int, conversation_id: int, author: Author, said: Said
) -> tuple[int, UUID, datetime]:
    """Something to be said: its ids, and when it was written."""
    rows = await tx.write(
        """
        with written as (
            insert into messages (workspace_id, uuid, conversation_id, inbox_id, direction, kind, author_kind,
                                  author_id, body_text, body_html, channel, state, source_id, meta)
            select c.workspace_id, $2, c.id, c.inbox_id, $4, 'message', $5, $6, $7, $8, $9, 'scheduled', $10, $11
              from conversations c where c.workspace_id = $1 and c.id = $3
            returning id, uuid, created_at
        ), filed as (
            insert into message_attachments (workspace_id, message_id, attachment_id)
            select $1, written.id, file from written, unnest($12::bigint[]) as file
        )
        select id, uuid, created_at from written
        """,
        workspace_id,
        new_uuid(),
        conversation_id,
        said.direction,
        author.kind,
        author.id,
        said.text,
        said.html,
        said.channel,
        said.source_id,
        said.meta,
        list(said.attachments),
    )
    row = rows[0]
    return row["id"], row["uuid"], row["created_at"]


async def cancel(tx: Tx, workspace_id: int, uuid: UUID) -> bool:
    """Remove it, where it was not said yet."""
    rows = await tx.write(
        """
        update messages set deleted_at = now(), updated_at = now()
         where workspace_id = $1 and uuid = $2 and state = 'scheduled' and deleted_at is null returning id
        """,
        workspace_id,
        uuid,
    )
    return bool(rows)


async def hold(tx: Tx, workspace_id: int, uuid: UUID) -> Waiting | None:
    """What waits to be said; nobody cancels it until the transaction ends."""
    await tx.begin()
    row = await tx.row(
        """
        select c.id, c.uuid, c.contact_id, m.channel, c.deleted_at is not null
          from messages m join conversations c on c.workspace_id = m.workspace_id and c.id = m.conversation_id
         where m.workspace_id = $1 and m.uuid = $2 and m.state = 'scheduled' and m.deleted_at is null for update of m
        """,
        workspace_id,
        uuid,
    )
    return None if row is None else Waiting(*row)


async def say(tx: Tx, workspace_id: int, uuid: UUID, state: State, error: str | None) -> int:
    """Put it into its conversation, as the statement that posts does; its id from now on."""
    rows = await tx.write(
        """
        with said as (
            update messages m
               set id = nextval('messages_id_seq'), state = $3, created_at = now(), updated_at = now(),
                   meta = m.meta || case when $4::text is null then '{}' else jsonb_build_object('error', $4::text) end
             where m.workspace_id = $1 and m.uuid = $2
            returning m.*
        ), moved as (
            update conversations c
               set last_message_id = greatest(s.id, c.last_message_id),
                   last_message_at = greatest(s.created_at, c.last_message_at),
                   last_message_preview = case when s.id > coalesce(c.last_message_id, 0)
                                               then left(s.body_text, 200) else c.last_message_preview end,
                   last_message_author_kind = case when s.id > coalesce(c.last_message_id, 0)
                                                   then s.author_kind else c.last_message_author_kind end,
                   last_message_author_id = case when s.id > coalesce(c.last_message_id, 0)
                                                 then s.author_id else c.last_message_author_id end,
                   last_message_channel = case when s.id > coalesce(c.last_message_id, 0)
                                               then s.channel else c.last_message_channel end,
                   last_message_direction = case when s.id > coalesce(c.last_message_id, 0)
                                                 then s.direction else c.last_message_direction end,
                   last_automated = s.meta @> '{"automated": true}',
                   last_manual_at = case when s.meta @> '{"automated": true}' then c.last_manual_at
                                         else greatest(s.created_at, c.last_manual_at) end,
                   waiting_since = null, first_reply_at = coalesce(c.first_reply_at, s.created_at),
                   last_reply_at = greatest(s.created_at, c.last_reply_at),
                   updated_at = greatest(s.created_at, c.updated_at)
              from said s where c.workspace_id = s.workspace_id and c.id = s.conversation_id
        )
        select id from said
        """,
        workspace_id,
        uuid,
        state,
        error,
    )
    id: int = rows[0]["id"]
    # In a statement of its own: what is said of it has got its new id only when the other statement is over.
    await tx.write(
        "update emails set status = $3, updated_at = now() where workspace_id = $1 and message_id = $2",
        workspace_id,
        id,
        state,
    )
    return id
