"""A workspace of the demo, furnished for its talks: who is there, and what they can be given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from koine.core.actor import Actor, system
from koine.core.contacts import contacts
from koine.core.contacts.model import Contact, Described
from koine.core.inboxes import inboxes
from koine.core.permissions import ALL
from koine.core.statuses import priorities, statuses
from koine.core.tags import tags
from koine.core.teams import teams
from koine.core.users.users import User
from koine.postgres.database import Tx

# Key, first name, last name, address, number, company.
Known = tuple[str, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Furniture:
    """What a workspace gets besides what the small world has."""

    tags: Sequence[str]
    teams: Mapping[str, Sequence[str]]
    statuses: Mapping[str, str]  # name -> open or waiting
    inboxes: Sequence[tuple[str, str, str | None]]  # name, channel, address


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything by the name that talks know it by. `app` is whatever brings what contacts say."""

    workspace_id: int
    app: Actor
    people: Mapping[str, Actor]
    contacts: Mapping[str, Contact]
    inboxes: Mapping[str, int]
    tags: Mapping[str, int]
    teams: Mapping[str, int]
    statuses: Mapping[str, int]
    priorities: Mapping[str, int]
    files: Mapping[str, int]

    def person(self, name: str) -> Actor:
        """One of us; raises KeyError for somebody who is not here."""
        return self.people[name]


def acting(user: User, workspace_id: int) -> Actor:
    """Somebody who does whatever the talks have them do, whatever their role allows them today."""
    access = {workspace_id: ALL}
    return Actor("user", user.id, user.account_id, access, user.external_id, user.email, user.name)


async def furnish(
    tx: Tx, account_id: int, workspace_id: int, people: Mapping[str, User], known: Sequence[Known], wanted: Furniture
) -> Stage:
    """Put furniture and contacts into a workspace."""
    by = system(account_id, workspace_id)
    for name in wanted.tags:
        await tags.create(tx, by, workspace_id, name=name)
    for name, members in wanted.teams.items():
        await teams.create(tx, by, workspace_id, name=name, members=tuple(people[key].id for key in members))
    for name, category in wanted.statuses.items():
        await statuses.create(tx, by, workspace_id, name=name, category=category)  # type: ignore[arg-type]
    for name, channel, address in wanted.inboxes:
        await inboxes.create(tx, by, workspace_id, name=name, channel=channel, address=address)  # type: ignore[arg-type]
    return Stage(
        workspace_id,
        by,
        {key: acting(user, workspace_id) for key, user in people.items()},
        {each[0]: await _contact(tx, by, workspace_id, *each[1:]) for each in known},
        {inbox.channel: inbox.id for inbox in reversed(await inboxes.of_workspace(tx, workspace_id))},
        {tag.name: tag.id for tag in await tags.of_workspace(tx, workspace_id)},
        {name: id for id, name in (await teams.of_workspace(tx, workspace_id)).items()},
        {each.status.name: each.status.id for each in await statuses.of_workspace(tx, workspace_id)},
        {each.name: each.id for each in await priorities.of_workspace(tx, workspace_id)},
        {},
    )


def with_files(stage: Stage, files: Mapping[str, int]) -> Stage:
    """The same with files at hand."""
    return replace(stage, files=files)


async def _contact(
    tx: Tx, by: Actor, workspace_id: int, first_name: str, last_name: str, email: str, phone: str, company: str
) -> Contact:
    described = Described(
        email=email or None,
        phone=phone or None,
        first_name=first_name,
        last_name=last_name,
        company_name=company or None,
    )
    return await contacts.create(tx, by, workspace_id, described)
