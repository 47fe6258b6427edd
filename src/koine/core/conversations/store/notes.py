"""SQL for notes. They move nothing in their conversation: the other side, and readers for them, must not notice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from koine.core.actor import Author
from koine.core.conversations.model import Said
from koine.core.identity import new_uuid
from koine.postgres.database import Tx


async def insert(
    tx: Tx, workspace_id: int, conversation_id: int, author: Author, said: Said
) -> tuple[int, UUID, datetime]:
    """A note in a conversation, with its files: its ids, and when."""
    rows = await tx.write(
        """
        with written as (
            insert into messages (workspace_id, uuid, conversation_id, direction, kind, author_kind, author_id,
                                  body_text, body_html, channel, state, source_id, meta)
            values ($1, $2, $3, 'none', 'note', $4, $5, $6, $7, $8, 'sent', $10, $9) returning id, uuid, created_at
        ), filed as (
            insert into message_attachments (workspace_id, message_id, attachment_id)
            select $1, written.id, file from written, unnest($11::bigint[]) as file
        )
        select id, uuid, created_at from written
        """,
        workspace_id,
        new_uuid(),
        conversation_id,
        author.kind,
        author.id,
        said.text,
        said.html,
        said.channel,
        said.meta,
        said.source_id,
        list(said.attachments),
    )
    row = rows[0]
    return row["id"], row["uuid"], row["created_at"]


async def enclose(tx: Tx, workspace_id: int, message_id: int, files: Sequence[int]) -> None:
    """Files that go with a note."""
    if files:
        await tx.write(
            """
            insert into message_attachments (workspace_id, message_id, attachment_id)
            select $1, $2, file from unnest($3::bigint[]) as file
            """,
            workspace_id,
            message_id,
            list(files),
        )


async def mention(tx: Tx, workspace_id: int, conversation_id: int, message_id: int, users: Sequence[int]) -> None:
    """Remember which members a note names."""
    if users:
        await tx.write(
            """
            insert into mentions (workspace_id, user_id, conversation_id, message_id)
            select $1, named, $2, $3 from unnest($4::bigint[]) as named on conflict do nothing
            """,
            workspace_id,
            conversation_id,
            message_id,
            list(users),
        )
