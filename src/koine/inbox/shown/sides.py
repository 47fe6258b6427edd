"""What the panel beside a thread shows: whom it is with, where it stands, and the facts for developers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from koine.core.contacts.model import Contact
from koine.core.conversations import panel
from koine.core.conversations.model import Conversation
from koine.core.conversations.panel import Panel
from koine.core.users.agents import Agent
from koine.core.workspaces.furniture import Furniture
from koine.inbox.shown import people, rows
from koine.inbox.shown.people import Face
from koine.inbox.shown.rows import Row, Tag
from koine.inbox.visit import Visit


@dataclass(frozen=True, slots=True)
class Option:
    """One of several values: `value` is what a form sends."""

    value: str
    label: str
    face: Face | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A property that can be changed by a form at `action`; `name` is its field."""

    name: str
    label: str
    action: str
    value: str
    options: Sequence[Option]
    may: bool = True


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that can be copied; `code` says that a machine reads it."""

    label: str
    value: str
    code: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """`contact` None: it is with nobody outside. `ids` are what each contract calls it."""

    contact: Face | None
    details: Sequence[Fact]
    choices: Sequence[Choice]
    tags: Sequence[Tag]
    entities: Sequence[str]
    attributes: Sequence[Fact]
    participants: Sequence[Face]
    others: Sequence[Row]
    ids: Sequence[Fact]
    since: datetime
    tagging: Choice | None = None


def of(
    visit: Visit,
    conversation: Conversation,
    beside: Panel,
    members: Sequence[Agent],
    has: Furniture,
    href: str,
    queue: str,
) -> Side:
    """All of it, for a conversation that the visitor has found."""
    contact, row = beside.contact, rows.of(beside.row, visit.root, queue)
    return Side(
        people.of_contact(contact) if contact else row.who,
        _details(contact) if contact else [],
        _choices(visit, conversation, members, has, href, queue),
        row.tags,
        beside.entities,
        [Fact(each.name, str(each.value)) for each in beside.attributes if each.value is not None],
        [rows.face(each) for each in beside.participants],
        [rows.of(each, visit.root, queue) for each in beside.others],
        _ids(conversation),
        contact.created_at if contact else conversation.created_at,
        _tagging(visit, row, has, f"{href}/tags?{queue}"),
    )


def _choices(
    visit: Visit, conversation: Conversation, members: Sequence[Agent], has: Furniture, href: str, queue: str
) -> list[Choice]:
    standing = [Option(str(id), name) for id, name in has.statuses.items()]
    ranks = [Option(str(id), name) for id, name in reversed([*has.priorities.items()])]
    groups = [Option(str(id), name) for id, name in has.teams.items()]
    agents = [Option(str(each.id), each.name) for each in members if each.enabled]
    it, may = conversation, "conversations:update_"
    return [
        _choice(visit, "status", "Status", f"{href}/status?{queue}", it.status.id, standing, f"{may}status"),
        _choice(visit, "assignee", "Assignee", f"{href}/assignment?{queue}", it.assignee_id,
                [Option("", "Nobody"), *agents], f"{may}user_assignee"),
        _choice(visit, "team", "Team", f"{href}/assignment?{queue}", it.team_id, [Option("", "No team"), *groups],
                f"{may}team_assignee"),
        _choice(visit, "priority", "Priority", f"{href}/priority?{queue}", it.priority_id, [Option("", "None"), *ranks],
                f"{may}priority"),
    ]  # fmt: skip


def _choice(
    visit: Visit, name: str, label: str, action: str, value: int | None, options: Sequence[Option], permission: str
) -> Choice:
    return Choice(name, label, action, "" if value is None else str(value), options, visit.may(permission))


def _tagging(visit: Visit, row: Row, has: Furniture, action: str) -> Choice | None:
    if not visit.may("conversations:update_tags"):
        return None
    there = {tag.id for tag in row.tags}
    options = [Option(str(id), name) for id, name in has.tags.items()]
    return Choice("tag", "Tags", action, ",".join(map(str, sorted(there))), options)


def _details(contact: Contact) -> list[Fact]:
    said = (("E-mail", contact.email), ("Phone", contact.phone), ("Company", contact.company_name))
    return [Fact(label, value) for label, value in said if value]


def _ids(conversation: Conversation) -> list[Fact]:
    names = panel.names(conversation)
    return [
        Fact("Native", str(names.native), True),
        Fact("Tight", names.tight, True),
        Fact("HighLevel", names.highlevel, True),
        Fact("Libredesk", str(names.libredesk), True),
    ]
