"""A conversation as the list draws it."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from koine.core.conversations import queued
from koine.inbox.shown.people import HUES, Face


@dataclass(frozen=True, slots=True)
class Tag:
    """A word that somebody put on it; `hue` chooses its colour."""

    name: str
    hue: int = 0
    id: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """`origin` is where it came from: email, chat, sms, api, tight, highlevel or libredesk. `answered` says that one of
    ours spoke last. `excerpt` is where a search found it, in pieces, each with whether it was looked for.
    """

    id: int
    number: int
    href: str
    who: Face
    subject: str
    preview: str
    at: datetime
    unread: bool = False
    status: str = "Open"
    category: str = "open"
    priority: str = ""
    assignee: Face | None = None
    team: str = ""
    tags: Sequence[Tag] = ()
    origin: str = "api"
    waiting_since: datetime | None = None
    snoozed_until: datetime | None = None
    starred: bool = False
    answered: bool = False
    attachments: bool = False
    excerpt: Sequence[tuple[str, bool]] = ()

    @property
    def dom_id(self) -> str:
        """What operations know it by."""
        return f"row-{self.id}"


def of(row: queued.Row, root: str, beside: str) -> Row:
    """A row of a list; `beside` is what the address of its conversation says of that list."""
    return Row(
        row.id,
        row.number,
        f"{root}/conversations/{row.number}?{beside}",
        face(row.who),
        row.subject,
        row.preview,
        row.last_message_at,
        row.unread,
        row.status.name,
        row.status.category,
        row.priority.name if row.priority else "",
        face(row.assignee) if row.assignee else None,
        row.team.name if row.team else "",
        [tag(each.id, each.name) for each in row.tags],
        row.origin or row.channel or row.inbox_channel or "api",
        row.waiting_since,
        row.snoozed_until,
        row.starred,
        row.last_author_kind == "user" and row.last_direction != "in",
        row.attachments,
    )


def face(of: queued.Face) -> Face:
    """Somebody in a list."""
    return Face(of.kind, of.name or "Unknown contact", "", of.id)


def tag(id: int, name: str) -> Tag:
    """A tag, which has the same colour everywhere."""
    return Tag(name, zlib.crc32(name.encode("utf-8", "replace")) % HUES, id)
