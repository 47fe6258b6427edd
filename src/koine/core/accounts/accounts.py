"""Founding an account: who owns the workspaces, and the roles that its people can have."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from koine.core.accounts import store
from koine.core.identity import new_uuid
from koine.core.permissions import ROLES
from koine.postgres.database import Tx


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
