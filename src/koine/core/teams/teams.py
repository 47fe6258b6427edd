"""Teams: making one, and asking who is there to be given something."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from koine.core import outbox
from koine.core.actor import Actor
from koine.core.events import TeamCreated
from koine.core.identity import new_uuid
from koine.core.teams import store
from koine.postgres.database import Tx


async def create(tx: Tx, by: Actor, workspace_id: int, *, name: str, members: tuple[int, ...] = ()) -> int:
    """A new team of these users, who must be members of the workspace; its id."""
    by.must("teams:manage", workspace_id)
    id = await store.insert(tx, workspace_id, new_uuid(), name, list(members))
    await outbox.record(tx, by, TeamCreated(workspace_id, data={"team_id": id, "name": name}))
    return id


async def exists(tx: Tx, workspace_id: int, id: int) -> bool:
    """Whether a workspace has this team."""
    return bool(await store.exists(tx, workspace_id, id))


async def of_members(tx: Tx, users: Collection[int]) -> dict[int, frozenset[int]]:
    """The teams that each of these users is in, in the workspaces that the transaction sees."""
    found: dict[int, set[int]] = {}
    for row in await store.of_members(tx, tx.workspaces, list(users)):
        found.setdefault(row["user_id"], set()).add(row["team_id"])
    return {user_id: frozenset(teams) for user_id, teams in found.items()}


async def uuids(tx: Tx, workspace_id: int, ids: Collection[int]) -> dict[int, UUID]:
    """What strangers call these teams of a workspace."""
    return {row["id"]: row["uuid"] for row in await store.uuids(tx, workspace_id, list(ids))}


async def of_workspace(tx: Tx, workspace_id: int) -> dict[int, str]:
    """The names of a workspace's teams by id, oldest first."""
    return {row["id"]: row["name"] for row in await store.of_workspace(tx, workspace_id)}
