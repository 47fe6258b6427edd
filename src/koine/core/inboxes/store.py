"""SQL for inboxes."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from koine.postgres.database import Row, Tx


async def insert(tx: Tx, workspace_id: int, uuid: UUID, name: str, channel: str, address: str | None) -> int:
    """A new inbox; its id."""
    rows = await tx.write(
        "insert into inboxes (workspace_id, uuid, name, channel, address) values ($1, $2, $3, $4, $5) returning id",
        workspace_id,
        uuid,
        name,
        channel,
        address,
    )
    id: int = rows[0]["id"]
    return id


async def update(tx: Tx, workspace_id: int, id: int, name: str, address: str | None, *, enabled: bool) -> None:
    """Know it by other words, and whether anything comes in by it."""
    await tx.write(
        """
        update inboxes set name = $3, address = $4, enabled = $5, updated_at = now()
         where workspace_id = $1 and id = $2
        """,
        workspace_id,
        id,
        name,
        address,
        enabled,
    )


async def find(tx: Tx, workspace_id: int, id: int) -> Row | None:
    """An inbox that was not deleted."""
    return await tx.row(
        """
        select workspace_id, id, uuid, name, channel, address, enabled from inboxes
         where workspace_id = $1 and id = $2 and deleted_at is null
        """,
        workspace_id,
        id,
    )


async def by_uuid(tx: Tx, workspace_id: int, uuid: UUID) -> Row | None:
    """An inbox that was not deleted."""
    return await tx.row(
        """
        select workspace_id, id, uuid, name, channel, address, enabled from inboxes
         where workspace_id = $1 and uuid = $2 and deleted_at is null
        """,
        workspace_id,
        uuid,
    )


async def uuids(tx: Tx, workspace_id: int, ids: Sequence[int]) -> list[Row]:
    """The uuids of a workspace's inboxes, also of deleted ones."""
    return await tx.rows(
        "select id, uuid from inboxes where workspace_id = $1 and id = any ($2::bigint[])", workspace_id, list(ids)
    )


async def of_workspace(tx: Tx, workspace_id: int) -> list[Row]:
    """A workspace's inboxes, oldest first."""
    return await tx.rows(
        """
        select workspace_id, id, uuid, name, channel, address, enabled from inboxes
         where workspace_id = $1 and deleted_at is null order by id
        """,
        workspace_id,
    )
