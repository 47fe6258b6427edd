"""A conversation as the list draws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from koine.inbox.shown.people import Face


@dataclass(frozen=True, slots=True)
class Tag:
    """A word that somebody put on it."""

    name: str
    hue: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """`origin` is where it came from: email, chat, sms, api, tight, highlevel or libredesk. `mine` says that the last
    message is the other side's to answer: `preview` then begins with "You".
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

    @property
    def dom_id(self) -> str:
        """What operations know it by."""
        return f"row-{self.id}"
