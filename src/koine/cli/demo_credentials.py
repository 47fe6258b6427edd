"""How scripts get into the demo's world: ids from the database, and secrets that are good."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from koine.cli import demo_secrets
from koine.cli.demo_file import Credentials, HighLevelToken, InboxLink, LibredeskKey
from koine.cli.demo_secrets import Secret, Secrets
from koine.cli.failing import Failed
from koine.core.accounts import accounts
from koine.core.actor import system
from koine.core.contacts import contacts
from koine.core.contacts.model import Described
from koine.core.inboxes import inboxes
from koine.core.teams import teams
from koine.core.users import links, users
from koine.core.users.users import User
from koine.core.workspaces import workspaces
from koine.core.workspaces.model import Workspace
from koine.demo import World, lively, world
from koine.dialects.highlevel import ids
from koine.postgres.database import Database, Tx
from koine.storage import Storage, StorageFailed

NAME = "Koine demo"
FREE_CONTACTS = 5  # contacts without a conversation in each workspace, at every start

# As koine.demo names them: the owner of each workspace, the bookkeeper of both, and the agent of the first.
OWNERS = ("user-ada", "user-grace")
BOOKKEEPER = "user-blaise"
AGENT = "user-linus"


async def of(database: Database, storage: Storage | None, base_url: str, kept: object) -> Credentials:
    """The world's credentials, with those secrets of `kept` (an earlier result, or anything) that are still good.

    Makes the world where there is none yet (without a `storage` only the small one), and issues new secrets for those
    that were lost. Raises Failed.
    """
    async with database.reading(()) as tx:
        account_id = next((account.id for account in await accounts.every(tx) if account.name == NAME), None)
    known = demo_secrets.of_file(kept)
    if account_id is None:
        made = await _made(database, storage)
        account_id, known = made.account_id, demo_secrets.of_world(made)
    async with database.reading(()) as tx:
        places = (await workspaces.find(tx, account_id))[: len(OWNERS)]
        people = {name: await _person(tx, account_id, name) for name in (*OWNERS, BOOKKEEPER, AGENT)}
    if len(places) < len(OWNERS):
        raise Failed(_BROKEN)
    good = await demo_secrets.made_good(database, known, places, people[AGENT].id)
    return await _written(database, base_url, places, people, good)


async def _made(database: Database, storage: Storage | None) -> World:
    """All of the world or none of it: a start that is broken off leaves nothing half done."""
    try:
        async with database.writing(()) as tx:
            made = await world.found(tx, name=NAME)
            if storage is not None:
                await lively.add(tx, made, storage)
            return made
    except StorageFailed as failed:
        raise Failed(str(failed)) from failed


async def _written(
    database: Database, base_url: str, places: Sequence[Workspace], people: dict[str, User], good: Secrets
) -> Credentials:
    async with database.writing(tuple(place.id for place in places)) as tx:
        return {
            "base_url": base_url,
            "workspaces": [{"id": place.id, "uuid": str(place.uuid), "name": place.name} for place in places],
            "tight": {
                "client_id": good.tight.key,
                "client_secret": good.tight.secret,
                "users": [
                    {"user_id": name, "email": people[name].email, "role": role}
                    for name, role in (*((owner, "owner") for owner in OWNERS), (BOOKKEEPER, "bookkeeper"))
                ],
            },
            "highlevel": [
                await _location(tx, place, secret) for place, secret in zip(places, good.highlevel, strict=True)
            ],
            "libredesk": await _desk(tx, places[0], people[AGENT], good.libredesk),
            "native": {"token": good.native.secret},
            "inbox": await _inbox(tx, base_url, people[AGENT]),
        }


async def _location(tx: Tx, place: Workspace, secret: Secret) -> HighLevelToken:
    """Contacts get conversations; where not enough are left without one, new ones come in."""
    free = await contacts.never_talked(tx, place.id, limit=FREE_CONTACTS)
    by = system(place.account_id, place.id)
    while len(free) < FREE_CONTACTS:
        mark = secrets.token_hex(4)
        described = Described(email=f"visitor-{mark}@example.com", first_name="Visitor", last_name=mark)
        free.append(await contacts.create(tx, by, place.id, described))
    contact_ids = [ids.write(contact.uuid) for contact in free]
    return {"token": secret.secret, "location_id": ids.write(place.uuid), "contact_ids": contact_ids}


async def _desk(tx: Tx, place: Workspace, agent: User, secret: Secret) -> LibredeskKey:
    doors = [inbox for inbox in await inboxes.of_workspace(tx, place.id) if inbox.channel == "email" and inbox.enabled]
    groups = list(await teams.of_workspace(tx, place.id))
    if not doors or not groups:
        raise Failed(_BROKEN)
    return {
        "api_key": secret.key,
        "api_secret": secret.secret,
        "inbox_id": doors[0].id,
        "agent_id": agent.id,
        "team_id": groups[0],
    }


async def _inbox(tx: Tx, base_url: str, agent: User) -> InboxLink:
    link = await links.offer(tx, system(agent.account_id), agent)
    return {"url": f"{base_url}/inbox", "email": agent.email, "link": f"{base_url}{link}"}


async def _person(tx: Tx, account_id: int, name: str) -> User:
    found = await users.by_external_id(tx, account_id, name)
    if found is None:
        raise Failed(_BROKEN)
    return found


_BROKEN = "The demo's world in this database is not whole any more. Use another data folder: --data DIR"
