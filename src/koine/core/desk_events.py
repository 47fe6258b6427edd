"""What can happen to conversations at the hands of those who answer them, and to what their desks are made of."""

from __future__ import annotations

from koine.core.events import Event

# ── Conversations ───────────────────────────────────────────────────────────────────────────────────────────────────


class ConversationPriorityChanged(Event):
    """`data`: from, to (names of priorities; null: none)."""

    __slots__ = ()
    kind = "conversation.priority_changed"


class ConversationTagsChanged(Event):
    """`data`: added, removed (names of tags)."""

    __slots__ = ()
    kind = "conversation.tags_changed"


class ConversationSnoozed(Event):
    """It waits. `data`: until."""

    __slots__ = ()
    kind = "conversation.snoozed"


class ConversationWoken(Event):
    """It waits no longer: its time has come, or somebody did not wait for that."""

    __slots__ = ()
    kind = "conversation.woken"


class ConversationAttributesChanged(Event):
    """`data`: fields, the keys of the custom attributes that changed."""

    __slots__ = ()
    kind = "conversation.attributes_changed"


class ConversationFollowed(Event):
    """Somebody takes part in it from now on. `data`: user_id."""

    __slots__ = ()
    kind = "conversation.followed"


class ConversationUnfollowed(Event):
    """Somebody takes part in it no longer. `data`: user_id."""

    __slots__ = ()
    kind = "conversation.unfollowed"


# ── What a desk is made of ──────────────────────────────────────────────────────────────────────────────────────────


class ViewCreated(Event):
    """Somebody keeps a question to ask again. `data`: view (its uuid), name, shared."""

    __slots__ = ()
    kind = "view.created"


class ViewUpdated(Event):
    """`data`: view, fields."""

    __slots__ = ()
    kind = "view.updated"


class ViewDeleted(Event):
    """`data`: view, name."""

    __slots__ = ()
    kind = "view.deleted"


class TeamUpdated(Event):
    """`data`: team_id, fields (name, members)."""

    __slots__ = ()
    kind = "team.updated"


class TeamDeleted(Event):
    """Nobody is in it any more, and nothing is its. `data`: team (its uuid), name."""

    __slots__ = ()
    kind = "team.deleted"


class InboxUpdated(Event):
    """`data`: inbox_id, fields (name, address, enabled)."""

    __slots__ = ()
    kind = "inbox.updated"


class TagCreated(Event):
    """`data`: tag (its uuid), name."""

    __slots__ = ()
    kind = "tag.created"


class TagRenamed(Event):
    """`data`: tag, from, to."""

    __slots__ = ()
    kind = "tag.renamed"


class TagDeleted(Event):
    """No conversation has it any more. `data`: tag, name."""

    __slots__ = ()
    kind = "tag.deleted"


class StatusCreated(Event):
    """`data`: name, category."""

    __slots__ = ()
    kind = "status.created"


class StatusRenamed(Event):
    """`data`: from, to."""

    __slots__ = ()
    kind = "status.renamed"


class StatusDeleted(Event):
    """`data`: name."""

    __slots__ = ()
    kind = "status.deleted"
