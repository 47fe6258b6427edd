"""SQL for tags."""

from __future__ import annotations

from uuid import UUID

from koine.postgres.database import Row, Tx


async def of_workspace(tx: Tx, workspace_id: int) -> list[Row]:
    """A workspace's tags by name: id, uuid, name."""
    return await tx.rows("select id, uuid, name from tags where workspace_id = $1 order by name, id", workspace_id)


async def insert(tx: Tx, workspace_id: int, uuid: UUID, name: str) -> int:
    """A new tag; its id."""
    rows = await tx.write(
        "insert into tags (workspace_id, uuid, name) values ($1, $2, $3) returning id", workspace_id, uuid, name
    )
    id: int = rows[0]["id"]
    return id


async def rename(tx: Tx, workspace_id: int, id: int, name: str) -> None:
    """Call it otherwise."""
    await tx.write("update tags set name = $3 where workspace_id = $1 and id = $2", workspace_id, id, name)


async def delete(tx: Tx, workspace_id: int, id: int) -> None:
    """Remove it, from conversations too."""
    await tx.write("delete from tags where workspace_id = $1 and id = $2", workspace_id, id)
