"""Lists of contacts: what is asked, and how a page is written (contracts/highlevel.md §9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from koine.core.contacts.lists.asked import Asked, Listed, Sort
from koine.core.errors import Invalid, Problem
from koine.dialects.highlevel import ids
from koine.dialects.highlevel.parameters import EPOCH
from koine.dialects.highlevel.wire import contact_filters
from koine.dialects.highlevel.wire.bodies import Id, Json, Shape
from koine.dialects.highlevel.wire.contact import contact
from koine.dialects.highlevel.wire.contact_filters import Filters
from koine.dialects.reading import Text

MOST = 10_000  # contacts that pages reach by their numbers; beyond, `searchAfter` goes on
_LONGEST = 75


class ContactSearch(Shape):
    """`POST /contacts/search`."""

    location_id: Id
    page_limit: Annotated[float, Field(ge=1, le=500)]
    page: Annotated[float, Field(ge=1, le=MOST)] | None = None
    search_after: list[Json] | None = None
    filters: Json = None
    sort: Json = None
    query: Text | None = None


def asked(wanted: ContactSearch) -> Asked:
    """The question. Raises Invalid with all that is wrong with filters, order and place."""
    filters, problems = Filters(), list[Problem]()
    where, sorts = filters.read(wanted.filters), contact_filters.sorts(wanted.sort, problems)
    problems = [*filters.problems, *problems]
    text, limit, page = (wanted.query or "").strip(), int(wanted.page_limit), int(wanted.page or 1)
    if len(text) > _LONGEST:
        problems.append(Problem("malformed", ("query",), f"must be shorter than or equal to {_LONGEST} characters"))
    if wanted.search_after is None and page * limit > MOST:
        problems.append(Problem("malformed", ("page",), f"must not reach beyond {MOST} contacts: use searchAfter"))
    after, after_id = _after(wanted.search_after, sorts, problems)
    if problems:
        raise Invalid(problems=problems)
    offset = (page - 1) * limit if after is None else 0
    return Asked(where, text or None, sorts, limit, offset, after, after_id)


def row(listed: Listed, location_id: str, version: str | None) -> dict[str, Any]:
    """A contact of a search; `searchAfter` is where the next page starts."""
    written = contact(listed.contact, location_id, listed.assignee, listed.followers, version=version)
    return {**written, "searchAfter": _place(listed)}


def page(rows: Sequence[dict[str, Any]], total: int, trace_id: str) -> dict[str, Any]:
    """The answer to a search: the place is at each row, and that of the last row also beside them."""
    after = {"searchAfter": rows[-1]["searchAfter"]} if rows else {}
    return {"contacts": rows, "total": total, **after, "traceId": trace_id}


def _place(listed: Listed) -> list[Any]:
    """What the contact is sorted by, times as milliseconds with their fraction, and its id."""
    return [*(_millis(value) if isinstance(value, datetime) else value for value in listed.sorted_by), _id(listed)]


def _millis(at: datetime) -> float:
    since = at - EPOCH
    whole = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return whole // 1000 if whole % 1000 == 0 else whole / 1000


def _id(listed: Listed) -> str:
    return ids.write(listed.contact.uuid)


def _after(
    given: list[Any] | None, sorts: Sequence[Sort], problems: list[Problem]
) -> tuple[Sequence[Any] | None, UUID | None]:
    """A value for each sort, and then perhaps an id."""
    if not given:
        return None, None
    values, id = given[: len(sorts)], given[len(sorts) :]
    known = ids.read(id[0]) if id and isinstance(id[0], str) else None
    found = [
        contact_filters.when(value) if sort.by in ("created", "updated") else value if isinstance(value, str) else None
        for sort, value in zip(sorts, values, strict=False)
    ]
    if len(values) < len(sorts) or len(id) > 1 or None in found or (id and known is None):
        problems.append(Problem("malformed", ("searchAfter",), "must be the searchAfter of a contact in this order"))
        return None, None
    return found, known
