"""Founding an account: who owns the workspaces, and the roles that its people can have."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from koine.core.accounts import store
from koine.core.identity import new_uuid
from koine.core.permissions import ROLES
from koine.postgres.database import Tx

HOUSE = "Koine"


@dataclass(frozen=True, slots=True)
class Account:
    """Whoever runs Koine: a partner in Tight's words, an agency in HighLevel's."""

    id: int
    uuid: UUID
    name: str


async def found(tx: Tx, name: str) -> Account:
    """A new account with the usual roles. There is nobody yet who could be refused."""
    uuid = new_uuid()
    id = await store.insert(tx, uuid, name)
    for role, permissions in ROLES.items():
        await store.insert_role(tx, id, role, sorted(permissions))
    return Account(id, uuid, name)


async def first(tx: Tx) -> Account | None:
    """The account of this data folder, or None before anything was set up."""
    row = await store.first(tx)
    return None if row is None else Account(row["id"], row["uuid"], row["name"])


async def every(tx: Tx) -> list[Account]:
    """All accounts of this database, oldest first."""
    return [Account(row["id"], row["uuid"], row["name"]) for row in await store.every(tx)]


async def at_hand(tx: Tx) -> Account:
    """The account that is meant when nobody says which: the only one, else that of the house."""
    there = await every(tx)
    return there[0] if len(there) == 1 else await of_the_house(tx)


async def hold(tx: Tx, account_id: int) -> None:
    """Change the people and workspaces of an account one after the other: nobody else does until this one is done."""
    await store.hold_one(tx, account_id)


async def of_the_house(tx: Tx) -> Account:
    """The account of whoever runs this Koine, as against those of others; founded when it is first asked for."""
    await store.hold(tx)
    there = [account for account in await every(tx) if account.name == HOUSE]
    return there[0] if there else await found(tx, HOUSE)
