"""Those who answer in a workspace: its members, with their roles."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from koine.core import outbox
from koine.core.account_events import MemberAdded, MemberRemoved, RoleGiven, UserCreated
from koine.core.accounts import roles
from koine.core.accounts.roles import Role
from koine.core.actor import Actor
from koine.core.errors import Conflict, Invalid, NotFound, Problem, Taken
from koine.core.identity import new_uuid
from koine.core.sessions import ending
from koine.core.teams import store as teams_store
from koine.core.users import people, users
from koine.core.users.store import agents as store
from koine.core.users.store import users as users_store
from koine.core.users.users import User
from koine.postgres.database import Tx

LONGEST = {"email": 254, "first_name": 100, "last_name": 100}  # characters


class AgentNotFound(NotFound):
    """No such member of this workspace."""

    code = "agent_not_found"
    says = "There is no such agent here."


class LastAdministrator(Conflict):
    """Nobody would be left who may manage the workspace's people."""

    code = "last_administrator"
    says = "Nobody would be left who may manage the people of this workspace."


@dataclass(frozen=True, slots=True)
class Agent:
    """A member of a workspace. Without `has_password` they have not come in by one yet; not `enabled`: they cannot."""

    id: int
    uuid: UUID
    name: str
    email: str
    role_id: int
    role: str
    enabled: bool
    has_password: bool
    availability: str
    last_active_at: datetime | None
    last_login_at: datetime | None


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody who is to answer here. `password_hash` None: they come in by a link first."""

    email: str
    role_id: int
    first_name: str = ""
    last_name: str = ""
    password_hash: str | None = None


async def of_workspace(tx: Tx, workspace_id: int) -> list[Agent]:
    """A workspace's members, by name."""
    return [Agent(*row) for row in await store.of_workspace(tx, workspace_id)]


async def name_of(tx: Tx, workspace_id: int, user_id: int) -> str | None:
    """What a member is called who can come in; None when there is no such one."""
    return (await names_of(tx, workspace_id, [user_id])).get(user_id)


async def names_of(tx: Tx, workspace_id: int, users: Collection[int]) -> dict[int, str]:
    """What those of these are called who are members and can come in."""
    return {row["id"]: row["name"] for row in await store.names_of(tx, workspace_id, list(users))}


async def invite(tx: Tx, by: Actor, workspace_id: int, invited: Invited) -> User:
    """Make somebody a member: somebody new, or whoever of the account has this address.

    Nobody gives a role that may do more than they may themselves. Raises PermissionMissing, Taken when they are a
    member already, and Invalid.
    """
    by.must("users:manage", workspace_id)
    role = await _role(tx, by, workspace_id, invited.role_id)
    _must_be_described(invited)
    user = await users.by_email(tx, by.account_id, invited.email)
    if user is not None and await store.role_of(tx, workspace_id, user.id) is not None:
        raise Taken("Somebody with this address is here already.", problems=[Problem("taken", ("email",))])
    if user is None:
        user = await _new(tx, by, invited)
    await users_store.insert_membership(tx, by.account_id, user.id, workspace_id, role.name)
    told = {"user_id": user.id, "workspace_id": workspace_id, "role": role.name}
    await outbox.record_of_account(tx, by, MemberAdded(by.account_id, told))
    return user


async def give_role(tx: Tx, by: Actor, workspace_id: int, user_id: int, *, role_id: int) -> None:
    """Let a member do what another role allows.

    Raises PermissionMissing, also for a role that may do more than the actor, before or after; AgentNotFound,
    LastAdministrator, and Invalid when there is no such role.
    """
    by.must("users:manage", workspace_id)
    role = await _role(tx, by, workspace_id, role_id)
    before = await _member(tx, by, workspace_id, user_id)
    if before.id == role.id:
        return
    if "users:manage" not in role.permissions:
        await _must_not_be_last(tx, workspace_id, user_id)
    await store.set_role(tx, workspace_id, user_id, role.id)
    told = {"user_id": user_id, "workspace_id": workspace_id, "from": before.name, "to": role.name}
    await outbox.record_of_account(tx, by, RoleGiven(by.account_id, told))
    await ending.end_of_user(tx, by, user_id, reason="role")


async def remove(tx: Tx, by: Actor, workspace_id: int, user_id: int) -> None:
    """Have somebody be a member no longer: they leave their teams; what was assigned to them still names them.

    Raises PermissionMissing, AgentNotFound and LastAdministrator.
    """
    by.must("users:manage", workspace_id)
    await _member(tx, by, workspace_id, user_id)
    await _must_not_be_last(tx, workspace_id, user_id)
    await store.set_role(tx, workspace_id, user_id, None)
    await teams_store.leave(tx, workspace_id, user_id)
    told = {"user_id": user_id, "workspace_id": workspace_id}
    await outbox.record_of_account(tx, by, MemberRemoved(by.account_id, told))
    await ending.end_of_user(tx, by, user_id, reason="role")


async def disable(tx: Tx, by: Actor, workspace_id: int, user_id: int) -> None:
    """Let a member in no more, anywhere: they keep their role.

    Needs who may manage people in all workspaces that they are a member of. Raises PermissionMissing, AgentNotFound and
    LastAdministrator.
    """
    user = await _everywhere(tx, by, workspace_id, user_id)
    for place in await users.memberships(tx, user_id):
        await _must_not_be_last(tx, place, user_id)
    await people.disable(tx, by, user)


async def enable(tx: Tx, by: Actor, workspace_id: int, user_id: int) -> None:
    """Let a member in again. Raises as `disable` does."""
    await people.enable(tx, by, await _everywhere(tx, by, workspace_id, user_id))


async def _new(tx: Tx, by: Actor, invited: Invited) -> User:
    names = invited.first_name.strip(), invited.last_name.strip()
    id = await users_store.insert(tx, by.account_id, new_uuid(), None, invited.email.strip(), *names, None)
    if invited.password_hash is not None:
        await users_store.set_password_hash(tx, by.account_id, id, invited.password_hash)
    await outbox.record_of_account(tx, by, UserCreated(by.account_id, {"user_id": id}))
    user = await users.by_id(tx, by.account_id, id)
    if user is None:
        raise LookupError("a user vanished inside a transaction")
    return user


def _must_be_described(invited: Invited) -> None:
    problems = [] if "@" in invited.email.strip("@ ") else [Problem("malformed", ("email",))]
    problems += [
        Problem("too_long", (field,), limit=limit)
        for field, limit in LONGEST.items()
        if len(getattr(invited, field)) > limit
    ]
    if problems:
        raise Invalid(problems=problems)


async def _role(tx: Tx, by: Actor, workspace_id: int, role_id: int) -> Role:
    role = await roles.find(tx, by.account_id, role_id)
    if role is None:
        raise Invalid(problems=[Problem("not_found", ("role",))])
    roles.must_cover(by, role.permissions, workspace_id)
    return role


async def _member(tx: Tx, by: Actor, workspace_id: int, user_id: int) -> Role:
    """The role of a member who may do no more than the actor."""
    role_id = await store.role_of(tx, workspace_id, user_id)
    role = None if role_id is None else await roles.find(tx, by.account_id, role_id)
    if role is None:
        raise AgentNotFound
    roles.must_cover(by, role.permissions, workspace_id)
    return role


async def _everywhere(tx: Tx, by: Actor, workspace_id: int, user_id: int) -> User:
    by.must("users:manage", workspace_id)
    await _member(tx, by, workspace_id, user_id)
    by.must("users:manage", *await users.memberships(tx, user_id))
    user = await users.by_id(tx, by.account_id, user_id)
    if user is None:
        raise AgentNotFound
    return user


async def _must_not_be_last(tx: Tx, workspace_id: int, user_id: int) -> None:
    if not await store.others_manage(tx, workspace_id, user_id):
        raise LastAdministrator
