"""SQL for holding what is in the storage against what is in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from koine.postgres.database import Tx


@dataclass(frozen=True, slots=True)
class Kept:
    """A file's bytes as the database knows them."""

    workspace_id: int
    id: int
    key: str
    size: int
    missing: bool


async def known(tx: Tx, keys: Sequence[str]) -> set[str]:
    """Those of these keys that belong to a file of the workspaces that the transaction sees, deleted ones included."""
    rows = await tx.rows(
        """
        select f.storage_key from unnest($1::bigint[]) as w(id)
          join attachments f on f.workspace_id = w.id and f.storage_key = any ($2::text[])
        """,
        list(tx.workspaces),
        list(keys),
    )
    return {row["storage_key"] for row in rows}


async def after(tx: Tx, workspace_id: int, id: int, *, limit: int) -> list[Kept]:
    """The files of a workspace that follow an id."""
    rows = await tx.rows(
        f"""
        select workspace_id, id, storage_key, size, missing_at is not null as missing from attachments
         where workspace_id = $1 and id > $2 order by id limit {limit:d}
        """,
        workspace_id,
        id,
    )
    return [Kept(*row) for row in rows]


async def mark(tx: Tx, workspace_id: int, ids: Sequence[int], *, missing: bool) -> None:
    """Remember that the bytes of these files are gone, or that they are there."""
    await tx.write(
        """
        update attachments set missing_at = case when $3::boolean then now() end
         where workspace_id = $1 and id = any ($2::bigint[])
        """,
        workspace_id,
        list(ids),
        missing,
    )
