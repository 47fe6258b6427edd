"""What a reader of the feed gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from koine.core.actor import ActorKind


@dataclass(frozen=True, slots=True)
class Ref:
    """Something that an event is about: `uuid` for strangers, `id` for us."""

    id: int
    uuid: UUID


@dataclass(frozen=True, slots=True)
class Doer:
    """Who did it. An app has no uuid; the system has neither. `external_id` is the one the account gave a user."""

    kind: ActorKind
    id: int | None
    uuid: UUID | None
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where an event's conversation stood when the event was read: what decides who may see it."""

    inbox_id: int | None
    assignee_id: int | None
    team_id: int | None


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """Something that happened, at its position in its workspace. `created_at` is in UTC."""

    position: int
    id: UUID
    kind: str
    workspace: Ref
    conversation: Ref | None
    message: Ref | None
    contact: Ref | None
    actor: Doer
    created_at: datetime
    data: dict[str, Any]
    whereabouts: Whereabouts | None


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a workspace's feed goes: after `pruned`, the last position that is kept no longer, up to `last`."""

    pruned: int
    last: int


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Some events in order. `next` is the position to go on after; `more` says whether there is more already."""

    events: Sequence[FeedEvent]
    next: int
    more: bool
