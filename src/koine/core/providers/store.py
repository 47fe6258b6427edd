"""SQL for providers."""

from __future__ import annotations

from koine.core.providers.model import Provider, Wanted
from koine.postgres.database import Tx

# In the order of Provider.
COLUMNS = "p.workspace_id, p.id, p.kind, p.name, p.url, p.extra, p.token_id, p.created_at, p.deleted_at"


async def insert(tx: Tx, workspace_id: int, id: str, wanted: Wanted) -> Provider:
    """A new one."""
    rows = await tx.write(
        f"""
        insert into providers as p (workspace_id, id, kind, name, url, extra, token_id)
        values ($1, $2, $3, $4, $5, $6, $7) returning {COLUMNS}
        """,
        workspace_id,
        id,
        wanted.kind,
        wanted.name,
        wanted.url,
        wanted.extra,
        wanted.token_id,
    )
    return Provider(*rows[0].values())


async def delete(tx: Tx, workspace_id: int, id: str) -> bool:
    """Keep it only for what it has carried; False when there is none."""
    rows = await tx.write(
        """
        update providers set deleted_at = now() where workspace_id = $1 and id = $2 and deleted_at is null returning 1
        """,
        workspace_id,
        id,
    )
    return bool(rows)


async def find(tx: Tx, workspace_id: int, id: str) -> Provider | None:
    """The one with this id, also a deleted one."""
    row = await tx.row(f"select {COLUMNS} from providers p where p.workspace_id = $1 and p.id = $2", workspace_id, id)
    return None if row is None else Provider(*row.values())


async def of_workspaces(tx: Tx) -> list[Provider]:
    """Those of the workspaces that the transaction sees, without deleted ones."""
    rows = await tx.rows(
        f"""
        select {COLUMNS} from providers p where p.workspace_id = any ($1::bigint[]) and p.deleted_at is null
         order by p.created_at, p.workspace_id, p.id
        """,
        list(tx.workspaces),
    )
    return [Provider(*row.values()) for row in rows]
