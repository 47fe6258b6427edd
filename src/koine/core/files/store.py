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
