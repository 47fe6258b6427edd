"""What conversations are about, seen from the thing itself."""

from __future__ import annotations

from collections.abc import Sequence

from koine.core.actor import Actor
from koine.core.conversations.store import changing
from koine.postgres.database import Tx


async def workspaces(tx: Tx, by: Actor, entities: Sequence[str]) -> dict[str, list[int]]:
    """In which of the workspaces that are open to the actor each entity is talked about already; those nowhere are left
    out, and conversations in the bin count.
    """
    return await changing.entity_workspaces(tx, by.workspaces, entities)
