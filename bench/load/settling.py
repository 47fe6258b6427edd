"""Founding the accounts of a bench through the product itself, so that their keys and roles are the real ones."""

from __future__ import annotations

import asyncpg

from bench.load.house import House, Person, Place, Street
from koine import demo
from koine.core.accounts import accounts
from koine.core.actor import Actor, system
from koine.core.users import users
from koine.core.users.users import User
from koine.core.workspaces import workspaces
from koine.core.workspaces.model import Workspace
from koine.dialects.tight import credentials as tight
from koine.postgres.database import Database, Tx

# Who opened a handful of conversations long ago, and who opened none.
_RARE = ("Vera", "Rubin")
_ABSENT = ("Emil", "Post")


async def house(database: Database, admin: asyncpg.Connection, name: str, size: int) -> House:
    """An account as the demo has it, with a rare author and one without conversations; no conversations yet."""
    world = await demo.make(database, name=f"Bench {name}", mark=f"-{name}")
    async with database.writing(()) as tx:
        by = system(world.account_id)
        vera, emil = await _person(tx, by, name, *_RARE), await _person(tx, by, name, *_ABSENT)
    people = {"ada": world.ada, "grace": world.grace, "blaise": world.blaise, "linus": world.linus}
    lamplight, harbour = world.lamplight, world.harbour
    return House(
        name=name,
        size=size,
        account_id=world.account_id,
        usual=await _place(admin, lamplight.workspace, lamplight.inbox.id, lamplight.highlevel.secret),
        extreme=await _place(admin, harbour.workspace, harbour.inbox.id, harbour.highlevel.secret),
        people={key: _known(user) for key, user in {**people, "vera": vera, "emil": emil}.items()},
        tight=(world.tight.key or "", world.tight.secret),
        libredesk=(world.libredesk.key or "", world.libredesk.secret),
    )


async def street(database: Database, admin: asyncpg.Connection, count: int) -> Street:
    """An account of `count` workspaces, without conversations yet."""
    async with database.writing(()) as tx:
        account = await accounts.found(tx, f"Bench street of {count}")
        by = system(account.id)
        mark = f"street-{account.id}"
        people = {key: _known(await _person(tx, by, mark, key.title(), "Doe")) for key in ("ada", "blaise")}
        issued = await tight.issue(tx, by, name="Bench street")
    places, owners = [], []
    for number in range(count):
        async with database.writing(()) as tx:
            workspace = await workspaces.found(tx, by, f"Number {number}")
            owner = await _person(tx, by, f"{mark}-{number}", "Owner", str(number))
            await users.add(tx, system(account.id, workspace.id), owner, workspace.id, role="Owner")
        places.append(await _place(admin, workspace))
        owners.append(owner.external_id or "")
    return Street(people=people, places=places, owners=owners, tight=(issued.key or "", issued.secret))


async def _person(tx: Tx, by: Actor, mark: str, first: str, last: str) -> User:
    name = f"{first}.{last}-{mark}".lower()
    return await users.create(
        tx, by, email=f"{name}@example.com", first_name=first, last_name=last, external_id=f"user-{name}"
    )


async def _place(
    admin: asyncpg.Connection, workspace: Workspace, inbox_id: int | None = None, token: str = ""
) -> Place:
    rows = await admin.fetch("select category, id from statuses where workspace_id = $1 and usual", workspace.id)
    statuses = {row["category"]: row["id"] for row in rows}
    return Place(workspace.id, str(workspace.uuid), inbox_id, statuses["open"], statuses["resolved"], token)


def _known(user: User) -> Person:
    return Person(user.id, user.external_id, user.email, user.name)
