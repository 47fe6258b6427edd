"""SQL for what a workspace has."""

from __future__ import annotations

from typing import Any

from koine.postgres.database import Tx


async def of_workspace(tx: Tx, workspace_id: int) -> tuple[Any, ...]:
    """Lists of inboxes (id, name, channel), teams, tags, statuses and priorities (id, name)."""
    row = await tx.row(
        """
        select array(select row (id, name, channel) from inboxes
                      where workspace_id = $1 and deleted_at is null order by id),
               array(select row (id, name) from teams where workspace_id = $1 and deleted_at is null order by id),
               array(select row (id, name) from tags where workspace_id = $1 order by name, id),
               array(select row (id, name) from statuses where workspace_id = $1 and deleted_at is null order by id),
               array(select row (id, name) from priorities where workspace_id = $1 order by rank, id)
        """,
        workspace_id,
    )
    return ([], [], [], [], []) if row is None else tuple(row)
