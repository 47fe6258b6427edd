"""SQL for saved views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from koine.postgres.database import Row, Tx

_COLUMNS = "workspace_id, id, uuid, owner_id, name, shared, filters, sort, place"


async def of_user(tx: Tx, workspace_id: int, user_id: int | None) -> list[Row]:
    """A user's own and those that are shared, in the order of View and of the rail."""
    return await tx.rows(
        f"""
        select {_COLUMNS} from views where workspace_id = $1 and (owner_id = $2 or shared)
         order by shared, place, id
        """,
        workspace_id,
        user_id,
    )


async def insert(
    tx: Tx,
    workspace_id: int,
    uuid: UUID,
    owner_id: int,
    name: str,
    filters: Mapping[str, Any],
    sort: str,
    place: int,
    *,
    shared: bool,
) -> int:
    """A new view; its id."""
    rows = await tx.write(
        """
        insert into views (workspace_id, uuid, owner_id, name, shared, filters, sort, place)
        values ($1, $2, $3, $4, $5, $6, $7, $8) returning id
        """,
        workspace_id,
        uuid,
        owner_id,
        name,
        shared,
        filters,
        sort,
        place,
    )
    id: int = rows[0]["id"]
    return id


async def update(
    tx: Tx, workspace_id: int, id: int, name: str, filters: Mapping[str, Any], sort: str, place: int, *, shared: bool
) -> None:
    """Ask otherwise."""
    await tx.write(
        """
        update views set name = $3, filters = $4, sort = $5, place = $6, shared = $7, updated_at = now()
         where workspace_id = $1 and id = $2
        """,
        workspace_id,
        id,
        name,
        filters,
        sort,
        place,
        shared,
    )


async def delete(tx: Tx, workspace_id: int, id: int) -> None:
    """Keep it no longer."""
    await tx.write("delete from views where workspace_id = $1 and id = $2", workspace_id, id)


async def reorder(tx: Tx, workspace_id: int, ids: Sequence[int]) -> None:
    """Give these the places of this order."""
    await tx.write(
        """
        update views v set place = g.ord, updated_at = now()
          from unnest($2::bigint[]) with ordinality as g(id, ord) where v.workspace_id = $1 and v.id = g.id
        """,
        workspace_id,
        list(ids),
    )
