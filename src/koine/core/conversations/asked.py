"""What one can ask of a list of conversations: every condition and every order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Field = Literal["subject", "author_external_id", "author_email"]
Comparison = Literal["equal", "not_equal", "greater", "greater_equal", "less", "less_equal", "contains"]
OrderBy = Literal["created", "updated", "last_message", "subject", "id"]


@dataclass(frozen=True, slots=True)
class Compared:
    """One field of text held against one value."""

    field: Field
    comparison: Comparison
    value: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Which conversations, all conditions together; None means that it does not matter."""

    compared: Sequence[Compared] = ()
    entities: Sequence[str] | None = None
    resolved: Sequence[bool] | None = None  # any of these
    read: Sequence[bool] | None = None  # any of these, for the actor
    workspaces: Sequence[int] | None = None
    contact_id: int | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """By what, and which way; rows that are alike are ordered by id, the same way."""

    by: OrderBy = "created"
    descending: bool = True
