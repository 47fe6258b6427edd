"""Cursors: opaque to clients, and good for the question that they were made for (contracts/tight.md §9.1)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import orjson
from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from koine.core.conversations.asked import Asked, Order, OrderBy
from koine.core.errors import CursorUnreadable
from koine.core.files import model as files
from koine.core.page import Page, Place, Window
from koine.dialects.tight import fields, inferred

_LONGEST = 8192  # characters; 500 characters of a subject, escaped and in base 64, are about half of that


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list, and a short hash of the list that it is in."""

    place: Place
    of: str


def read(given: Any) -> Cursor:
    """A cursor as a client sent it. Raises PydanticCustomError, so that it is reported with all else that is wrong."""
    if not isinstance(given, str):
        raise PydanticCustomError("string_type", "is no string")
    try:
        return _decode(given)
    except (ValueError, KeyError):
        raise PydanticCustomError("not_allowed", "is no cursor of ours") from None


GivenCursor = Annotated[
    Cursor,
    BeforeValidator(read),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^[A-Za-z0-9_-]*=*$",  # an empty one in a query string counts as absent
            "maxLength": _LONGEST,
            "description": "The `after` or `before` of a page.",
        }
    ),
]


Limit = Annotated[
    int, Field(ge=1, le=inferred.MAX_PAGE, json_schema_extra={"format": "int32"}), BeforeValidator(fields.whole)
]


def window(limit: int, cursor: Cursor | None, of: str, by: OrderBy | files.OrderBy = "created") -> Window:
    """The part of a list that is asked for. Raises CursorUnreadable when the cursor was made for another list."""
    if cursor is None:
        return Window(limit)
    if cursor.of != of or not _fits(cursor.place, by):
        raise CursorUnreadable
    return Window(limit, cursor.place)


def cursors(page: Page[Any], of: str) -> dict[str, str | None]:
    """The way on and the way back, each null where there is none."""
    return {
        "after": None if page.after is None else _encode(page.after, of),
        "before": None if page.before is None else _encode(page.before, of),
    }


def list_of(order: Order, asked: Asked) -> str:
    """The hash of a query: a cursor of one sort and filter is none of another."""
    compared = [(one.field, one.comparison, one.value) for one in asked.compared]
    return _hash([order.by, order.descending, compared, asked.entities, asked.resolved, asked.read, asked.workspaces])


def files_of(order: files.Order, asked: files.Asked) -> str:
    """The hash of a query of files."""
    compared = [(one.field, one.comparison, one.value) for one in asked.compared]
    return _hash(["files", order.by, order.descending, compared, asked.entities, asked.workspaces])


def messages_of(conversation_id: int) -> str:
    """The hash of a conversation's messages."""
    return _hash(["messages", conversation_id])


def other(*question: Any) -> str:
    """The hash of any other list."""
    return _hash(question)


def _encode(place: Place, of: str) -> str:
    said = {place.side.upper(): place.id, "value": place.value, "of": of}
    return base64.urlsafe_b64encode(orjson.dumps(said)).decode()


def _decode(text: str) -> Cursor:
    """Raises ValueError or KeyError for whatever was not written by `_encode`, to the letter."""
    if len(text) > _LONGEST or not text.isascii():
        raise ValueError
    said = orjson.loads(base64.b64decode(text, altchars=b"-_", validate=True))
    if not isinstance(said, dict):
        raise ValueError
    side: Literal["after", "before"] = "after" if "AFTER" in said else "before"
    id, value, of = said[side.upper()], said["value"], said["of"]
    if type(id) is not int or not 0 < id < 2**63 or not isinstance(value, str) or not isinstance(of, str):
        raise ValueError
    place = Place(value, id, side)
    if _encode(place, of) != text:
        raise ValueError
    return Cursor(place, of)


def _fits(place: Place, by: OrderBy | files.OrderBy) -> bool:
    """Whether the value is one that a row can have under an order."""
    match by:
        case "id":
            return place.value == str(place.id)
        case "subject":
            return len(place.value) <= 500 and "\x00" not in place.value
    try:
        moment = datetime.fromisoformat(place.value)
    except ValueError:
        return False
    return moment.utcoffset() == timedelta(0) and moment.isoformat() == place.value


def _hash(question: Any) -> str:
    return hashlib.blake2b(orjson.dumps(question), digest_size=6).hexdigest()
