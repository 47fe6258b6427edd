"""The filters of a contact search: fields against values, in groups within groups (contracts/highlevel.md §9)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, get_args

from koine.core.contacts.lists.asked import (
    OPERATORS,
    Bounds,
    Condition,
    Field,
    Kind,
    Operator,
    OrderBy,
    Sort,
    Together,
    kind,
)
from koine.core.errors import Problem
from koine.dialects.highlevel import ids
from koine.dialects.highlevel.parameters import moment

FIELDS: dict[str, Field] = {
    "id": "id",
    "contactId": "id",
    "name": "name",
    "contactName": "name",
    "fullNameLowerCase": "name",
    "firstName": "first_name",
    "firstNameLowerCase": "first_name",
    "lastName": "last_name",
    "lastNameLowerCase": "last_name",
    "email": "email",
    "emailLowerCase": "email",
    "phone": "phone",
    "companyName": "company_name",
    "businessName": "company_name",
    "tags": "tags",
    "additionalEmails": "additional_emails",
    "dnd": "dnd",
    "assignedTo": "assigned_to",
    "followers": "followers",
    "dateAdded": "created",
    "dateUpdated": "updated",
    "source": "source",
    "gender": "gender",
    "address": "address1",
    "address1": "address1",
    "city": "city",
    "state": "state",
    "country": "country",
    "postalCode": "postal_code",
    "website": "website",
    "timezone": "timezone",
    "dateOfBirth": "date_of_birth",
}
SORTS: dict[str, OrderBy] = {
    name: order for name, field in FIELDS.items() for order in get_args(OrderBy) if order == field
}
_OPERATORS: dict[str, Operator] = {
    "eq": "equal",
    "not_eq": "not_equal",
    "contains": "contains",
    "not_contains": "not_contains",
    "exists": "exists",
    "not_exists": "not_exists",
    "range": "range",
}
_CUSTOM = "customFields."
_MOST = 100  # filters in all, values of one, and sorts: 5
_MOST_SORTS = 5

Path = tuple[str | int, ...]


class Filters:
    """Reads filters; what is wrong with them gathers in `problems`."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._count = 0

    def read(self, given: Any, path: Path = ("filters",), *, any: bool = False) -> Together:
        """A list of filters and groups; groups say themselves how what is in them is joined."""
        if given is None:
            return Together(())
        if not isinstance(given, list):
            self._wrong(path, "must be an array")
            return Together(())
        parts = [self._part(each, (*path, place)) for place, each in enumerate(given[: _MOST + 1])]
        return Together([part for part in parts if part is not None], any)

    def _part(self, given: Any, path: Path) -> Condition | Together | None:
        if not isinstance(given, dict):
            self.problems.append(Problem("wrong_type", path, given=given))
            return None
        if "group" not in given:
            return self._condition(given, path)
        if given["group"] not in ("AND", "OR"):
            self.problems.append(Problem("not_allowed", (*path, "group")))
        return self.read(given.get("filters"), (*path, "filters"), any=given["group"] == "OR")

    def _condition(self, given: dict[str, Any], path: Path) -> Condition | None:
        self._count += 1
        if self._count == _MOST + 1:
            self._wrong(("filters",), f"must contain no more than {_MOST} elements")
        if self._count > _MOST:
            return None
        name, operator = given.get("field"), _operator(given.get("operator"))
        field = _field(name)
        if field is None:
            self.problems.append(Problem("not_allowed", (*path, "field")))
        if operator is None or (field is not None and operator not in OPERATORS[kind(field)]):
            self.problems.append(Problem("not_allowed", (*path, "operator")))
            return None
        if field is None:
            return None
        values = self._values(kind(field), operator, given.get("value"), (*path, "value"))
        return Condition(field, operator, values, str(name).removeprefix(_CUSTOM) if field == "custom" else "")

    def _values(self, of: Kind, operator: Operator, given: Any, path: Path) -> Sequence[Any]:
        if operator in ("exists", "not_exists"):
            return ()
        if operator == "range":
            return self._bounds(of, given, path)
        values = given if isinstance(given, list) else [given]
        if len(values) > _MOST:
            self._wrong(path, f"must contain no more than {_MOST} elements")
            return ()
        found = [_value(of, value) for value in values]
        if not values or any(value is None for value in found):
            self._wrong(path, _MUST[of])
        return [value for value in found if value is not None]

    def _bounds(self, of: Kind, given: Any, path: Path) -> Sequence[Bounds]:
        if not isinstance(given, dict) or not given or given.keys() - {"gt", "gte", "lt", "lte"}:
            self._wrong(path, "must be an object of gt, gte, lt and lte")
            return ()
        found = {name: _bound(of, value) for name, value in given.items()}
        for name, value in found.items():
            if value is None:
                self._wrong((*path, name), _MUST[of])
        return (Bounds(**found),)

    def _wrong(self, path: Path, says: str) -> None:
        self.problems.append(Problem("malformed", path, says))


def sorts(given: Any, problems: list[Problem]) -> Sequence[Sort]:
    """The order that is asked for; the newest first when none is."""
    if given is None or given == []:
        return (Sort("created"),)
    if not isinstance(given, list):
        problems.append(Problem("wrong_type", ("sort",), given=given))
        return ()
    if len(given) > _MOST_SORTS:
        problems.append(Problem("malformed", ("sort",), f"must contain no more than {_MOST_SORTS} elements"))
    found = []
    for place, each in enumerate(given[:_MOST_SORTS]):
        if not isinstance(each, dict):
            problems.append(Problem("wrong_type", ("sort", place), given=each))
            continue
        name, way = each.get("field"), each.get("direction", "asc")
        if not isinstance(name, str) or name not in SORTS:
            problems.append(Problem("not_allowed", ("sort", place, "field")))
        elif way not in ("asc", "desc"):
            problems.append(Problem("not_allowed", ("sort", place, "direction")))
        else:
            found.append(Sort(SORTS[name], way == "desc"))
    return found


_MUST: dict[Kind, str] = {
    "text": "must be a string",
    "texts": "must be a string",
    "custom": "must be a string",
    "moment": "must be a valid ISO 8601 date string",
    "flag": "must be a boolean value",
    "people": "must be a string",
    "id": "must be a string",
}


def _field(name: Any) -> Field | None:
    if not isinstance(name, str) or "\x00" in name:
        return None
    return "custom" if name.startswith(_CUSTOM) and name != _CUSTOM else FIELDS.get(name)


def _operator(name: Any) -> Operator | None:
    return _OPERATORS.get(name) if isinstance(name, str) else None


def _value(of: Kind, value: Any) -> Any:
    """A value as the core compares it, or None when it is none of its kind. An id that cannot be one names nothing."""
    if of == "flag":
        return value if isinstance(value, bool) else None
    if of == "moment":
        return when(value)
    if of == "custom" and isinstance(value, bool | int | float):
        return str(value).lower() if isinstance(value, bool) else _bound(of, value) and str(value)
    if not isinstance(value, str) or not _storable(value):
        return None
    if of in ("people", "id"):
        return ids.read(value) or ids.NOBODY
    return value


def _bound(of: Kind, value: Any) -> Any:
    if of == "moment":
        return when(value)
    if isinstance(value, str):
        return value if _storable(value) else None
    if of == "custom" and isinstance(value, int | float) and not isinstance(value, bool):
        return value if math.isfinite(value) and abs(value) < 10**25 else None
    return None


def when(value: Any) -> datetime | None:
    """A time, from milliseconds or ISO 8601; without a zone it is UTC. None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return moment(value, round(value * 1000) % 1000) if math.isfinite(value) else None
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
