"""SQL for who chose which emoji for a message."""

from __future__ import annotations

from collections.abc import Sequence

from koine.core.actor import Actor
from koine.postgres.database import Tx


async def hold(tx: Tx, workspaces: Sequence[int], message_id: int) -> bool:
    """Hold a message, and its conversation as it is, until the transaction ends; whether either of them is deleted."""
    await tx.begin()
    row = await tx.row(
        """
        select m.deleted_at is not null or c.deleted_at is not null as is_deleted
          from messages m join conversations c on c.workspace_id = m.workspace_id and c.id = m.conversation_id
         where m.workspace_id = any ($1::bigint[]) and m.id = $2 for update of m for share of c
        """,
        list(workspaces),
        message_id,
    )
    return row is not None and row["is_deleted"]


async def add(tx: Tx, by: Actor, workspace_id: int, message_id: int, emoji: str) -> bool:
    """Note that the actor chose an emoji; False when they had."""
    rows = await tx.write(
        """
        with chosen as (
            insert into reactions (workspace_id, message_id, emoji, author_kind, author_id) values ($1, $2, $3, $4, $5)
            on conflict do nothing returning 1)
        update messages set updated_at = greatest(now(), updated_at)
         where workspace_id = $1 and id = $2 and exists (select from chosen) returning 1
        """,
        workspace_id,
        message_id,
        emoji,
        by.kind,
        by.id,
    )
    return bool(rows)


async def remove(tx: Tx, by: Actor, workspace_id: int, message_id: int, emoji: str) -> bool:
    """Forget that the actor chose an emoji; False when they had not."""
    rows = await tx.write(
        """
        with taken_back as (
            delete from reactions
             where workspace_id = $1 and message_id = $2 and emoji = $3 and author_kind = $4 and author_id = $5
            returning 1)
        update messages set updated_at = greatest(now(), updated_at)
         where workspace_id = $1 and id = $2 and exists (select from taken_back) returning 1
        """,
        workspace_id,
        message_id,
        emoji,
        by.kind,
        by.id,
    )
    return bool(rows)
