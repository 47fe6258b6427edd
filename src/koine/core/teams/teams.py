"""Teams: making one, and asking who is there to be given something."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from koine.core import naming, outbox
from koine.core.actor import Actor
from koine.core.desk_events import TeamDeleted, TeamUpdated
from koine.core.errors import Conflict, Invalid, NotFound, Problem
from koine.core.events import TeamCreated
from koine.core.identity import new_uuid
from koine.core.teams import store
from koine.postgres.database import Tx

LONGEST = 140  # characters of a name


class TeamNotFound(NotFound):
    """No such team in this workspace."""

    code = "team_not_found"
    says = "There is no such team."


class TeamInUse(Conflict):
    """Conversations that are not resolved are its."""

    code = "team_in_use"
    says = "This team has conversations that are not resolved. Give them to somebody else first."


@dataclass(frozen=True, slots=True)
class Team:
    """Some members of a workspace who answer together."""

    id: int
    uuid: UUID
    name: str
    members: Sequence[int]


async def create(tx: Tx, by: Actor, workspace_id: int, *, name: str, members: tuple[int, ...] = ()) -> int:
    """A new team of these users, who must be members of the workspace; its id. Raises Invalid and Taken."""
    by.must("teams:manage", workspace_id)
    others = (await of_workspace(tx, workspace_id)).values()
    name = naming.free(name, others, longest=LONGEST, thing="team")
    await _must_be_members(tx, workspace_id, members)
    id = await store.insert(tx, workspace_id, new_uuid(), name, list(members))
    await outbox.record(tx, by, TeamCreated(workspace_id, data={"team_id": id, "name": name}))
    return id


async def rename(tx: Tx, by: Actor, workspace_id: int, id: int, *, name: str) -> None:
    """Call it otherwise. Raises PermissionMissing, TeamNotFound, Invalid and Taken."""
    by.must("teams:manage", workspace_id)
    team = await find(tx, workspace_id, id)
    if team.name == name.strip():
        return
    others = [called for other, called in (await of_workspace(tx, workspace_id)).items() if other != id]
    name = naming.free(name, others, longest=LONGEST, thing="team")
    await store.rename(tx, workspace_id, id, name)
    await outbox.record(tx, by, TeamUpdated(workspace_id, data={"team_id": id, "fields": ["name"]}))


async def set_members(tx: Tx, by: Actor, workspace_id: int, id: int, *, members: Collection[int]) -> None:
    """Have exactly these members of the workspace be in it. Raises PermissionMissing, TeamNotFound and Invalid."""
    by.must("teams:manage", workspace_id)
    team = await find(tx, workspace_id, id)
    wanted = sorted(set(members))
    if wanted == sorted(team.members):
        return
    await _must_be_members(tx, workspace_id, wanted)
    await store.set_members(tx, workspace_id, id, wanted)
    await outbox.record(tx, by, TeamUpdated(workspace_id, data={"team_id": id, "fields": ["members"]}))


async def delete(tx: Tx, by: Actor, workspace_id: int, id: int) -> None:
    """Do without it: nobody is in it any more. What is resolved was its.

    Raises PermissionMissing, TeamNotFound, and TeamInUse while it has conversations that are not resolved.
    """
    by.must("teams:manage", workspace_id)
    team = await find(tx, workspace_id, id)
    if not await store.delete(tx, workspace_id, id):
        raise TeamInUse
    await store.set_members(tx, workspace_id, id, [])
    await outbox.record(tx, by, TeamDeleted(workspace_id, data={"team": str(team.uuid), "name": team.name}))


async def find(tx: Tx, workspace_id: int, id: int) -> Team:
    """Raises TeamNotFound when a workspace has no such team, or no longer."""
    found = [team for team in await every(tx, workspace_id) if team.id == id]
    if not found:
        raise TeamNotFound
    return found[0]


async def every(tx: Tx, workspace_id: int) -> list[Team]:
    """A workspace's teams with their members, by name."""
    return [Team(*row) for row in await store.every(tx, workspace_id)]


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


async def _must_be_members(tx: Tx, workspace_id: int, users: Collection[int]) -> None:
    unknown = sorted(set(users) - set(await store.known_members(tx, workspace_id, list(users)) if users else []))
    if unknown:
        raise Invalid(problems=[Problem("not_found", ("members",), given=user_id) for user_id in unknown])
