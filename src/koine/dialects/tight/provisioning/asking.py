"""What queries of companies and bookkeepers ask for, after the pattern of others (contracts/tight.md §9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from koine.core.ordered import Asked, Compared, Order, OrderBy
from koine.core.page import Window
from koine.dialects.call import Call
from koine.dialects.tight import fields, filters, inferred, media, paging
from koine.dialects.tight.filters import Closed, Ids, Texts

_Statuses = Annotated[list[Annotated[fields.Status, fields.Element]], Field(max_length=inferred.MAX_FILTER_VALUES)]

ORDERS: dict[str, OrderBy] = {
    "CREATED_DATE_TIME": "created",
    "LAST_UPDATED_DATE_TIME": "updated",
    "ID": "id",
    "NAME": "name",
}
_OF_BOOKKEEPERS = ("CREATED_DATE_TIME", "LAST_UPDATED_DATE_TIME", "ID")


class Statuses(Closed):
    """One of these, none of those."""

    within: _Statuses | None = Field(default=None, alias="in")
    not_in: _Statuses | None = None


class CompanyFilter(Closed):
    """Which companies; without `status` those that are not deleted."""

    name: Texts | None = None
    api_company_id: Texts | None = None
    id: Ids | None = None
    status: Statuses | None = None


class CompanySort(Closed):
    """By what, and which way."""

    order_by: Annotated[str, fields.OneOf(*ORDERS)] | None = None
    direction: Annotated[str, fields.OneOf(*inferred.DIRECTIONS)] | None = None


class CompanyQuery(fields.Shape):
    """The body of a query of companies; all of it may be left out."""

    cursor: paging.GivenCursor | None = None
    limit: paging.Limit | None = None
    sort: Annotated[CompanySort | None, filters.alone(CompanySort)] = None
    filter: CompanyFilter | None = None


class BookkeeperFilter(Closed):
    """Which bookkeepers; without `status` those that are not deleted."""

    user_id: Texts | None = None
    email: Texts | None = None
    first_name: Texts | None = None
    last_name: Texts | None = None
    id: Ids | None = None
    status: Statuses | None = None


class BookkeeperSort(Closed):
    """By what, and which way."""

    order_by: Annotated[str, fields.OneOf(*_OF_BOOKKEEPERS)] | None = None
    direction: Annotated[str, fields.OneOf(*inferred.DIRECTIONS)] | None = None


class BookkeeperQuery(fields.Shape):
    """The body of a query of bookkeepers; all of it may be left out."""

    cursor: paging.GivenCursor | None = None
    limit: paging.Limit | None = None
    sort: Annotated[BookkeeperSort | None, filters.alone(BookkeeperSort)] = None
    filter: BookkeeperFilter | None = None


# A filter's fields of text, and what the core calls them.
_TEXTS = {
    "name": "name",
    "api_company_id": "external_id",
    "user_id": "external_id",
    "email": "email",
    "first_name": "first_name",
    "last_name": "last_name",
}


def companies(call: Call) -> CompanyQuery:
    """The query; no body asks for all of them."""
    media.must_be_json(call)
    return call.read(CompanyQuery) if call.body else CompanyQuery()


def bookkeepers(call: Call) -> BookkeeperQuery:
    """The query; no body asks for all of them."""
    media.must_be_json(call)
    return call.read(BookkeeperQuery) if call.body else BookkeeperQuery()


def order(sort: CompanySort | BookkeeperSort | None) -> Order:
    """Newest first, unless a sort says otherwise."""
    if sort is None:
        return Order()
    direction = sort.direction or inferred.DEFAULT_DIRECTION
    return Order(ORDERS[sort.order_by or inferred.DEFAULT_ORDER], descending=direction == "DESC")


def asked(filter: CompanyFilter | BookkeeperFilter | None, numbers: Mapping[str, int | None]) -> Asked:
    """The conditions of a filter; `numbers` are those of the ids in it."""
    if filter is None:
        return Asked()
    within = _ids(filter)
    found = [numbers.get(id) for id in within or ()]
    return Asked(
        _compared(filter),
        None if within is None else [number for number in found if number is not None],
        _deleted(filter.status),
    )


def named(filter: CompanyFilter | BookkeeperFilter | None) -> Sequence[str]:
    """The ids in a filter."""
    return (_ids(filter) or ()) if filter is not None else ()


def listed(what: str, order: Order, asked: Asked) -> str:
    """The hash of a list, for its cursors."""
    compared = [(one.field, one.comparison, one.value) for one in asked.compared]
    return paging.other(what, order.by, order.descending, compared, asked.ids, list(asked.deleted))


def window(query: CompanyQuery | BookkeeperQuery, of: str, order: Order) -> Window:
    """The part of the list that is asked for. Raises CursorUnreadable."""
    by = "subject" if order.by == "name" else order.by  # both are short texts to a cursor
    return paging.window(query.limit or inferred.DEFAULT_PAGE, query.cursor, of, by)


def _ids(filter: CompanyFilter | BookkeeperFilter) -> Sequence[str] | None:
    return filter.id.within if filter.id is not None else None


def _compared(filter: CompanyFilter | BookkeeperFilter) -> list[Compared]:
    """Addresses are held against each other in lower case, as the core has them."""
    found = []
    for name, field in _TEXTS.items():
        texts: Texts | None = getattr(filter, name, None)
        for operator, value in texts or ():
            if value is not None:
                value = value.lower() if field == "email" else value
                found.append(Compared(field, filters.OPERATORS[operator], value))
    return found


def _deleted(statuses: Statuses | None) -> list[bool]:
    if statuses is None or (statuses.within is None and statuses.not_in is None):
        return [False]
    wanted = set(inferred.STATUSES if statuses.within is None else statuses.within) - set(statuses.not_in or ())
    return [status == "DELETED" for status in sorted(wanted)]
