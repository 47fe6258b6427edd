"""SQL for whispers."""

from __future__ import annotations

from uuid import UUID

from koine.postgres.database import Tx


async def whisper(tx: Tx, workspace_id: int, conversation: UUID, channel: str, told: str) -> bool:
    """Say something on a channel, where there is such a conversation."""
    tx.only_one_write()
    rows = await tx.write(
        """
        select pg_notify($3, $4) from conversations
         where workspace_id = $1 and uuid = $2 and deleted_at is null and contact_id is not null
        """,
        workspace_id,
        conversation,
        channel,
        told,
    )
    return bool(rows)
