"""Lists in an order: comparing text, reading cursors, and pages of what an account has (workspaces and staff)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from koine.core.conversations.asked import Comparison
from koine.core.errors import CursorUnreadable
from koine.core.filters import Clauses, pattern
from koine.core.page import Window
from koine.postgres.database import Row, Tx

OrderBy = Literal["created", "updated", "id", "name"]


@dataclass(frozen=True, slots=True)
class Compared:
    """A field of text held against a value."""

    field: str
    comparison: Comparison
    value: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Which ones, all conditions together. `ids` None: all; `deleted`: those in the bin, the others, or both."""

    compared: Sequence[Compared] = ()
    ids: Sequence[int] | None = None
    deleted: Sequence[bool] = (False,)


@dataclass(frozen=True, slots=True)
class Order:
    """By what, and which way; rows that are alike are ordered by id, the same way."""

    by: OrderBy = "created"
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Listed:
    """A list in SQL: what is selected, its id, when it was deleted, and the fields that can be asked for.

    `orders` are expressions, each with its type; an index has it after the account, and before the id.
    """

    select: str
    account: str
    id: str
    deleted_at: str
    orders: Mapping[str, tuple[str, str]]
    texts: Mapping[str, str]


async def top(tx: Tx, listed: Listed, account_id: int, asked: Asked, order: Order, window: Window) -> list[Row]:
    """The rows of a window and one more, in the direction of the window. Raises CursorUnreadable."""
    clauses = Clauses(account_id)
    descending = order.descending != window.backwards
    way = "desc" if descending else "asc"
    key, type_ = listed.orders[order.by]
    if asked.ids is not None:
        clauses.add(f"{listed.id} = any (?::bigint[])", list(asked.ids))
    clauses.add(f"({listed.deleted_at} is not null) = any (?::boolean[])", list(asked.deleted))
    for compared in asked.compared:
        compare(clauses, listed.texts[compared.field], compared.comparison, compared.value)
    if window.place is not None:
        sign = "<" if descending else ">"
        value = read_value(window.place.value, order.by)
        clauses.add(f"({key}, {listed.id}) {sign} (?::{type_}, ?::bigint)", value, window.place.id)
    return await tx.rows(
        f"""{listed.select} where {listed.account} = $1 and {clauses.sql}
             order by {key} {way}, {listed.id} {way} limit {window.limit + 1:d}""",
        *clauses.values,
    )


_OPERATORS: dict[Comparison, str] = {
    "equal": "=",
    "not_equal": "is distinct from",
    "greater": ">",
    "greater_equal": ">=",
    "less": "<",
    "less_equal": "<=",
    "contains": "like",
}


def compare(clauses: Clauses, expression: str, comparison: Comparison, value: str) -> None:
    """Hold a text against a value.

    Whether it is contained never depends on case, in any alphabet; the other comparisons take it as it is given.
    """
    operator = _OPERATORS[comparison]
    if comparison == "contains":
        like = clauses.value(pattern(value))
        clauses.add(f"lower({expression} collate letters) {operator} lower({like}::text collate letters)")
    else:
        clauses.add(f"{expression} {operator} ?::text", value)


def read_value(value: str, by: OrderBy) -> object:
    """What a cursor says of a row under an order. Raises CursorUnreadable."""
    try:
        match by:
            case "id":
                return int(value)
            case "name":
                return value
        return datetime.fromisoformat(value)
    except ValueError:
        raise CursorUnreadable from None
