"""The priorities of a workspace."""

from __future__ import annotations

from dataclasses import dataclass

from koine.core.statuses import store
from koine.postgres.database import Tx


@dataclass(frozen=True, slots=True)
class Priority:
    """A word for how much something matters; the higher its rank, the more."""

    id: int
    name: str
    rank: int


async def of_workspace(tx: Tx, workspace_id: int) -> list[Priority]:
    """A workspace's priorities, the lowest first."""
    return [Priority(*row) for row in await store.priorities(tx, workspace_id)]
