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


async def insert_role(tx: Tx, account_id: int, name: str, permissions: Sequence[str]) -> None:
    """A role that people of the account can have."""
    await tx.write(
        "insert into roles (account_id, name, permissions) values ($1, $2, $3)", account_id, name, list(permissions)
    )


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
