"""The staff are members where they are to be, whoever founds what at the same time, and leave nothing broken."""

from __future__ import annotations

import asyncio
import uuid

import asyncpg
import pytest

from koine.core.actor import system
from koine.core.conversations import opening
from koine.core.conversations.model import Opening, Said
from koine.core.errors import ForeignWorkspace
from koine.core.users import ownership, staff, users
from koine.core.users.people import Person
from koine.core.users.staff import Reach
from koine.core.workspaces import workspaces
from koine.demo import World
from koine.postgres.database import Database


def person() -> Person:
    name = f"new-{uuid.uuid4().hex[:8]}"
    return Person(name, f"{name}@example.com")


async def test_nobody_is_missed_when_workspaces_are_founded_meanwhile(database: Database, world: World) -> None:
    by = system(world.account_id)

    async def found(number: int) -> int:
        async with database.writing(()) as tx:
            return (await workspaces.found(tx, by, f"Place {number}")).id

    async def hire() -> int:
        async with database.writing(()) as tx:
            return (await staff.save(tx, by, person())).user.id

    made = await asyncio.gather(*(hire() if number % 2 else found(number) for number in range(12)))
    places, people = set(made[::2]), made[1::2]
    async with database.reading(()) as tx:
        for user_id in people:
            assert places <= set(await users.memberships(tx, user_id))


async def test_who_leaves_may_have_work_assigned(database: Database, world: World, sql: asyncpg.Connection) -> None:
    home = world.lamplight.workspace.id
    by = system(world.account_id, home)
    async with database.writing((home,)) as tx:
        talk = Opening(home, "Hers", Said("Hello"), assignee_id=world.blaise.id)
        (opened,) = await opening.open(tx, by, [talk])
        await staff.save(tx, by, Person(world.blaise.external_id or "", world.blaise.email), Reach([]))
    async with database.reading((home,)) as tx:
        assert await users.memberships(tx, world.blaise.id) == {}
        assert await users.member(tx, home, world.blaise.uuid) is None
    assert await sql.fetchval("select assignee_id from conversations where id = $1", opened.id) == world.blaise.id


async def test_whoever_has_another_role_keeps_it_as_an_owner_and_afterwards(database: Database, world: World) -> None:
    home = world.lamplight.workspace.id
    by = system(world.account_id, home)
    linus, ada = (Person(it.external_id or "", it.email) for it in (world.linus, world.ada))
    async with database.writing((home,)) as tx:
        for owners in ([linus, ada], [ada]):
            await ownership.put(tx, by, home, owners)
            assert (await users.memberships(tx, world.linus.id))[home].role == "Admin"
            assert [it.email for it in (await ownership.owners(tx, [home]))[home]] == sorted(
                (it.email for it in owners), key=lambda email: email != world.ada.email
            )


async def test_the_staff_is_the_affair_of_the_account(database: Database, world: World) -> None:
    linus = world.acting(world.linus, "Admin", world.lamplight)
    async with database.reading(linus.workspaces) as tx:
        with pytest.raises(ForeignWorkspace):
            await staff.find(tx, linus, world.blaise.id)
