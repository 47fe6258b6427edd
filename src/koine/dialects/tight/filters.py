"""What a query asks for: its shape, and the same in the core's words (contracts/tight.md §9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from koine.core.conversations.asked import Asked, Compared, Comparison, Order
from koine.core.conversations.asked import Field as Compares
from koine.dialects.reading import storable
from koine.dialects.tight import fields, ids, inferred, paging

_FilterText = Annotated[
    str,
    Field(max_length=inferred.MAX_FILTER_TEXT, json_schema_extra={"pattern": fields.STORABLE}),
    AfterValidator(storable),
]
_Few = Field(max_length=inferred.MAX_FILTER_VALUES)
_Texts = Annotated[list[Annotated[_FilterText, fields.Element]], _Few]
_Resolutions = Annotated[list[Annotated[fields.ResolutionStatus, fields.Element]], _Few]
_Reads = Annotated[list[Annotated[fields.ReadStatus, fields.Element]], _Few]


class Closed(fields.Shape):
    """Unknown names are refused: one that is silently dropped would widen the result (§1)."""

    model_config = ConfigDict(strict=True, alias_generator=to_camel, extra="forbid")


class Texts(Closed):
    """The seven operators for text; null counts as absent."""

    equal: _FilterText | None = None
    not_equal: _FilterText | None = None
    greater_than: _FilterText | None = None
    greater_than_equal: _FilterText | None = None
    less_than: _FilterText | None = None
    less_than_equal: _FilterText | None = None
    contain: _FilterText | None = None


class Ids(Closed):
    """One of these ids."""

    within: _Texts | None = Field(default=None, alias="in")


class Entities(Closed):
    """By what conversations are attached to."""

    id: Ids | None = None


class Resolutions(Closed):
    """One of these, none of those."""

    within: _Resolutions | None = Field(default=None, alias="in")
    not_in: _Resolutions | None = None


class Reads(Closed):
    """One of these, none of those."""

    within: _Reads | None = Field(default=None, alias="in")
    not_in: _Reads | None = None


class Filter(Closed):
    """Everything that can be asked; all of it must hold (§9.3). `company` is ours, after the query of transactions."""

    subject: Texts | None = None
    attached_entity: Entities | None = None
    resolution_status: Resolutions | None = None
    read_status: Reads | None = None
    author_user_id: Texts | None = None
    author_email: Texts | None = None
    company: Ids | None = None


class Sort(Closed):
    """By what, and which way (§9.2)."""

    order_by: Annotated[str, fields.OneOf(*inferred.ORDERS)] | None = None
    direction: Annotated[str, fields.OneOf(*inferred.DIRECTIONS)] | None = None


def _only(given: Any) -> Any:
    return given[0] if isinstance(given, list) and len(given) == 1 else given


def alone(sort: Any) -> BeforeValidator:
    """The guide shows `sort` as a list: one of a single element is that element (§13)."""
    listed = Annotated[list[sort | None], Field(min_length=1, max_length=1)]
    return BeforeValidator(_only, json_schema_input_type=sort | listed | None)


class Query(fields.Shape):
    """The body of a query; all of it may be left out."""

    cursor: paging.GivenCursor | None = None
    limit: paging.Limit | None = None
    sort: Annotated[Sort | None, alone(Sort)] = None
    filter: Filter | None = None


_TEXTS: dict[str, Compares] = {
    "subject": "subject",
    "author_user_id": "author_external_id",
    "author_email": "author_email",
}
OPERATORS: dict[str, Comparison] = {
    "equal": "equal",
    "not_equal": "not_equal",
    "greater_than": "greater",
    "greater_than_equal": "greater_equal",
    "less_than": "less",
    "less_than_equal": "less_equal",
    "contain": "contains",
}


def order(sort: Sort | None) -> Order:
    """What a sort says, or the order without one."""
    if sort is None:
        return inferred.UNSORTED
    direction = sort.direction or inferred.DEFAULT_DIRECTION
    return Order(inferred.ORDERS[sort.order_by or inferred.DEFAULT_ORDER], descending=direction == "DESC")


def asked(filter: Filter | None) -> Asked:
    """The conditions of a filter; an empty object is none."""
    if filter is None:
        return Asked()
    company = filter.company
    return Asked(
        _compared(filter),
        entities=filter.attached_entity.id.within if filter.attached_entity and filter.attached_entity.id else None,
        resolved=_truths("RESOLVED", inferred.RESOLUTIONS, filter.resolution_status),
        read=_truths("READ", inferred.READ_STATES, filter.read_status),
        workspaces=workspaces(company.within) if company and company.within is not None else None,
    )


def compared(texts: Texts | None) -> list[tuple[Comparison, str]]:
    """What is asked of one field of text."""
    return [(OPERATORS[operator], value) for operator, value in texts or () if value is not None]


def workspaces(companies: Sequence[str]) -> list[int]:
    """The workspaces of companies; what names none is no company, and matches nothing."""
    return [id for id in map(ids.read_company, companies) if id is not None]


def _compared(filter: Filter) -> list[Compared]:
    return [
        Compared(field, comparison, value)
        for name, field in _TEXTS.items()
        for comparison, value in compared(getattr(filter, name))
    ]


def _truths(word: str, words: Sequence[str], asked: Resolutions | Reads | None) -> list[bool] | None:
    """Which of two words are wanted, as whether it is `word`; None where both are."""
    if asked is None:
        return None
    wanted = set(words if asked.within is None else asked.within) - set(asked.not_in or ())
    return None if len(wanted) == len(words) else [candidate == word for candidate in sorted(wanted)]
