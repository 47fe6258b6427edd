"""What a type of subscription is, and what somebody said about one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

Channel = Literal["email", "sms"]


@dataclass(frozen=True, slots=True)
class SubscriptionType:
    """A kind of mail or text that people can do without. An archived one is offered to nobody any more."""

    workspace_id: int
    id: int
    uuid: UUID
    name: str
    description: str
    channel: Channel
    language: str
    legal_form: str | None
    archived: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Described:
    """A type as somebody describes it: to be created, or to be changed where a field is not None."""

    name: str | None = None
    description: str | None = None
    channel: Channel | None = None
    language: str | None = None
    legal_form: str | None = None
    archived: bool | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody said about an address of theirs. `type_id` None: about whatever is of no type."""

    email: str
    type_id: int | None
    subscribed: bool
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """What is said now, and on what grounds. `everything`: subscribed to whatever was ended before."""

    email: str
    subscribed: bool
    type_id: int | None = None
    everything: bool = False
    reason: str | None = None
    explanation: str | None = None
