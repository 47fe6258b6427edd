"""SQL for whispers."""

from __future__ import annotations

from uuid import UUID

from koine.postgres.database import Tx


async def whisper(tx: Tx, workspace_id: int, conversation: UUID, channel: str, types: bool) -> bool:
    """Say on a channel that somebody types in a conversation, or has stopped, where there is such a one."""
    tx.only_one_write()
    rows = await tx.write(
        """
        select pg_notify($3, jsonb_build_object(
                   'workspace_id', workspace_id, 'conversation', uuid, 'conversation_id', id, 'typing', $4::boolean
               )::text) from conversations
         where workspace_id = $1 and uuid = $2 and deleted_at is null and contact_id is not null
        """,
        workspace_id,
        conversation,
        channel,
        types,
    )
    return bool(rows)
