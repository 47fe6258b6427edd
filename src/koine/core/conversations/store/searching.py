"""The statements of a search: composed of conditions written here, over values that only travel as parameters.

As in listing.py, one plan has to serve all values: what an index knows to be few is sorted, and all else goes along the
order. Free text has indexes of trigrams, which only functions of the owner can use (conditions.py says why).
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from koine.core.actor import Actor
from koine.core.conversations import visibility
from koine.core.conversations.sought import Sought, SoughtOrder, Talk
from koine.core.conversations.store import sought_conditions
from koine.core.conversations.store.conditions import FEW
from koine.core.conversations.store.sought_conditions import THERE, people
from koine.core.filters import Clauses
from koine.postgres.database import Tx

PATIENCE = 0.2  # seconds that a count may take
TRIED = 100  # rows of the order that are looked at before asking whether a condition keeps only few

_KEYS: dict[SoughtOrder, str] = {"last_message": "c.last_message_at", "last_manual": "c.last_manual_at"}

# In the order of Talk. Hardly any conversation has followers or mentions: that there are none is asked first.
_COLUMNS = """
    c.id, c.uuid, k.uuid, k.first_name, k.last_name, k.company_name, k.email, k.phone, k.tags, u.uuid, i.channel,
    c.resolved, c.starred, c.unread_count, c.last_message_preview, c.last_message_channel, c.last_message_direction,
    c.last_automated, c.last_manual_at, c.last_message_at, c.created_at, c.updated_at, c.deleted_at is not null,
    case when k.followers <> '{}' or exists (
              select 1 from participants f
               where f.workspace_id = c.workspace_id and f.conversation_id = c.id and f.participant_kind = 'user') then
         array(select p.uuid from users p where p.id = any (k.followers || array(
              select f.participant_id from participants f
               where f.workspace_id = c.workspace_id and f.conversation_id = c.id and f.participant_kind = 'user'))
               order by p.uuid)
         else '{}'::uuid[] end,
    case when exists (
              select 1 from mentions m where m.workspace_id = c.workspace_id and m.conversation_id = c.id) then
         array(select p.uuid from users p where p.id = any (array(
              select m.user_id from mentions m where m.workspace_id = c.workspace_id and m.conversation_id = c.id))
               order by p.uuid)
         else '{}'::uuid[] end
"""

_JOINS = """
    join contacts k on k.workspace_id = c.workspace_id and k.id = c.contact_id
    left join users u on u.id = c.assignee_id
    left join inboxes i on i.workspace_id = c.workspace_id and i.id = c.inbox_id
"""

_ALL = "(select sum(n)::bigint from tallies where workspace_id = $1 and counted = 'conversations')"


async def top(
    tx: Tx, by: Actor, workspace_id: int, sought: Sought, *, facets: Sequence[str] | None = None, total: int = FEW + 1
) -> list[Talk]:
    """The conversations of a page. With `facets` it goes along those alone, as they are all that can be met.

    A `total` of no more than FEW is sorted where the order has no index of what is sought.
    """
    clauses = Clauses(workspace_id)
    found, sort = _page(clauses, by, sought, facets, small=total <= FEW)
    rows = await tx.rows(f"select {_COLUMNS} from ({found}) c {_JOINS} {sort}", *clauses.values)
    return [Talk(*row) for row in rows]


async def everything(tx: Tx, by: Actor, workspace_id: int, sought: Sought) -> tuple[list[Talk], int | None]:
    """A page of all there are, and their number in the same statement; None where there is nothing on the page."""
    clauses = Clauses(workspace_id)
    found, sort = _page(clauses, by, sought, None, small=False)
    rows = await tx.rows(f"select {_COLUMNS}, {_ALL} from ({found}) c {_JOINS} {sort}", *clauses.values)
    return [Talk(*row[:-1]) for row in rows], rows[0][-1] if rows else None


def _page(clauses: Clauses, by: Actor, sought: Sought, facets: Sequence[str] | None, *, small: bool) -> tuple[str, str]:
    """The conversations `c` of a page, and their order; $1 is the workspace."""
    few = sought_conditions.add(clauses, by, sought)
    key = _KEYS[sought.order]
    way, sign = ("desc", "<") if sought.descending else ("asc", ">")
    sort = f"order by {key} {way}, c.id {way}"
    end = f"{sort} limit {sought.limit:d}"
    row = THERE
    if sought.after is not None:
        after = f"{clauses.value(sought.after)}::timestamptz"
        if sought.after_id is None:
            row = f"{THERE} and {key} {sign} {after}"
        else:
            row = f"{THERE} and ({key}, c.id) {sign} ({after}, {clauses.value(sought.after_id)}::bigint)"
    along = _along(clauses, by, sought, facets, f"{row} and {clauses.sql}", end, small=small)
    if few is None:
        return along, sort
    stretch = _along(clauses, by, sought, facets, row, f"{sort} limit {TRIED:d}")
    filled = f"(select count(*) from tried) >= {sought.limit:d}"
    found = f"""
            with tried as materialized (select c.* from ({stretch}) c where {clauses.sql} {end}), {few}
            select c.* from (
                (select c.* from tried c where {filled})
                union all
                (select c.* from few f cross join lateral (
                    select c.* from conversations c
                     where c.workspace_id = $1 and c.id = f.id and {row} and {clauses.sql} limit 1) c
                  where not {filled} and (select small from counted) {end})
                union all
                (select c.* from ({along}) c where not {filled} and not (select small from counted))) c {end}"""
    return found, sort


async def count(tx: Tx, by: Actor, workspace_id: int, sought: Sought) -> int | None:
    """How many there are on all pages; None when it would take longer than PATIENCE. The last statement of a search."""
    clauses = Clauses(workspace_id)
    few = sought_conditions.add(clauses, by, sought)
    everywhere = f"(select count(*) from conversations c where c.workspace_id = $1 and {THERE} and {clauses.sql})"
    if sought.uuid is not None or sought.contact is not None:
        along = _along(clauses, by, sought, None, f"{THERE} and {clauses.sql}", "")
        everywhere = f"(select count(*) from ({along}) c)"
    sql = f"select {everywhere}"
    if few is not None:
        sql = f"""
        with {few}
        select case when (select small from counted) then
            (select count(*) from few f cross join lateral (
                select 1 from conversations c
                 where c.workspace_id = $1 and c.id = f.id and {THERE} and {clauses.sql} limit 1) c)
            else {everywhere} end"""
    counted: int | None = await tx.value_within(sql, *clauses.values, seconds=PATIENCE)
    return counted


async def one(tx: Tx, by: Actor, workspace_id: int, uuid: UUID) -> Talk | None:
    """The conversation with this uuid, also in the bin, if it is with a contact and the actor may see it."""
    clauses = Clauses()
    visibility.limit(clauses, by)
    clauses.add("c.workspace_id = ?::bigint and c.uuid = ?::uuid", workspace_id, uuid)
    row = await tx.row(f"select {_COLUMNS} from conversations c {_JOINS} where {clauses.sql}", *clauses.values)
    return None if row is None else Talk(*row)


def _along(
    clauses: Clauses,
    by: Actor,
    sought: Sought,
    facets: Sequence[str] | None,
    row: str,
    end: str,
    *,
    small: bool = False,
) -> str:
    """The first rows of the order, by the index that holds the fewest others."""
    if sought.uuid is not None:
        uuid = clauses.value(sought.uuid)
        return f"select c.* from conversations c where c.workspace_id = $1 and c.uuid = {uuid}::uuid and {row} {end}"
    if sought.contact is not None:
        uuid = clauses.value(sought.contact)
        few = f"select a.id from contacts a where a.workspace_id = $1 and a.uuid = {uuid}::uuid"
        return _each(few, "c.contact_id = f.id", row, end, end)
    if sought.order == "last_manual" and not small:
        return f"select c.* from conversations c where c.workspace_id = $1 and {row} {end}"
    inner = end if sought.order == "last_message" else ""  # their indexes know no other order
    if facets is not None:
        names = clauses.value(list(facets))
        return _each(f"select unnest({names}::text[]) as name", "c.facet = f.name", row, inner, end)
    if sought.assignees is not None and not sought.unassigned:
        return _each(people(clauses, by, sought.assignees), "c.assignee_id = f.id", row, inner, end)
    if sought.order == "last_manual":
        return f"select c.* from conversations c where c.workspace_id = $1 and {row} {end}"
    return f"""
        select c.* from (
            (select c.* from conversations c where c.workspace_id = $1 and c.resolved and {row} {end})
            union all
            (select c.* from conversations c where c.workspace_id = $1 and not c.resolved and {row} {end})) c {end}"""


def _each(few: str, joined: str, row: str, inner: str, end: str) -> str:
    """The first rows for each of a few, merged."""
    return f"""
        select c.* from ({few}) f cross join lateral (
            select c.* from conversations c where c.workspace_id = $1 and {joined} and {row} {inner}) c {end}"""
