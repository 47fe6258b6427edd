"""The statements of lists of contacts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from koine.core.actor import Actor
from koine.core.contacts import store
from koine.core.contacts.lists import conditions
from koine.core.contacts.lists.asked import Asked, Condition, Listed, OrderBy
from koine.core.contacts.model import Contact
from koine.core.filters import Clauses, pattern
from koine.postgres.database import Row, Tx

FEW = 2000  # rows; where a condition keeps more, the list goes along its order instead
PATIENCE = 0.5  # seconds that a count may take

# What each order sorts by, and its type for the cursor.
_KEYS: dict[OrderBy, tuple[str, str]] = {
    "created": ("k.created_at", "timestamptz"),
    "updated": ("k.updated_at", "timestamptz"),
    "name": ("lower((k.first_name || ' ' || k.last_name) collate letters)", "text"),
    "first_name": ("lower(k.first_name collate letters)", "text"),
    "last_name": ("lower(k.last_name collate letters)", "text"),
    "email": ("coalesce(k.email_folded, '')", "text"),
    "phone": ("coalesce(k.phone, '')", "text"),
    "company_name": ("lower(coalesce(k.company_name, '') collate letters)", "text"),
    "city": ("lower(coalesce(k.profile ->> 'city', '') collate letters)", "text"),
    "state": ("lower(coalesce(k.profile ->> 'state', '') collate letters)", "text"),
    "country": ("lower(coalesce(k.profile ->> 'country', '') collate letters)", "text"),
    "source": ("lower(coalesce(k.profile ->> 'source', '') collate letters)", "text"),
    "website": ("lower(coalesce(k.profile ->> 'website', '') collate letters)", "text"),
    "date_of_birth": ("coalesce(k.profile ->> 'dateOfBirth', '')", "text"),
}

_PEOPLE = """
    (select u.uuid from users u where u.id = k.assigned_to) as assignee,
    case when k.followers = '{}' then '{}'::uuid[] else
        array(select u.uuid from unnest(k.followers) with ordinality f(id, ord) join users u on u.id = f.id
               order by f.ord) end as followed_by
"""
_CONTACT = len(store.COLUMNS.split(","))

_WORD = re.compile(r"[^\W_]{3}")  # what a trigram index needs of a pattern

# Conditions of equality that an index answers, for those that stand at the top.
_FEW = {
    "email": "unnest({0}::text[]) v cross join lateral (select k.id from contacts k where k.workspace_id = $1"
    " and k.email_folded = lower(v collate letters)",
    "phone": "unnest({0}::text[]) v cross join lateral (select k.id from contacts k where k.workspace_id = $1"
    " and k.phone = v and k.deleted_at is null",
    "id": "unnest({0}::uuid[]) v cross join lateral (select k.id from contacts k where k.workspace_id = $1"
    " and k.uuid = v",
}


async def top(tx: Tx, by: Actor, workspace_id: int, asked: Asked) -> list[Listed]:
    """The contacts of a page. What an index can say are few is sorted; all else goes along the order."""
    clauses = Clauses(workspace_id)
    conditions.add(clauses, by, asked)
    _beside(clauses, asked)
    keys = ", ".join(_KEYS[sort.by][0] for sort in asked.sorts)
    order = _order(asked)
    end = f"{order} limit {asked.limit:d} offset {asked.offset:d}"
    few = _few(clauses, asked)
    row = f"k.workspace_id = $1 and k.deleted_at is null and {clauses.sql}"
    if few is None:
        found = f"select k.* from contacts k where {row} {end}"
    else:
        found = f"""
            with few as materialized ({few}), counted as materialized (select count(*) <= {FEW:d} as small from few)
            select k.* from (
                (select k.* from (select distinct id from few) f cross join lateral (
                    select k.* from contacts k where k.id = f.id and {row} limit 1) k
                  where (select small from counted))
                union all
                (select k.* from contacts k where not (select small from counted) and {row}
                  {order} limit {asked.limit + asked.offset:d})) k {end}"""
    rows = await tx.rows(f"select {store.COLUMNS}, {_PEOPLE}, {keys} from ({found}) k {order}", *clauses.values)
    return [_listed(each) for each in rows]


async def count(tx: Tx, by: Actor, workspace_id: int, asked: Asked) -> int | None:
    """How many there are on all pages; None when it would take longer than PATIENCE."""
    if asked.everything:
        total: int = await tx.value(
            "select coalesce(sum(n), 0)::bigint from tallies where workspace_id = $1 and counted = 'contacts'",
            workspace_id,
        )
        return total
    clauses = Clauses(workspace_id)
    conditions.add(clauses, by, asked)
    few = _few(clauses, asked)
    row = f"k.workspace_id = $1 and k.deleted_at is null and {clauses.sql}"
    everywhere = f"(select count(*) from contacts k where {row})"
    sql = f"select {everywhere}"
    if few is not None:
        sql = f"""
        with few as materialized ({few})
        select case when (select count(*) from few) > {FEW:d} then {everywhere}
                    else (select count(*) from (select distinct id from few) f cross join lateral (
                        select 1 from contacts k where k.id = f.id and {row} limit 1) k) end"""
    counted: int | None = await tx.value_within(sql, *clauses.values, seconds=PATIENCE)
    return counted


def _few(clauses: Clauses, asked: Asked) -> str | None:
    """A select of the ids that one condition keeps, where an index knows them; FEW and one, where there are more."""
    for part in () if asked.where.any else asked.where.parts:
        if isinstance(part, Condition) and part.operator == "equal" and part.field in _FEW:
            given = clauses.value(list(part.values))
            held = _FEW[part.field].format(given)
            return f"select k.id from {held} limit {FEW + 1:d}) k limit {FEW + 1:d}"
    if asked.text is not None and _WORD.search(asked.text):
        given = clauses.value(pattern(asked.text))
        return f"select id from contacts_named($1, lower({given}::text collate letters), {FEW:d}) as n(id)"
    return None


def _order(asked: Asked) -> str:
    """Whoever is alike in all that is sorted by comes in the order of ids, the way of the first sort."""
    parts = [f"{_KEYS[sort.by][0]} {'desc' if sort.descending else 'asc'}" for sort in asked.sorts]
    way = "desc" if asked.sorts[0].descending else "asc"
    return f"order by {', '.join(parts)}, k.id {way}"


def _beside(clauses: Clauses, asked: Asked) -> None:
    """Only what comes after the last one seen; without its id, what sorts truly after it."""
    if asked.after is None:
        return
    keys = [_KEYS[sort.by][0] for sort in asked.sorts]
    ways = ["<" if sort.descending else ">" for sort in asked.sorts]
    held = [
        f"{clauses.value(value)}::{_KEYS[sort.by][1]}" for sort, value in zip(asked.sorts, asked.after, strict=True)
    ]
    if asked.after_id is not None:
        seen = clauses.value(asked.after_id)
        keys.append("k.id")
        ways.append("<" if asked.sorts[0].descending else ">")
        held.append(f"(select a.id from contacts a where a.workspace_id = $1 and a.uuid = {seen}::uuid)")
    if len(asked.sorts) == 1:  # an index may serve it, which it cannot with alternatives
        clauses.add(f"({', '.join(keys)}) {ways[0]} ({', '.join(held)})")
        return
    parts = []
    for place in range(len(keys)):
        same = [f"{key} = {given}" for key, given in zip(keys[:place], held[:place], strict=True)]
        parts.append(" and ".join([*same, f"{keys[place]} {ways[place]} {held[place]}"]))
    clauses.add(" or ".join(parts))


def _listed(row: Row) -> Listed:
    values: Sequence[Any] = tuple(row)
    contact = Contact(*values[:_CONTACT])
    return Listed(contact, values[_CONTACT], values[_CONTACT + 1], values[_CONTACT + 2 :])
