"""SQL for workspaces and the furniture that each is founded with."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from koine.postgres.database import Row, Tx


async def insert(tx: Tx, account_id: int, uuid: UUID, name: str) -> int:
    """A new workspace and the sequence of its conversation numbers; its id."""
    rows = await tx.write(
        "insert into workspaces (account_id, uuid, name) values ($1, $2, $3) returning id", account_id, uuid, name
    )
    id: int = rows[0]["id"]
    await tx.write("select open_numbers($1)", id)
    return id


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


async def of_account(tx: Tx, account_id: int, ids: Sequence[int] | None) -> list[Row]:
    """An account's workspaces, or those of these ids, oldest first."""
    return await tx.rows(
        """
        select id, uuid, account_id, name, created_at from workspaces
         where account_id = $1 and ($2::bigint[] is null or id = any ($2::bigint[])) order by id
        """,
        account_id,
        None if ids is None else list(ids),
    )


async def account_of(tx: Tx, id: int) -> int:
    """The account of a workspace."""
    found: int = await tx.value("select account_id from workspaces where id = $1", id)
    return found


async def uuid_of(tx: Tx, id: int) -> UUID:
    """The id that strangers know it by."""
    found: UUID = await tx.value("select uuid from workspaces where id = $1", id)
    return found
