"""Whom a message is for, what is asked for, and what it became."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from koine.core.conversations.model import Direction, MessageKind, State
from koine.core.providers.model import Kind, Provider

Reach = Literal["phone", "email"]


@dataclass(frozen=True, slots=True)
class Recipient:
    """A contact as messages reach them: their addresses, what they do not want, their one conversation, who carries.

    `conversation` None: they have none yet; a `deleted` one comes back when something is said. `dnd_settings` is by
    channel. `provider` is the one that was asked for, else the workspace's usual one for that kind of message.
    """

    workspace_id: int
    contact_id: int
    contact: UUID
    email: str | None
    phone: str | None
    other_emails: Sequence[str]
    dnd: bool
    dnd_settings: Mapping[str, Any]
    conversation_id: int | None
    conversation: UUID | None
    deleted: bool
    provider: Provider | None


@dataclass(frozen=True, slots=True)
class Whom:
    """Of whom to find out how to reach them: a contact, or whoever a conversation is with.

    `provider` is the id of one that was named; without it the usual one of a `kind` is meant, or none.
    """

    contact: UUID | None = None
    conversation: UUID | None = None
    provider: str | None = None
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Email:
    """What an e-mail has besides its words.

    `reply_to` is the e-mail or message that it answers, `html` is as it was given.
    """

    subject: str = ""
    sender: str = ""
    recipients: Sequence[str] = ()
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    reply_to: UUID | None = None
    html: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of something that was said. `email` is the id of the e-mail that it is, if it is one.

    `known`: the same was said before under the same source id, and nothing was written now.
    """

    id: int
    uuid: UUID
    conversation_id: int
    conversation: UUID
    at: datetime
    email: UUID | None = None
    known: bool = False


@dataclass(frozen=True, slots=True)
class EmailRecord:
    """An e-mail as it is kept. `html` is as it was given, which nobody has made harmless.

    `events`: how often each thing happened to it; `outcomes`: what became of it by address.
    """

    uuid: UUID
    thread: UUID
    subject: str
    sender: str
    recipients: Sequence[str]
    cc: Sequence[str]
    bcc: Sequence[str]
    reply_to: UUID | None
    html: str | None
    status: str
    events: Mapping[str, Any] = field(default_factory=dict)
    outcomes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file of ours that was said with a message. Without `available` its bytes are lost."""

    id: int
    file_name: str
    available: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """One message of a conversation with a contact, as it is read. `user`: who of us said it; None: no person did.

    `mentions`: the members whom a note names, whoever wrote it.
    """

    workspace_id: int
    id: int
    uuid: UUID
    conversation_id: int
    conversation: UUID
    contact_id: int
    contact: UUID
    user: UUID | None
    kind: MessageKind
    direction: Direction
    channel: str
    state: State
    text: str
    html: str | None
    meta: Mapping[str, Any]
    files: Sequence[Enclosed]
    mentions: Sequence[UUID]
    created_at: datetime
    updated_at: datetime
    email: EmailRecord | None

    @property
    def provider(self) -> str | None:
        """The id of who carried it, or is to."""
        found: str | None = self.meta.get("provider")
        return found


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that is to be said later, and where. `deleted`: its conversation lies in the bin."""

    conversation_id: int
    conversation: UUID
    contact_id: int | None
    channel: str
    deleted: bool
