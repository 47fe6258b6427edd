"""Finding contacts by a part of their name, address or number."""

from __future__ import annotations

from koine.core.actor import Actor
from koine.core.contacts import store
from koine.core.contacts.lists import naming
from koine.core.contacts.model import Contact
from koine.core.errors import ContactNotFound
from koine.postgres.database import Tx

MOST = 8
SHORTEST = 3  # letters: fewer find nothing


async def named(tx: Tx, by: Actor, workspace_id: int, text: str) -> list[Contact]:
    """The MOST that were active last, with this in their names, address or number. Raises PermissionMissing."""
    by.must("contacts:read", workspace_id)
    words = " ".join(text.replace("\x00", " ").split())[:100]
    return await naming.named(tx, workspace_id, words, MOST) if len(words) >= SHORTEST else []


async def by_id(tx: Tx, by: Actor, workspace_id: int, id: int) -> Contact:
    """Raises PermissionMissing and ContactNotFound."""
    by.must("contacts:read", workspace_id)
    found = await store.by_id(tx, workspace_id, id)
    if found is None:
        raise ContactNotFound
    return found
