"""What one can search conversations with contacts by: every condition and every order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from koine.core.conversations.model import Direction

SoughtOrder = Literal["last_message", "last_manual"]

# Conditions that the tallies know nothing of.
_UNTALLIED = ("uuid", "contact", "followers", "mentions", "text", "since", "until")


@dataclass(frozen=True, slots=True)
class Facet:
    """What has few values, of one conversation: as the column `facet` has it."""

    channel: str
    direction: str
    action: str
    unread: bool
    starred: bool
    unassigned: bool

    @classmethod
    def read(cls, text: str) -> Facet:
        """The parts of a word in that column; a channel may hold anything but a slash."""
        channel, direction, action, read, starred, unassigned = text.split("/")
        return cls(channel, direction, action, read == "unread", bool(starred), bool(unassigned))


@dataclass(frozen=True, slots=True)
class Sought:
    """Which conversations, all conditions together; None means that it does not matter. Then where in which order.

    Strangers' ids of users: of several one is enough. `assignees` and `unassigned` add up. `after` is the sort value of
    the last one seen, `after_id` its id; without it, only what sorts truly after that value follows.
    """

    uuid: UUID | None = None
    contact: UUID | None = None
    assignees: Sequence[UUID] | None = None
    unassigned: bool = False
    followers: Sequence[UUID] | None = None
    mentions: Sequence[UUID] | None = None
    text: str | None = None
    channels: Sequence[str] | None = None
    direction: Direction | None = None
    automated: bool | None = None
    unread: bool | None = None
    starred: bool | None = None
    since: datetime | None = None  # opened then or later
    until: datetime | None = None  # opened then or earlier
    order: SoughtOrder = "last_message"
    descending: bool = True
    limit: int = 20
    after: datetime | None = None
    after_id: int | None = None

    @property
    def tallied(self) -> bool:
        """Whether the tallies know how many there are."""
        return all(getattr(self, name) is None for name in _UNTALLIED)

    @property
    def of_all(self) -> bool:
        """Whether everything is sought, in some order."""
        return self.tallied and not self.faceted and self.assignees is None

    @property
    def faceted(self) -> bool:
        """Whether anything is asked that facets tell."""
        return (
            any(value is not None for value in (self.channels, self.direction, self.automated))
            or self.unread is not None
            or self.starred is not None
            or (self.unassigned and self.assignees is None)
        )

    def meets(self, facet: Facet) -> bool:
        """Whether conversations of a facet are among those sought, as far as facets tell."""
        if self.channels is not None and facet.channel not in self.channels:
            return False
        if self.direction is not None and (facet.direction == "in") != (self.direction == "in"):
            return False
        if (self.direction is not None or self.channels is not None) and not facet.direction:
            return False
        if self.automated is not None and facet.action != ("automated" if self.automated else "manual"):
            return False
        if self.unread is not None and facet.unread != self.unread:
            return False
        if self.starred is not None and facet.starred != self.starred:
            return False
        return not (self.unassigned and self.assignees is None) or facet.unassigned


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation with a contact, as a search shows it; the ids are those that strangers may see, besides `id`.

    `channel` is that of its inbox, None outside of any; `last_channel` and `last_direction` are None at first.
    `preview` is the start of what was said last. `last_manual_at` is the epoch where no person has written yet.
    """

    id: int
    uuid: UUID
    contact: UUID
    first_name: str
    last_name: str
    company_name: str | None
    email: str | None
    phone: str | None
    tags: Sequence[str]
    assignee: UUID | None
    channel: str | None
    resolved: bool
    starred: bool
    unread_count: int
    preview: str | None
    last_channel: str | None
    last_direction: Direction | None
    last_automated: bool | None
    last_manual_at: datetime
    last_message_at: datetime
    created_at: datetime
    updated_at: datetime
    deleted: bool
    followers: Sequence[UUID]
    mentions: Sequence[UUID]

    @property
    def name(self) -> str:
        """First and last name, as far as they are known."""
        return f"{self.first_name} {self.last_name}".strip()
