"""SQL for accounts and their roles."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from koine.postgres.database import Row, Tx


async def insert(tx: Tx, uuid: UUID, name: str) -> int:
    """A new account; its id."""
    rows = await tx.write("insert into accounts (uuid, name) values ($1, $2) returning id", uuid, name)
    id: int = rows[0]["id"]
    return id


async def insert_role(tx: Tx, account_id: int, name: str, permissions: Sequence[str]) -> int:
    """A role that people of the account can have; its id."""
    rows = await tx.write(
        "insert into roles (account_id, name, permissions) values ($1, $2, $3) returning id",
        account_id,
        name,
        list(permissions),
    )
    id: int = rows[0]["id"]
    return id


async def first(tx: Tx) -> Row | None:
    """The oldest account."""
    return await tx.row("select id, uuid, name from accounts order by id limit 1")


async def every(tx: Tx) -> list[Row]:
    """All accounts, oldest first."""
    return await tx.rows("select id, uuid, name from accounts order by id")


async def hold(tx: Tx) -> None:
    """Nobody else founds an account of the house until this transaction ends."""
    await tx.begin()
    await tx.value("select pg_advisory_xact_lock(hashtextextended('koine.accounts', 0))")


async def hold_one(tx: Tx, account_id: int) -> None:
    """Nobody else changes who and what an account has until this transaction ends."""
    await tx.begin()
    await tx.value("select 1 from accounts where id = $1 for no key update", account_id)


async def roles(tx: Tx, account_id: int) -> list[Row]:
    """An account's roles, oldest first: id, name, permissions, how many memberships have it."""
    return await tx.rows(
        """
        select r.id, r.name, r.permissions, (select count(*) from memberships m where m.role_id = r.id)
          from roles r where r.account_id = $1 order by r.id
        """,
        account_id,
    )


async def workspaces_of_role(tx: Tx, id: int) -> list[int]:
    """Where somebody has it."""
    rows = await tx.rows("select distinct workspace_id from memberships where role_id = $1 order by 1", id)
    return [row["workspace_id"] for row in rows]


async def update_role(tx: Tx, account_id: int, id: int, name: str, permissions: Sequence[str]) -> None:
    """Know it by another name, and have it allow this."""
    await tx.write(
        "update roles set name = $3, permissions = $4 where account_id = $1 and id = $2",
        account_id,
        id,
        name,
        list(permissions),
    )


async def delete_role(tx: Tx, account_id: int, id: int) -> bool:
    """Remove it, unless a membership or somebody of the staff has it. The row is locked before that is looked at."""
    await tx.begin()
    await tx.value("select 1 from roles where account_id = $1 and id = $2 for update", account_id, id)
    rows = await tx.write(
        """
        delete from roles where account_id = $1 and id = $2
           and not exists (select 1 from memberships where role_id = $2)
           and not exists (select 1 from staff where role_id = $2)
        returning id
        """,
        account_id,
        id,
    )
    return bool(rows)
