"""SQL for statuses and priorities."""

from __future__ import annotations

from collections.abc import Sequence

from koine.postgres.database import Row, Tx


async def of_workspace(tx: Tx, workspace_id: int) -> list[Row]:
    """A workspace's statuses, oldest first: id, name, category."""
    return await tx.rows(
        "select id, name, category from statuses where workspace_id = $1 and deleted_at is null order by id",
        workspace_id,
    )


async def find(tx: Tx, workspace_id: int, id: int) -> Row | None:
    """One of them."""
    return await tx.row(
        "select id, name, category from statuses where workspace_id = $1 and id = $2 and deleted_at is null",
        workspace_id,
        id,
    )


async def insert(tx: Tx, workspace_id: int, name: str, category: str) -> int:
    """A new status; its id."""
    rows = await tx.write(
        "insert into statuses (workspace_id, name, category) values ($1, $2, $3) returning id",
        workspace_id,
        name,
        category,
    )
    id: int = rows[0]["id"]
    return id


async def rename(tx: Tx, workspace_id: int, id: int, name: str) -> None:
    """Call it otherwise."""
    await tx.write("update statuses set name = $3 where workspace_id = $1 and id = $2", workspace_id, id, name)


async def delete(tx: Tx, workspace_id: int, id: int) -> bool:
    """Do without it, unless a conversation is in it.

    Its row stays: one that was put into it this very moment still has a status.
    """
    rows = await tx.write(
        """
        update statuses set deleted_at = now()
         where workspace_id = $1 and id = $2 and not exists (
               select 1 from conversations c where c.workspace_id = $1 and c.status_id = $2)
        returning id
        """,
        workspace_id,
        id,
    )
    return bool(rows)


async def priorities(tx: Tx, workspace_id: int) -> list[Row]:
    """A workspace's priorities, the lowest first: id, name, rank."""
    return await tx.rows(
        "select id, name, rank from priorities where workspace_id = $1 order by rank, id", workspace_id
    )


async def furnish(
    tx: Tx, workspace_id: int, statuses: Sequence[tuple[str, str, bool]], priorities: Sequence[str]
) -> None:
    """The statuses and priorities that a workspace starts with."""
    names, categories, usual = zip(*statuses, strict=True)
    await tx.write(
        """
        insert into statuses (workspace_id, name, category, usual)
        select $1, g.name, g.category, g.usual
          from unnest($2::text[], $3::text[], $4::boolean[]) with ordinality as g(name, category, usual, ord)
         order by g.ord
        """,
        workspace_id,
        list(names),
        list(categories),
        list(usual),
    )
    await tx.write(
        """
        insert into priorities (workspace_id, name, rank)
        select $1, g.name, g.ord from unnest($2::text[]) with ordinality as g(name, ord) order by ord
        """,
        workspace_id,
        list(priorities),
    )
