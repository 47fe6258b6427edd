"""What a conversation and a message are, and the pure questions one can ask of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from koine.core.actor import Author

Category = Literal["open", "waiting", "resolved"]
Direction = Literal["in", "out", "none"]
MessageKind = Literal["message", "note", "activity"]
State = Literal["pending", "scheduled", "sent", "delivered", "read", "failed", "received"]


@dataclass(frozen=True, slots=True)
class Status:
    """A word for where a conversation stands; rules look at its category only."""

    id: int
    name: str
    category: Category


@dataclass(frozen=True, slots=True)
class LastMessage:
    """The newest message of a conversation, in short."""

    id: int
    author: Author
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Conversation:
    """One talk, as it is read by one actor: `read` is whether they have seen its last message."""

    workspace_id: int
    id: int
    uuid: UUID
    number: int
    subject: str
    status: Status
    opened_by: Author
    inbox_id: int | None
    contact_id: int | None
    continuous: bool
    assignee_id: int | None
    team_id: int | None
    priority_id: int | None
    entity: str | None
    last_message: LastMessage | None
    last_message_at: datetime
    read: bool
    starred: bool
    unread_count: int
    waiting_since: datetime | None
    snoozed_until: datetime | None
    first_reply_at: datetime | None
    last_reply_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    custom_attributes: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None

    @property
    def resolved(self) -> bool:
        """Whether nothing is left to do."""
        return self.status.category == "resolved"

    @property
    def deleted(self) -> bool:
        """Whether it lies in the bin, from where it can be restored."""
        return self.deleted_at is not None


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody wants to say: text, or HTML with the text it reads as. `author` None is the actor.

    In `meta`, `automated` true says that nobody in person sent it: a campaign did, or a rule.
    """

    text: str
    html: str | None = None
    attachments: Sequence[int] = ()
    author: Author | None = None
    direction: Direction = "out"
    channel: str = "api"
    state: State = "sent"
    meta: Mapping[str, Any] = field(default_factory=dict)
    source_id: str | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """A conversation to be opened; without `said`, nothing has been said in it yet."""

    workspace_id: int
    subject: str = ""
    said: Said | None = None
    entity: str | None = None
    resolved: bool = False
    inbox_id: int | None = None
    contact_id: int | None = None
    assignee_id: int | None = None
    team_id: int | None = None
    continuous: bool = False
    custom_attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def assigned(self) -> bool:
        """Whether it is meant for somebody from the start."""
        return self.assignee_id is not None or self.team_id is not None


@dataclass(frozen=True, slots=True)
class Opened:
    """What became of an Opening: the ids it was given, and when (UTC)."""

    workspace_id: int
    id: int
    uuid: UUID
    number: int
    message_id: int | None
    message_uuid: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation with a contact; `contact` and `assignee` are the ids that strangers may see.

    `channel` is that of its inbox, None outside of any; `last_channel` that of its last message, None before there is
    one.
    """

    workspace_id: int
    id: int
    uuid: UUID
    contact: UUID
    assignee: UUID | None
    channel: str | None
    resolved: bool
    starred: bool
    unread_count: int
    created_at: datetime
    updated_at: datetime
    last_message_at: datetime
    deleted: bool
    last_channel: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A contact and the conversation that they have, if any; a `deleted` one can be brought back."""

    contact: UUID
    contact_id: int
    id: int | None
    uuid: UUID | None
    deleted: bool


@dataclass(frozen=True, slots=True)
class Posting:
    """A message for a conversation."""

    conversation_id: int
    said: Said


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a Posting: the ids it was given, and when (UTC)."""

    workspace_id: int
    id: int
    uuid: UUID
    conversation_id: int
    conversation_uuid: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Reaction:
    """One emoji under a message, and everybody who chose it."""

    emoji: str
    authors: Sequence[Author]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that was said with a message; `size` in bytes. Without `available` its bytes are lost."""

    id: int
    uuid: UUID
    file_name: str
    content_type: str
    size: int
    created_at: datetime
    available: bool


@dataclass(frozen=True, slots=True)
class Message:
    """Something that was said: `html` None means that it was said as plain text."""

    workspace_id: int
    id: int
    uuid: UUID
    conversation_id: int
    conversation_uuid: UUID
    author: Author
    text: str
    html: str | None
    direction: Direction
    kind: MessageKind
    channel: str
    state: State
    meta: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    reactions: Sequence[Reaction] = ()
    attachments: Sequence[Attachment] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A message, a note or a line of activity. `source_id` is the attempt of the client that sent it, if it said one;
    `mentioned` are the members that a note names. Scheduled messages are among them, each with its time in `meta`.
    """

    message: Message
    source_id: str | None
    mentioned: Sequence[int]
