"""What is known of a workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from koine.core.users.people import Person
from koine.core.users.users import User


@dataclass(frozen=True, slots=True)
class Workspace:
    """A tenant: a company in Tight's words, a location in HighLevel's.

    `external_id` is what the account's own systems call it; `profile` holds what a dialect keeps of it. Times are in
    UTC. While it is deleted no token opens it, and nothing in it is lost.
    """

    id: int
    uuid: UUID
    account_id: int
    name: str
    external_id: str | None
    profile: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None

    @property
    def deleted(self) -> bool:
        """Whether it is in the bin."""
        return self.deleted_at is not None


@dataclass(frozen=True, slots=True)
class Described:
    """A workspace as it is to be; None, and what is not in the profile, leaves what is there."""

    name: str | None = None
    external_id: str | None = None
    profile: Mapping[str, Any] = field(default_factory=dict)
    owners: Sequence[Person] | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A workspace with those who own it."""

    workspace: Workspace
    owners: Sequence[User]
