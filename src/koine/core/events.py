"""Everything that can have happened in a workspace. Each event is recorded in the transaction of what it tells.

What can have happened to an account besides its webhooks is in `account_events`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a workspace; `data` holds what changed, never secrets."""

    kind: ClassVar[str]
    workspace_id: int
    conversation_id: int | None = None
    message_id: int | None = None
    contact_id: int | None = None
    file_id: int | None = None
    data: Data = field(default_factory=dict)


def kinds() -> frozenset[str]:
    """Every kind of event that a workspace's feed can hold."""
    from koine.core import app_events, desk_events, message_events  # noqa: F401 - they count, whoever loaded them

    return frozenset(event.kind for event in Event.__subclasses__())


# ── Conversations ───────────────────────────────────────────────────────────────────────────────────────────────────


class ConversationOpened(Event):
    """Somebody opened a conversation. Recorded by the statement that opens."""

    __slots__ = ()
    kind = "conversation.opened"


class MessagePosted(Event):
    """Somebody said something. Recorded by the statements that open and post."""

    __slots__ = ()
    kind = "message.posted"


class MessageReactionAdded(Event):
    """Somebody chose an emoji for a message. `data`: emoji."""

    __slots__ = ()
    kind = "message.reaction_added"


class MessageReactionRemoved(Event):
    """Somebody took their emoji back. `data`: emoji."""

    __slots__ = ()
    kind = "message.reaction_removed"


class ConversationStatusChanged(Event):
    """`data`: from, to (names of statuses), category."""

    __slots__ = ()
    kind = "conversation.status_changed"


class ConversationSubjectChanged(Event):
    """`data`: from, to."""

    __slots__ = ()
    kind = "conversation.subject_changed"


class ConversationEntityAttached(Event):
    """`data`: entity."""

    __slots__ = ()
    kind = "conversation.entity_attached"


class ConversationReadChanged(Event):
    """One reader marked it: `data`: read."""

    __slots__ = ()
    kind = "conversation.read_changed"


class ConversationDeleted(Event):
    """It went into the bin."""

    __slots__ = ()
    kind = "conversation.deleted"


class ConversationRestored(Event):
    """It came back from the bin."""

    __slots__ = ()
    kind = "conversation.restored"


class ConversationUnreadChanged(Event):
    """Somebody set how much of it is unread for all: `data`: from, to (numbers of messages)."""

    __slots__ = ()
    kind = "conversation.unread_changed"


class ConversationStarred(Event):
    """It was given a star, or lost it: `data`: starred."""

    __slots__ = ()
    kind = "conversation.starred"


class ConversationRated(Event):
    """Somebody said what they think of how it went: `data`: feedback, as it was said."""

    __slots__ = ()
    kind = "conversation.rated"


class ConversationAssigned(Event):
    """It was given to a person or a team: `data`: assignee_id, team_id."""

    __slots__ = ()
    kind = "conversation.assigned"


# ── Contacts and the furniture ──────────────────────────────────────────────────────────────────────────────────────


class ContactCreated(Event):
    """A new contact."""

    __slots__ = ()
    kind = "contact.created"


class ContactUpdated(Event):
    """`data`: fields, the names of what changed, those of the profile too; with tags, tags_added and tags_removed."""

    __slots__ = ()
    kind = "contact.updated"


class ContactDeleted(Event):
    """A contact went into the bin; their conversations did too, each with an event of its own before this one."""

    __slots__ = ()
    kind = "contact.deleted"


class InboxCreated(Event):
    """`data`: inbox_id, name, channel."""

    __slots__ = ()
    kind = "inbox.created"


class TeamCreated(Event):
    """`data`: team_id, name."""

    __slots__ = ()
    kind = "team.created"


class WebhookDisabled(Event):
    """It is told nothing more. `data`: webhook_id (its uuid), reason (asked, gone, failing)."""

    __slots__ = ()
    kind = "webhook.disabled"


# ── Files ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


class FileUploaded(Event):
    """`data`: file_id, file_name, content_type, size."""

    __slots__ = ()
    kind = "file.uploaded"


class FileUpdated(Event):
    """`data`: file_id; changed, which has {from, to} by the names of what changed: description, notes, date, amount,
    entity, custom_data.
    """

    __slots__ = ()
    kind = "file.updated"


class FileDeleted(Event):
    """It went into the bin: `data`: file_id."""

    __slots__ = ()
    kind = "file.deleted"


class FileRestored(Event):
    """It came back from the bin: `data`: file_id."""

    __slots__ = ()
    kind = "file.restored"


# ── The workspace itself ────────────────────────────────────────────────────────────────────────────────────────────


class WorkspaceOpened(Event):
    """It was founded. `data`: name."""

    __slots__ = ()
    kind = "workspace.opened"


class WorkspaceUpdated(Event):
    """`data`: each value that changed, as {"from", "to"}; `owners` are lists of people."""

    __slots__ = ()
    kind = "workspace.updated"


class WorkspaceDeleted(Event):
    """No token opens it any more."""

    __slots__ = ()
    kind = "workspace.deleted"


class WorkspaceRestored(Event):
    """It is open again to those whose it was."""

    __slots__ = ()
    kind = "workspace.restored"


# ── The account ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class AccountEvent:
    """Something that happened to the account rather than in one workspace: the audit log."""

    kind: ClassVar[str]
    account_id: int
    data: Data = field(default_factory=dict)


class WebhookCreated(AccountEvent):
    """`data`: webhook_id (its uuid), workspace_id (null: all), dialect."""

    __slots__ = ()
    kind = "webhook.created"


class WebhookRotated(AccountEvent):
    """It has new secrets. `data`: webhook_id."""

    __slots__ = ()
    kind = "webhook.rotated"


class WebhookEnabled(AccountEvent):
    """`data`: webhook_id."""

    __slots__ = ()
    kind = "webhook.enabled"


class WebhookDeleted(AccountEvent):
    """`data`: webhook_id."""

    __slots__ = ()
    kind = "webhook.deleted"


class WebhookTested(AccountEvent):
    """`data`: webhook_id, delivery_id."""

    __slots__ = ()
    kind = "webhook.tested"


class WebhookReplayed(AccountEvent):
    """What happened before is told again. `data`: webhook_id, and delivery_id or since, until and count."""

    __slots__ = ()
    kind = "webhook.replayed"
