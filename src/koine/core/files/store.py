"""SQL for files."""

from __future__ import annotations

from collections.abc import Sequence

from koine.postgres.database import Tx


async def existing(tx: Tx, workspace_id: int, ids: Sequence[int]) -> set[int]:
    """Those of these ids that name a file of this workspace."""
    rows = await tx.rows(
        "select id from attachments where workspace_id = $1 and id = any ($2::bigint[]) and deleted_at is null",
        workspace_id,
        list(ids),
    )
    return {row["id"] for row in rows}


async def hold(tx: Tx, workspace_id: int, ids: Sequence[int]) -> set[int]:
    """Those of these ids that name a file of this workspace, locked until the transaction ends."""
    await tx.begin()
    rows = await tx.rows(
        """
        select id from attachments where workspace_id = $1 and id = any ($2::bigint[]) and deleted_at is null
         order by id for update
        """,
        workspace_id,
        list(ids),
    )
    return {row["id"] for row in rows}


async def said(tx: Tx, workspace_id: int, ids: Sequence[int]) -> set[int]:
    """Those of these ids that some message was said with."""
    rows = await tx.rows(
        "select attachment_id from message_attachments where workspace_id = $1 and attachment_id = any ($2::bigint[])",
        workspace_id,
        list(ids),
    )
    return {row["attachment_id"] for row in rows}
