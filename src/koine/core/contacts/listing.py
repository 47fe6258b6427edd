"""Lists of contacts, and how many there are."""

from __future__ import annotations

from koine.core.actor import Actor
from koine.core.contacts import store as one
from koine.core.contacts.lists import store
from koine.core.contacts.lists.asked import Asked, Listed
from koine.core.contacts.model import Contact
from koine.postgres.database import Tx


async def query(tx: Tx, by: Actor, workspace_id: int, asked: Asked) -> list[Listed]:
    """A page of the contacts of a workspace that are not deleted. Raises PermissionMissing."""
    by.must("contacts:read", workspace_id)
    return await store.top(tx, by, workspace_id, asked)


async def total(tx: Tx, by: Actor, workspace_id: int, asked: Asked) -> int | None:
    """How many there are on all its pages; None when that would take too long to say. Asked last in a transaction."""
    by.must("contacts:read", workspace_id)
    return await store.count(tx, by, workspace_id, asked)


async def duplicate(tx: Tx, by: Actor, workspace_id: int, *, email: str | None, phone: str | None) -> Contact | None:
    """Whoever would be refused as a double: the contact with this address, or else with this number."""
    by.must("contacts:read", workspace_id)
    found = await one.by_email(tx, workspace_id, email) if email else None
    if found is None and phone:
        found = await one.by_phone(tx, workspace_id, phone)
    return found
