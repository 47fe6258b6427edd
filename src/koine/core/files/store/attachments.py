"""SQL for files as messages name them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from koine.core.actor import Actor
from koine.core.conversations.model import Attachment
from koine.core.files.store import visible
from koine.core.filters import Clauses
from koine.postgres.database import Tx


async def known(tx: Tx, by: Actor, workspace_id: int, ids: Collection[int]) -> dict[int, Attachment]:
    """Those of these ids that name a file of this workspace that the actor may see."""
    clauses = _named(by, workspace_id, ids)
    sql = f"""
        select f.id, f.uuid, f.file_name, f.content_type, f.size, f.created_at, f.missing_at is null
          from attachments f where {clauses.sql}
    """
    return {row[0]: Attachment(*row) for row in await tx.rows(sql, *clauses.values)}


async def hold(tx: Tx, by: Actor, workspace_id: int, ids: Collection[int]) -> set[int]:
    """The same, held until the transaction ends."""
    await tx.begin()
    clauses = _named(by, workspace_id, ids)
    sql = f"select f.id from attachments f where {clauses.sql} order by f.id for update of f"
    return {row["id"] for row in await tx.rows(sql, *clauses.values)}


async def said(tx: Tx, workspace_id: int, ids: Sequence[int]) -> set[int]:
    """Those of these ids that some message was said with."""
    rows = await tx.rows(
        "select attachment_id from message_attachments where workspace_id = $1 and attachment_id = any ($2::bigint[])",
        workspace_id,
        list(ids),
    )
    return {row["attachment_id"] for row in rows}


def _named(by: Actor, workspace_id: int, ids: Collection[int]) -> Clauses:
    clauses = Clauses()
    clauses.add("f.workspace_id = ?::bigint", workspace_id)
    clauses.add("f.id = any (?::bigint[]) and f.deleted_at is null", list(ids))
    visible.limit(clauses, by)
    return clauses
