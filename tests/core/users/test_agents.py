"""Agents and roles: nobody gives what they have not got, and somebody who manages people always stays."""

from __future__ import annotations

import pytest

from koine.core.accounts import roles
from koine.core.accounts.roles import RoleBuiltIn, RoleInUse, RoleNotFound
from koine.core.actor import Actor
from koine.core.errors import Invalid, PermissionMissing, Taken
from koine.core.permissions import ADMIN, ALL
from koine.core.users import agents, users
from koine.core.users.agents import AgentNotFound, Invited, LastAdministrator
from koine.demo import World
from koine.postgres.database import Database, Tx


@pytest.fixture
def home(world: World) -> int:
    return world.lamplight.workspace.id


@pytest.fixture
def linus(world: World) -> Actor:
    return world.acting(world.linus, "Admin", world.lamplight)


async def _role(tx: Tx, world: World, name: str) -> int:
    return next(role.id for role in await roles.of_account(tx, world.account_id) if role.name == name)


def _without(by: Actor, home: int, *permissions: str) -> Actor:
    access = {home: ADMIN - frozenset(permissions)}
    return Actor(by.kind, by.id, by.account_id, access, by.external_id, by.email, by.name)


async def test_somebody_is_invited_once(database: Database, world: World, home: int, linus: Actor) -> None:
    async with database.writing((home,)) as tx:
        agent = await _role(tx, world, "Agent")
        new = await agents.invite(tx, linus, home, Invited(" new@example.com ", agent, "New", "Comer"))
        (listed,) = [each for each in await agents.of_workspace(tx, home) if each.id == new.id]
        assert (listed.name, listed.role, listed.enabled, listed.has_password) == ("New Comer", "Agent", True, False)
        with pytest.raises(Taken):
            await agents.invite(tx, linus, home, Invited("NEW@example.com", agent))
        with pytest.raises(Invalid):
            await agents.invite(tx, linus, home, Invited("nobody", agent))
        grace = await agents.invite(tx, linus, home, Invited(world.grace.email, agent))
        assert grace.id == world.grace.id, "whoever has the address in the account is made a member"
        await agents.remove(tx, linus, home, new.id)
        assert new.id not in [each.id for each in await agents.of_workspace(tx, home)]
        assert await agents.name_of(tx, home, new.id) is None
        await agents.invite(tx, linus, home, Invited("new@example.com", agent))
        assert await agents.name_of(tx, home, new.id) == "New Comer"


async def test_nobody_gives_or_takes_more_than_they_have(
    database: Database, world: World, home: int, linus: Actor
) -> None:
    lesser = _without(linus, home, "account:manage")
    async with database.writing((home,)) as tx:
        admin, agent = await _role(tx, world, "Admin"), await _role(tx, world, "Agent")
        for deed in (
            lambda: agents.invite(tx, lesser, home, Invited("new@example.com", admin)),
            lambda: agents.give_role(tx, lesser, home, world.mary.id, role_id=admin),
            lambda: agents.give_role(tx, lesser, home, world.linus.id, role_id=agent),
            lambda: agents.remove(tx, lesser, home, world.linus.id),
            lambda: agents.disable(tx, lesser, home, world.linus.id),
            lambda: roles.create(tx, lesser, name="Boss", permissions=ALL),
        ):
            with pytest.raises(PermissionMissing, match="account:manage"):
                await deed()
        await agents.give_role(tx, linus, home, world.mary.id, role_id=admin)
        assert (await users.memberships(tx, world.mary.id))[home].role == "Admin"


async def test_whoever_manages_people_last_stays(database: Database, world: World, home: int, linus: Actor) -> None:
    async with database.writing((home,)) as tx:
        agent, admin = await _role(tx, world, "Agent"), await _role(tx, world, "Admin")
        for deed in (
            lambda: agents.remove(tx, linus, home, world.linus.id),
            lambda: agents.disable(tx, linus, home, world.linus.id),
            lambda: agents.give_role(tx, linus, home, world.linus.id, role_id=agent),
        ):
            with pytest.raises(LastAdministrator):
                await deed()
        await agents.give_role(tx, linus, home, world.mary.id, role_id=admin)
        await agents.remove(tx, linus, home, world.linus.id)
        with pytest.raises(AgentNotFound):
            await agents.remove(tx, linus, home, world.linus.id)


async def test_who_works_elsewhere_too_is_not_disabled_from_here(
    database: Database, world: World, home: int, linus: Actor
) -> None:
    async with database.writing((home, world.harbour.workspace.id)) as tx:
        with pytest.raises(PermissionMissing):
            await agents.disable(tx, linus, home, world.blaise.id)
        await agents.disable(tx, linus, home, world.mary.id)
        assert await agents.name_of(tx, home, world.mary.id) is None
        await agents.enable(tx, linus, home, world.mary.id)
        assert await agents.name_of(tx, home, world.mary.id) == "Mary Somerville"


async def test_roles_are_made_changed_and_deleted(database: Database, world: World, home: int, linus: Actor) -> None:
    async with database.writing((home,)) as tx:
        role = await roles.create(tx, linus, name=" Reader ", permissions=["conversations:read"])
        with pytest.raises(Taken):
            await roles.create(tx, linus, name="reader", permissions=[])
        with pytest.raises(Invalid):
            await roles.create(tx, linus, name="Flyer", permissions=["sky:fly"])
        await agents.give_role(tx, linus, home, world.mary.id, role_id=role.id)
        await roles.update(tx, linus, role.id, name="Reader", permissions=["messages:read"])
        assert (await users.memberships(tx, world.mary.id))[home].permissions == {"messages:read"}
        with pytest.raises(RoleInUse):
            await roles.delete(tx, linus, role.id)
        await agents.give_role(tx, linus, home, world.mary.id, role_id=await _role(tx, world, "Agent"))
        await roles.delete(tx, linus, role.id)
        with pytest.raises(RoleNotFound):
            await roles.update(tx, linus, role.id, name="Reader", permissions=[])


async def test_what_programs_rely_on_stays(database: Database, world: World, home: int, linus: Actor) -> None:
    lamplight = world.lamplight.workspace.id
    by = Actor("user", linus.id, linus.account_id, {lamplight: ALL, world.harbour.workspace.id: ALL})
    async with database.writing((home,)) as tx:
        admin, agent = await _role(tx, world, "Admin"), await _role(tx, world, "Agent")
        with pytest.raises(RoleBuiltIn):
            await roles.delete(tx, by, agent)
        with pytest.raises(RoleBuiltIn):
            await roles.update(tx, by, agent, name="Helper", permissions=["conversations:read"])
        with pytest.raises(RoleBuiltIn):
            await roles.update(tx, by, admin, name="Admin", permissions=["conversations:read"])
        await roles.update(tx, by, agent, name="Agent", permissions=["conversations:read"])
        assert (await roles.find(tx, world.account_id, agent)).permissions == {"conversations:read"}  # type: ignore[union-attr]


async def test_a_role_of_another_workspace_too_is_managed_by_who_manages_both(
    database: Database, world: World, home: int, linus: Actor
) -> None:
    """Blaise is a bookkeeper of both; Linus manages one of them."""
    async with database.writing((home,)) as tx:
        for id in (await _role(tx, world, "Bookkeeper"), await _role(tx, world, "Owner")):
            with pytest.raises(PermissionMissing, match="roles:manage"):
                await roles.update(tx, linus, id, name="Other", permissions=[])
