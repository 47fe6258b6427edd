"""SQL for files as messages name them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from koine.core.actor import Actor
from koine.core.files.store import visible
from koine.core.filters import Clauses
from koine.postgres.database import Tx


async def existing(tx: Tx, by: Actor, workspace_id: int, ids: Sequence[int]) -> set[int]:
    """Those of these ids that name a file of this workspace that the actor may see."""
    clauses = _named(by, workspace_id, ids)
    rows = await tx.rows(f"select f.id from attachments f where {clauses.sql}", *clauses.values)
    return {row["id"] for row in rows}


async def hold(tx: Tx, by: Actor, workspace_id: int, ids: Sequence[int], lock: Literal["share", "update"]) -> set[int]:
    """The same, locked until the transaction ends: against deleting, or against being held by others as well."""
    await tx.begin()
    clauses = _named(by, workspace_id, ids)
    sql = f"select f.id from attachments f where {clauses.sql} order by f.id for {lock} of f"
    return {row["id"] for row in await tx.rows(sql, *clauses.values)}


async def said(tx: Tx, workspace_id: int, ids: Sequence[int]) -> set[int]:
    """Those of these ids that some message was said with."""
    rows = await tx.rows(
        "select attachment_id from message_attachments where workspace_id = $1 and attachment_id = any ($2::bigint[])",
        workspace_id,
        list(ids),
    )
    return {row["attachment_id"] for row in rows}


def _named(by: Actor, workspace_id: int, ids: Sequence[int]) -> Clauses:
    clauses = Clauses()
    clauses.add("f.workspace_id = ?::bigint", workspace_id)
    clauses.add("f.id = any (?::bigint[]) and f.deleted_at is null", list(ids))
    visible.limit(clauses, by)
    return clauses
