"""What a list of an agent's desk is: its queue, its filters, its order; and what one row of it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from koine.core.actor import ActorKind
from koine.core.conversations.model import Category, Direction, Status
from koine.core.inboxes.inboxes import Channel
from koine.core.statuses.priorities import Priority

QueueKind = Literal["mine", "unassigned", "all", "mentions", "snoozed", "resolved", "inbox", "team", "tag"]
Sort = Literal["newest", "oldest", "waiting", "priority"]

PAGE = 30  # rows
UNCOUNTED = 1000  # a count goes no further: there are as many, or more


@dataclass(frozen=True, slots=True)
class Queue:
    """One place of the rail. `id` is that of the inbox, team or tag where it is one.

    mine, unassigned, all, and those of an inbox, team or tag hold what is open: neither resolved nor snoozed. mentions
    holds what is not resolved, resolved and snoozed hold what is. A filter for statuses or categories says that
    instead.
    """

    kind: QueueKind
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """Which of a queue, all conditions together; what is empty or None does not matter.

    Of each sequence one has to be met. In `assignees`, `teams` and `priorities` None is nobody, or none; "me" is
    whoever asks. `since` and `until` (UTC): when something was said last. `channels` are those of the last message,
    such as sms or api.
    """

    statuses: Sequence[int] = ()
    categories: Sequence[Category] = ()
    assignees: Sequence[int | Literal["me"] | None] = ()
    teams: Sequence[int | None] = ()
    inboxes: Sequence[int] = ()
    tags: Sequence[int] = ()
    priorities: Sequence[int | None] = ()
    entities: Sequence[str] = ()
    unread: bool | None = None
    starred: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    origins: Sequence[str] = ()
    channels: Sequence[str] = ()
    contact_id: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as it is asked for. `waiting`: those who have waited longest first, then the others, the longest silent
    first. `priority`: the highest first, in each the newest. The others are by the last message.
    """

    queue: Queue
    filters: Filters = field(default_factory=Filters)
    sort: Sort = "newest"

    @property
    def order(self) -> Sort:
        """The order that it has: nobody waits in what is resolved, and nothing there matters more than the rest."""
        return "newest" if self.queue.kind == "resolved" and self.sort in ("waiting", "priority") else self.sort


@dataclass(frozen=True, slots=True)
class Face:
    """Somebody in a list: a member, a contact, or whoever opened a conversation without one."""

    kind: ActorKind
    id: int | None
    name: str

    @property
    def initials(self) -> str:
        """One or two letters for an avatar."""
        words = [word for word in self.name.replace("@", " ").split() if word[:1].isalnum()]
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words[:1])).upper() or "?"


@dataclass(frozen=True, slots=True)
class Label:
    """The id and the name of an inbox, a team or a tag."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Row:
    """All that a row of a list shows of a conversation, for one reader.

    `who` is the contact, or where there is none whoever opened it. `origin` is the contract that it was opened by, None
    where that is not known; `channel` that of the last message. `unread` is the reader's own, `unread_count`
    everybody's. `mentioned`: the reader is.
    """

    workspace_id: int
    id: int
    uuid: UUID
    number: int
    subject: str
    preview: str
    who: Face
    contact_id: int | None
    last_author_kind: ActorKind
    last_direction: Direction | None
    status: Status
    priority: Priority | None
    assignee: Face | None
    team: Label | None
    inbox: Label | None
    inbox_channel: Channel | None
    tags: Sequence[Label]
    origin: str | None
    channel: str | None
    unread: bool
    unread_count: int
    starred: bool
    mentioned: bool
    attachments: bool
    last_message_at: datetime
    waiting_since: datetime | None
    snoozed_until: datetime | None
    created_at: datetime
    updated_at: datetime
    deleted: bool

    @property
    def resolved(self) -> bool:
        """Whether nothing is left to do."""
        return self.status.category == "resolved"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many are in each queue, those of inboxes and teams by id; UNCOUNTED means that many or more.

    Who does not see everything is told of no inboxes, and of their own teams only.
    """

    mine: int
    unassigned: int
    all: int
    mentions: int
    snoozed: int
    inboxes: dict[int, int]
    teams: dict[int, int]
