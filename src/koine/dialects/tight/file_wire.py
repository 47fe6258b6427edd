"""Tight's shapes of files: what is said of one, and how one is shown (contracts/tight.md §8.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from koine.core.files.links import Links
from koine.core.files.model import Described, File
from koine.dialects.reading import not_blank, storable
from koine.dialects.tight import fields, ids, inferred

Json = dict[str, Any]


def _day(given: Any) -> Any:
    """`yyyy-mm-dd` and nothing else that could be read as a day."""
    if not isinstance(given, str):
        raise PydanticCustomError("string_type", "is no string")
    try:
        day = date.fromisoformat(given) if len(given) == 10 else None
    except ValueError:
        day = None
    if day is None or day.isoformat() != given:
        raise PydanticCustomError("malformed", "is no day such as 2026-01-31")
    return day


_Day = Annotated[date, BeforeValidator(_day)]
_Description = Annotated[
    str,
    Field(max_length=inferred.MAX_DESCRIPTION, json_schema_extra={"pattern": fields.FILLED}),
    AfterValidator(storable),
    AfterValidator(not_blank),
]
_Notes = Annotated[
    str, Field(max_length=inferred.MAX_NOTES, json_schema_extra={"pattern": fields.STORABLE}), AfterValidator(storable)
]
_NUMBERS = range(-(2**63), 2**63)


def _storable(given: Any) -> Any:
    """Refuse what cannot be kept of free-form JSON, however deep it is: a NUL character, an integer past 64 bits."""
    if isinstance(given, str):
        return storable(given)
    if isinstance(given, int) and given not in _NUMBERS:
        raise PydanticCustomError("not_allowed", "holds an integer of more than 64 bits")
    for part in [*given, *given.values()] if isinstance(given, dict) else given if isinstance(given, list) else ():
        _storable(part)
    return given


_Amount = Annotated[int, Field(ge=-(2**63), le=2**63 - 1), BeforeValidator(fields.whole)]
_Custom = Annotated[
    Json,
    Field(description="No text in it holds a NUL character, and no integer has more than 64 bits."),
    AfterValidator(_storable),
]


class NewFile(fields.Shape):
    """The part `data` of an upload; null is as good as nothing, except for the description."""

    description: _Description
    date: _Day | None = None
    entity_id: fields.Entity | None = None
    notes: _Notes | None = None
    amount: _Amount | None = None
    custom_data: _Custom | None = None


class ChangedFile(fields.Shape):
    """An item of a save: only what is given changes, and null changes nothing."""

    id: fields.FileId
    description: _Description | None = None
    date: _Day | None = None
    entity_id: fields.Entity | None = None
    notes: _Notes | None = None
    amount: _Amount | None = None
    custom_data: _Custom | None = None
    status: fields.Status | None = None


def file_model(given: Mapping[str, Any]) -> type[ChangedFile]:
    """What an item means to do: files come by uploading, so that a save can only change them."""
    return ChangedFile


def described(given: NewFile | ChangedFile) -> Described:
    """What is said of a file."""
    return Described(given.description, given.notes, given.date, given.amount, given.entity_id, given.custom_data)


def file(shown: File, links: Links) -> Json:
    """A file, with a link that is good for a few minutes; null when it is deleted, or its bytes are lost."""
    said = shown.described
    return {
        "id": ids.file(shown.id),
        "entity": {"id": said.entity},
        "description": said.description or "",
        "notes": said.notes,
        "url": links.to(shown.workspace_id, shown) if shown.deleted_at is None else None,
        "date": said.date.isoformat() if said.date else None,
        "amount": said.amount,
        "status": "DELETED" if shown.deleted_at else "ACTIVE",
        "customData": said.custom_data,
    }
