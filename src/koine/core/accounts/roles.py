"""Roles: what the people of an account may do, under a name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from koine.core import naming, outbox
from koine.core.account_events import RoleChanged, RoleCreated, RoleDeleted
from koine.core.accounts import store
from koine.core.actor import Actor
from koine.core.errors import Conflict, Invalid, NotFound, PermissionMissing, Problem
from koine.core.permissions import ALL, ROLES
from koine.postgres.database import Tx

LONGEST = 60  # characters of a name
FIXED = frozenset({"Admin", "Owner", "Bookkeeper"})  # programs rely on what these allow


class RoleNotFound(NotFound):
    """No such role in this account."""

    code = "role_not_found"
    says = "There is no such role."


class RoleBuiltIn(Conflict):
    """One of those that every account has: programs know them by their names."""

    code = "role_built_in"
    says = "Every account has this role, and programs know it by its name."


class RoleInUse(Conflict):
    """Somebody has it."""

    code = "role_in_use"
    says = "Somebody has this role. Give them another one first."


@dataclass(frozen=True, slots=True)
class Role:
    """What somebody may do. `members` counts its members in all workspaces of the account."""

    id: int
    name: str
    permissions: frozenset[str]
    members: int

    @property
    def built_in(self) -> bool:
        """Whether every account has it."""
        return self.name in ROLES


async def of_account(tx: Tx, account_id: int) -> list[Role]:
    """An account's roles, oldest first."""
    return [Role(id, name, frozenset(allowed), n) for id, name, allowed, n in await store.roles(tx, account_id)]


async def find(tx: Tx, account_id: int, id: int) -> Role | None:
    """One of them."""
    return next((role for role in await of_account(tx, account_id) if role.id == id), None)


async def create(tx: Tx, by: Actor, *, name: str, permissions: Collection[str]) -> Role:
    """A new role, which may do no more than the actor. Raises PermissionMissing, Invalid and Taken."""
    by.must_somewhere("roles:manage")
    allowed = _known(permissions)
    _must_cover_somewhere(by, allowed)
    name = await _free(tx, by.account_id, name)
    id = await store.insert_role(tx, by.account_id, name, sorted(allowed))
    told = {"role_id": id, "name": name, "permissions": sorted(allowed)}
    await outbox.record_of_account(tx, by, RoleCreated(by.account_id, told))
    return Role(id, name, allowed, 0)


async def update(tx: Tx, by: Actor, id: int, *, name: str, permissions: Collection[str]) -> None:
    """Call it otherwise, or have it allow something else, to everybody who has it.

    What changes must be the actor's own in every workspace where somebody has it. Raises PermissionMissing,
    RoleNotFound, RoleBuiltIn for another name of one that is built in and for what a fixed one allows, Invalid and
    Taken.
    """
    role = await _managed(tx, by, id)
    allowed, name = _known(permissions), name.strip()
    if (role.built_in and name != role.name) or (role.name in FIXED and allowed != role.permissions):
        raise RoleBuiltIn
    if name == role.name and allowed == role.permissions:
        return
    different = allowed ^ role.permissions
    _must_cover_somewhere(by, different)
    for workspace_id in await store.workspaces_of_role(tx, id):
        must_cover(by, different, workspace_id)
    if name != role.name:
        name = await _free(tx, by.account_id, name, but=id)
    await store.update_role(tx, by.account_id, id, name, sorted(allowed))
    told = {"role_id": id, "name": name, "added": sorted(allowed - role.permissions)}
    told |= {"removed": sorted(role.permissions - allowed)}
    await outbox.record_of_account(tx, by, RoleChanged(by.account_id, told))


async def delete(tx: Tx, by: Actor, id: int) -> None:
    """Do without it. Raises PermissionMissing, RoleNotFound, RoleBuiltIn, and RoleInUse while somebody has it."""
    role = await _managed(tx, by, id)
    if role.built_in:
        raise RoleBuiltIn
    if not await store.delete_role(tx, by.account_id, id):
        raise RoleInUse
    await outbox.record_of_account(tx, by, RoleDeleted(by.account_id, {"role_id": id, "name": role.name}))


def must_cover(by: Actor, permissions: Collection[str], workspace_id: int) -> None:
    """Raise PermissionMissing unless the actor may do all of this in a workspace."""
    for permission in sorted(permissions):
        by.must(permission, workspace_id)


async def _managed(tx: Tx, by: Actor, id: int) -> Role:
    by.must_somewhere("roles:manage")
    role = await find(tx, by.account_id, id)
    if role is None:
        raise RoleNotFound
    by.must("roles:manage", *await store.workspaces_of_role(tx, id))
    return role


def _must_cover_somewhere(by: Actor, permissions: Collection[str]) -> None:
    """One workspace where the actor has all of it, and manages roles."""
    for permission in sorted(permissions):
        by.must_somewhere(permission)
    wanted = frozenset(permissions) | {"roles:manage"}
    if not any(wanted <= allowed for allowed in by.access.values()):
        raise PermissionMissing("roles:manage")


def _known(permissions: Collection[str]) -> frozenset[str]:
    unknown = sorted(frozenset(permissions) - ALL)
    if unknown:
        raise Invalid(problems=[Problem("not_allowed", ("permissions",), given=name) for name in unknown])
    return frozenset(permissions)


async def _free(tx: Tx, account_id: int, name: str, but: int | None = None) -> str:
    others = [role.name for role in await of_account(tx, account_id) if role.id != but]
    return naming.free(name, others, longest=LONGEST, thing="role")
