"""The named world: two workspaces with their people, contacts and talk, for the demo, the tests and the docs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from koine.core.accounts import accounts
from koine.core.actor import Actor, system
from koine.core.contacts import contacts
from koine.core.contacts.model import Contact, Described
from koine.core.conversations import opening
from koine.core.conversations.model import Opened, Opening, Said
from koine.core.inboxes import inboxes
from koine.core.inboxes.inboxes import Inbox
from koine.core.permissions import ROLES
from koine.core.teams import teams
from koine.core.tokens.tokens import Issued
from koine.core.users import people, staff, users
from koine.core.users.people import Person
from koine.core.users.staff import Reach
from koine.core.users.users import User
from koine.core.workspaces import workspaces
from koine.core.workspaces.model import Workspace
from koine.dialects.highlevel import credentials as highlevel
from koine.dialects.libredesk import credentials as libredesk
from koine.dialects.native import credentials as native
from koine.dialects.tight import credentials as tight
from koine.postgres.database import Database, Tx

_CONTACTS = (
    ("Rosalind", "Marsh", "rosalind.marsh@example.com", "+15550100101"),
    ("Otto", "Brandt", "otto.brandt@example.com", "+15550100102"),
    ("Ines", "Duarte", "ines.duarte@example.com", "+15550100103"),
    ("Kofi", "Mensah", "kofi.mensah@example.com", "+15550100104"),
    ("Yuki", "Tanaka", "yuki.tanaka@example.com", "+15550100105"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """One workspace of the world and what stands in it. `contacts` have no conversation."""

    workspace: Workspace
    owner: User
    inbox: Inbox
    team_id: int
    contacts: Sequence[Contact]
    highlevel: Issued


@dataclass(frozen=True, slots=True)
class World:
    """Lamplight is the first workspace, Harbour the second.

    Ada owns Lamplight, Grace owns Harbour, Blaise keeps the books of both. Linus administers Lamplight and holds its
    Libredesk key, Mary answers there. The native token is Lamplight's.
    """

    account_id: int
    lamplight: Place
    harbour: Place
    blaise: User
    linus: User
    mary: User
    tight: Issued
    libredesk: Issued
    native: Issued
    the_broken_lamp: Opened

    @property
    def ada(self) -> User:
        """The owner of Lamplight."""
        return self.lamplight.owner

    @property
    def grace(self) -> User:
        """The owner of Harbour."""
        return self.harbour.owner

    def acting(self, user: User, role: str, *places: Place) -> Actor:
        """Somebody at work in some places, as a token of theirs would have it."""
        access = {place.workspace.id: ROLES[role] for place in places}
        return Actor("user", user.id, self.account_id, access, user.external_id, user.email, user.name)


async def make(database: Database, *, name: str = "Koine demo", mark: str = "") -> World:
    """Make the world in a new account; `mark` sets its addresses and ids apart from those of another one."""
    async with database.writing(()) as tx:
        return await found(tx, name=name, mark=mark)


async def found(tx: Tx, *, name: str = "Koine demo", mark: str = "") -> World:
    """The same in a transaction of the caller's, who can go on with it: it sees both workspaces from here on."""
    account = await accounts.found(tx, name)
    by = system(account.id)
    places = [await workspaces.found(tx, by, title) for title in ("Lamplight Ltd", "Harbour Books")]
    by = system(account.id, *(place.id for place in places))
    them = {key: await _person(tx, by, key, mark) for key in _PEOPLE if key != "blaise"}
    them["blaise"] = (await staff.save(tx, by, _described("blaise", mark), Reach([place.id for place in places]))).user
    lamplight = await _furnish(tx, by, places[0], them["ada"], [them["linus"], them["mary"]], mark)
    harbour = await _furnish(tx, by, places[1], them["grace"], [], mark)
    await users.add(tx, by, them["linus"], lamplight.workspace.id, role="Admin")
    await users.add(tx, by, them["mary"], lamplight.workspace.id, role="Agent")
    return World(
        account_id=account.id,
        lamplight=lamplight,
        harbour=harbour,
        blaise=them["blaise"],
        linus=them["linus"],
        mary=them["mary"],
        tight=await tight.issue(tx, by, name="Demo partner"),
        libredesk=await libredesk.issue(tx, by, lamplight.workspace.id, them["linus"].id, name="Demo agent"),
        native=await native.issue(tx, by, workspaces=[lamplight.workspace.id], name="Demo reader"),
        the_broken_lamp=await _the_broken_lamp(tx, by, lamplight, them["ada"]),
    )


_PEOPLE = {
    "ada": ("Ada", "Lovelace"),
    "grace": ("Grace", "Hopper"),
    "blaise": ("Blaise", "Pascal"),
    "linus": ("Linus", "Pauling"),
    "mary": ("Mary", "Somerville"),
}


def _described(key: str, mark: str) -> Person:
    return Person(f"user-{key}{mark}", f"{key}{mark}@example.com", *_PEOPLE[key])


async def _person(tx: Tx, by: Actor, key: str, mark: str) -> User:
    return await people.settle(tx, by, _described(key, mark))


async def _furnish(tx: Tx, by: Actor, workspace: Workspace, owner: User, agents: Sequence[User], mark: str) -> Place:
    await users.add(tx, by, owner, workspace.id, role="Owner")
    for agent in agents:
        await users.add(tx, by, agent, workspace.id, role="Agent")
    inbox = await inboxes.create(
        tx, by, workspace.id, name="Support", channel="email", address=f"support{mark}@example.com"
    )
    team_id = await teams.create(tx, by, workspace.id, name="Front desk", members=tuple(agent.id for agent in agents))
    people = [
        await contacts.create(tx, by, workspace.id, Described(email, phone, first_name, last_name))
        for first_name, last_name, email, phone in _CONTACTS
    ]
    issued = await highlevel.issue(tx, by, workspace.id, name="Demo integration")
    return Place(workspace, owner, inbox, team_id, people, issued)


async def _the_broken_lamp(tx: Tx, by: Actor, place: Place, owner: User) -> Opened:
    """Ada asks what a payment was for."""
    ada = Actor("user", owner.id, by.account_id, {place.workspace.id: ROLES["Owner"]}, owner.external_id, owner.email)
    said = Said("The lamp that came on Tuesday is broken. Was it paid for already?")
    wanted = Opening(place.workspace.id, "The broken lamp", said, entity="btxn_1001")
    (opened,) = await opening.open(tx, ada, [wanted])
    return opened
