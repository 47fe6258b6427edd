"""What a workspace has for its conversations to be in, by name: read at once, for pages that offer all of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from koine.core.workspaces import furniture_store as store
from koine.postgres.database import Tx


@dataclass(frozen=True, slots=True)
class Furniture:
    """Names by id: of inboxes with their channel. Oldest first, but tags by name, and the lowest priority first."""

    inboxes: Mapping[int, tuple[str, str]]
    teams: Mapping[int, str]
    tags: Mapping[int, str]
    statuses: Mapping[int, str]
    priorities: Mapping[int, str]


async def of_workspace(tx: Tx, workspace_id: int) -> Furniture:
    """All of it, by one statement."""
    inboxes, *named = await store.of_workspace(tx, workspace_id)
    return Furniture({id: (name, channel) for id, name, channel in inboxes}, *map(dict, named))
