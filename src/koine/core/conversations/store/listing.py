"""The statement of a list: composed of conditions written here, over values that only travel as parameters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from koine.core.actor import Actor
from koine.core.conversations.asked import Asked, Order, OrderBy
from koine.core.conversations.model import Conversation
from koine.core.conversations.store import conditions, reading
from koine.core.conversations.store.conditions import FEW, LONGEST_START
from koine.core.errors import CursorUnreadable
from koine.core.filters import Clauses
from koine.core.page import Place, Window
from koine.postgres.database import Tx

# What each order sorts by, and its type for the cursor.
_KEYS: dict[OrderBy, tuple[str, str]] = {
    "created": ("c.created_at", "timestamptz"),
    "updated": ("c.updated_at", "timestamptz"),
    "last_message": ("c.last_message_at", "timestamptz"),
    "subject": ("c.subject_start", "text"),
    "id": ("c.id", "bigint"),
}

# The indexes of these orders hold what is resolved and what is not apart: a list of either reads no row of the other.
_BY_SIDE: frozenset[OrderBy] = frozenset({"created", "updated", "last_message"})

TRIED = 400  # rows of the order that are looked at before asking whether a condition keeps only few


async def top(tx: Tx, by: Actor, asked: Asked, order: Order, window: Window) -> list[Conversation]:
    """The rows of a window and one more, in the direction of the window.

    Each workspace gives its first rows from an index, then they are merged: the cost follows the page, not the table.
    """
    readable = by.workspaces if asked.workspaces is None else sorted(set(by.workspaces) & set(asked.workspaces))
    clauses = Clauses(by.kind, by.id, list(readable))
    few = conditions.add(clauses, by, asked, sides=order.by in _BY_SIDE, starts=order.by == "subject")
    sql = _statement(clauses, few, asked, order, window, len(readable))
    return reading.conversations(await tx.rows(sql, *clauses.values))


def place_value(conversation: Conversation, order: OrderBy) -> str:
    """What a cursor remembers of a conversation under an order."""
    match order:
        case "created":
            return conversation.created_at.isoformat()
        case "updated":
            return conversation.updated_at.isoformat()
        case "last_message":
            return conversation.last_message_at.isoformat()
        case "subject":
            return conversation.subject[:LONGEST_START]
        case "id":
            return str(conversation.id)


def _statement(clauses: Clauses, few: Sequence[str], asked: Asked, order: Order, window: Window, readable: int) -> str:
    """Top rows by workspace, merged, and only then joined with what is shown of them. $3 are the workspaces.

    One plan has to serve all values, so the statement finds out by itself how many rows a condition keeps: it tries a
    stretch of the order; if that does not fill the page, it sorts what a condition keeps, as long as those are few; and
    only then it goes along the order to the end. Limits are literals: a plan for any limit would expect a tenth of the
    table, and sort.
    """
    key = _KEYS[order.by][0]
    descending = order.descending != window.backwards
    way = "desc" if descending else "asc"
    sort = f"order by {key} {way}, c.id {way}"
    end = f"{sort} limit {window.limit + 1:d}"
    row = "c.deleted_at is null"
    if window.place is not None:
        row = f"c.deleted_at is null and {_beside(clauses, window.place, order.by, descending)}"
    sides = _sides(asked, order.by)
    along = _along(sides, f"{row} and {clauses.sql}", end, readable)
    if not few:
        return f"with top as ({along}) select {reading.COLUMNS} from top c {reading.JOINS} {sort}"
    stretch = _along(sides, row, f"{sort} limit {max(window.limit + 1, TRIED // max(readable, 1)):d}", readable)
    filled = f"(select count(*) from tried) > {window.limit:d}"
    counted = [f"(select count(*) from few{number:d}) <= {FEW:d}" for number in range(len(few))]
    sorts = [
        f"""select c.* from (select distinct f.workspace_id, f.id from few{number:d} f) f cross join lateral (
                select c.* from conversations c where c.workspace_id = f.workspace_id and c.id = f.id
                   and {row} and {clauses.sql} limit 1) c
             where not {filled} and {" and not ".join(counted[number::-1])} {end}"""
        for number in range(len(few))
    ]
    return f"""
        with tried as materialized (select c.* from ({stretch}) c where {clauses.sql} {end}),
        {
        ", ".join(
            f"few{number:d} as materialized (select f.* from ({select}) f limit {FEW + 1:d})"
            for number, select in enumerate(few)
        )
    },
        top as (
            select c.* from (
                (select c.* from tried c where {filled})
                union all ({") union all (".join(sorts)})
                union all (select c.* from ({along}) c where not {filled} and not {" and not ".join(counted)})) c {end})
        select {reading.COLUMNS} from top c {reading.JOINS} {sort}"""


def _along(sides: Sequence[str], condition: str, end: str, readable: int) -> str:
    """The first rows of an order. Each side of each workspace gives as many as are wanted, then they are merged."""
    if readable == 1:
        return _merged(sides, f"c.workspace_id = ($3::bigint[])[1] and {condition}", end)
    merged = _merged(sides, f"c.workspace_id = w.id and {condition}", end)
    return f"select c.* from unnest($3::bigint[]) as w(id) cross join lateral ({merged}) c {end}"


def _merged(sides: Sequence[str], condition: str, end: str) -> str:
    parts = [f"(select c.* from conversations c where {side} and {condition} {end})" for side in sides]
    return f"select c.* from ({' union all '.join(parts)}) c {end}"


def _sides(asked: Asked, order: OrderBy) -> Sequence[str]:
    """The resolved and the others, as far as they are wanted; where an order holds them together, both in one."""
    if order not in _BY_SIDE or asked.resolved == []:
        return ["true"]
    wanted = (True, False) if asked.resolved is None else asked.resolved
    return [side for truth, side in ((True, "c.resolved"), (False, "not c.resolved")) if truth in wanted]


def _beside(clauses: Clauses, place: Place, order: OrderBy, descending: bool) -> str:
    key, type_ = _KEYS[order]
    value, id = clauses.value(_read_value(place.value, order)), clauses.value(place.id)
    return f"({key}, c.id) {'<' if descending else '>'} ({value}::{type_}, {id}::bigint)"


def _read_value(value: str, order: OrderBy) -> Any:
    try:
        if order == "subject":
            return value
        return int(value) if order == "id" else datetime.fromisoformat(value)
    except ValueError:
        raise CursorUnreadable from None
