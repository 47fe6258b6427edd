"""What a contact is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody on the other side. `profile` is what a dialect keeps of them and no rule of ours reads."""

    workspace_id: int
    id: int
    uuid: UUID
    external_id: str | None
    email: str | None
    phone: str | None
    first_name: str
    last_name: str
    company_name: str | None
    tags: Sequence[str]
    dnd: bool
    assigned_to: int | None
    enabled: bool
    profile: Mapping[str, Any]
    custom_attributes: Mapping[str, Any]
    last_active_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def name(self) -> str:
        """First and last name, as far as they are known."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class Described:
    """A contact as somebody describes them: to be created, or to be changed where a field is not None."""

    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    external_id: str | None = None
    company_name: str | None = None
    tags: Sequence[str] | None = None
    dnd: bool | None = None
    assigned_to: int | None = None
    profile: Mapping[str, Any] = field(default_factory=dict)
    custom_attributes: Mapping[str, Any] = field(default_factory=dict)
