"""What can happen to messages on their way, to those who carry them, and to what people want to be sent."""

from __future__ import annotations

from koine.core.events import Event


class NoteWritten(Event):
    """Somebody wrote something that only those who work here see."""

    __slots__ = ()
    kind = "note.written"


class MessageScheduled(Event):
    """It will be said later. `data`: message (its uuid, the only id that it keeps), due_at."""

    __slots__ = ()
    kind = "message.scheduled"


class MessageScheduleCancelled(Event):
    """It will not be said after all. `data`: message (its uuid)."""

    __slots__ = ()
    kind = "message.schedule_cancelled"


class MessageStatusChanged(Event):
    """What became of it on its way: `data`: from, to; for an e-mail also `email`, its own finer status."""

    __slots__ = ()
    kind = "message.status_changed"


class MessageAttachmentsChanged(Event):
    """Other files belong to it now."""

    __slots__ = ()
    kind = "message.attachments_changed"


class MessageTranscribed(Event):
    """What was said in a call is there as text."""

    __slots__ = ()
    kind = "message.transcribed"


class ProviderCreated(Event):
    """Somebody else's service carries messages: `data`: provider, kind."""

    __slots__ = ()
    kind = "provider.created"


class ProviderDeleted(Event):
    """It carries nothing more: `data`: provider."""

    __slots__ = ()
    kind = "provider.deleted"


class SubscriptionTypeCreated(Event):
    """People can do without a kind of mail: `data`: subscription_type (its uuid), name, channel."""

    __slots__ = ()
    kind = "subscription_type.created"


class SubscriptionTypeChanged(Event):
    """`data`: subscription_type, fields."""

    __slots__ = ()
    kind = "subscription_type.changed"


class ContactSubscriptionChanged(Event):
    """`data`: subscription_type (null: of what has no type; or of all), subscribed."""

    __slots__ = ()
    kind = "contact.subscription_changed"
