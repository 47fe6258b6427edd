"""What one can ask of a list of contacts: every condition and every order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from koine.core.contacts.model import Contact

Kind = Literal["text", "texts", "moment", "flag", "people", "id", "custom"]
Operator = Literal["equal", "not_equal", "contains", "not_contains", "exists", "not_exists", "range"]
Field = Literal[
    "id",
    "name",
    "first_name",
    "last_name",
    "email",
    "phone",
    "company_name",
    "tags",
    "additional_emails",
    "dnd",
    "assigned_to",
    "followers",
    "created",
    "updated",
    "source",
    "gender",
    "address1",
    "city",
    "state",
    "country",
    "postal_code",
    "website",
    "timezone",
    "date_of_birth",
    "custom",
]

KINDS: dict[Field, Kind] = {
    "id": "id",
    "tags": "texts",
    "additional_emails": "texts",
    "dnd": "flag",
    "assigned_to": "people",
    "followers": "people",
    "created": "moment",
    "updated": "moment",
    "custom": "custom",
}  # all others are texts

# What can be asked of each kind.
OPERATORS: dict[Kind, frozenset[Operator]] = {
    "text": frozenset({"equal", "not_equal", "contains", "not_contains", "exists", "not_exists", "range"}),
    "texts": frozenset({"equal", "not_equal", "contains", "not_contains", "exists", "not_exists"}),
    "custom": frozenset({"equal", "not_equal", "contains", "not_contains", "exists", "not_exists", "range"}),
    "moment": frozenset({"equal", "not_equal", "exists", "not_exists", "range"}),
    "flag": frozenset({"equal", "not_equal", "exists", "not_exists"}),
    "people": frozenset({"equal", "not_equal", "exists", "not_exists"}),
    "id": frozenset({"equal", "not_equal"}),
}

# What a list can be ordered by.
OrderBy = Literal[
    "created",
    "updated",
    "name",
    "first_name",
    "last_name",
    "email",
    "phone",
    "company_name",
    "city",
    "state",
    "country",
    "source",
    "website",
    "date_of_birth",
]


def kind(field: Field) -> Kind:
    """What kind of thing a field holds."""
    return KINDS.get(field, "text")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What something has to lie between, each bound where it is not None: texts, moments, or numbers."""

    gt: Any = None
    gte: Any = None
    lt: Any = None
    lte: Any = None


@dataclass(frozen=True, slots=True)
class Condition:
    """A field held against values: any of them will do. `key` names a custom attribute.

    Texts are compared without regard to case. `values` are texts, moments, booleans or UUIDs, as the field has them;
    for a range they are one Bounds.
    """

    field: Field
    operator: Operator
    values: Sequence[Any] = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class Together:
    """Conditions of which all have to hold, or with `any` at least one."""

    parts: Sequence[Condition | Together]
    any: bool = False


@dataclass(frozen=True, slots=True)
class Sort:
    """By what, and which way. What is not there sorts as an empty text."""

    by: OrderBy
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """Which contacts, in which order, and where in it: `after` holds what the last one seen was sorted by."""

    where: Together = Together(())
    text: str | None = None  # somewhere in name, address or number
    sorts: Sequence[Sort] = (Sort("created"),)
    limit: int = 20
    offset: int = 0
    after: Sequence[Any] | None = None  # a value for each sort: a moment or a text
    after_id: UUID | None = None

    @property
    def everything(self) -> bool:
        """Whether every contact is asked for."""
        return not self.where.parts and self.text is None


@dataclass(frozen=True, slots=True)
class Listed:
    """A contact in a list: what strangers call those who look after and follow them, and what they were sorted by."""

    contact: Contact
    assignee: UUID | None
    followers: Sequence[UUID]
    sorted_by: Sequence[datetime | str]
