"""SQL for drafts."""

from __future__ import annotations

from datetime import datetime

from koine.postgres.database import Row, Tx


async def upsert(tx: Tx, workspace_id: int, user_id: int, conversation_id: int, kind: str, body: str) -> datetime:
    """Keep it instead of the one before; when that was."""
    rows = await tx.write(
        """
        insert into drafts (workspace_id, user_id, conversation_id, kind, body) values ($1, $2, $3, $4, $5)
            on conflict (workspace_id, user_id, conversation_id, kind)
            do update set body = excluded.body, updated_at = now()
        returning updated_at
        """,
        workspace_id,
        user_id,
        conversation_id,
        kind,
        body,
    )
    at: datetime = rows[0]["updated_at"]
    return at


async def delete(tx: Tx, workspace_id: int, user_id: int, conversation_id: int, kind: str) -> None:
    """Keep it no longer."""
    await tx.write(
        "delete from drafts where workspace_id = $1 and user_id = $2 and conversation_id = $3 and kind = $4",
        workspace_id,
        user_id,
        conversation_id,
        kind,
    )


async def of_conversation(tx: Tx, workspace_id: int, user_id: int, conversation_id: int) -> list[Row]:
    """A user's drafts for a conversation, in the order of Draft."""
    return await tx.rows(
        """
        select conversation_id, kind, body, updated_at from drafts
         where workspace_id = $1 and user_id = $2 and conversation_id = $3
        """,
        workspace_id,
        user_id,
        conversation_id,
    )
