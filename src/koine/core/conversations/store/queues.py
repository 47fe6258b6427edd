"""The statement of a desk's list, and the columns of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from koine.core.actor import Actor
from koine.core.conversations.model import Status
from koine.core.conversations.queued import Asked, Face, Label, Row, Sort
from koine.core.conversations.store import queue_ways
from koine.core.conversations.store.queue_ways import FEW, Ways
from koine.core.errors import CursorUnreadable
from koine.core.filters import Clauses
from koine.core.page import Window
from koine.core.statuses.priorities import Priority
from koine.postgres.database import Tx

# In the order in which `row` takes them. A join on null looks nowhere. Not coalesce but case: beside row-level
# security an index answers only what can tell nobody about hidden rows, and PostgreSQL does not know that of coalesce.
COLUMNS = """
    c.workspace_id, c.id, c.uuid, c.number, c.subject, c.last_message_preview,
    case when k.id is not null then 'contact' else c.opened_by_kind end, coalesce(k.id, c.opened_by_id),
    coalesce(nullif(concat_ws(' ', nullif(k.first_name, ''), nullif(k.last_name, '')), ''), k.email, k.phone,
             nullif(concat_ws(' ', nullif(o.first_name, ''), nullif(o.last_name, '')), ''), o.email, ''),
    c.contact_id, c.last_message_author_kind, c.last_message_direction, s.id, s.name, s.category, p.id, p.name, p.rank,
    a.id, coalesce(nullif(concat_ws(' ', nullif(a.first_name, ''), nullif(a.last_name, '')), ''), a.email),
    t.id, t.name, i.id, i.name, i.channel,
    (select jsonb_agg(jsonb_build_array(g.id, g.name) order by g.name, g.id)
       from conversation_tags l join tags g on g.workspace_id = l.workspace_id and g.id = l.tag_id
      where l.workspace_id = c.workspace_id and l.conversation_id = c.id),
    c.origin, c.last_message_channel,
    not case when r.message_id >= coalesce(c.last_message_id, 0) then r.read
             else c.last_message_author_kind = $2::text
                  and c.last_message_author_id is not distinct from $3::bigint end,
    c.unread_count, c.starred,
    exists (select 1 from mentions n where n.workspace_id = c.workspace_id and n.conversation_id = c.id
               and n.user_id = $4::bigint),
    exists (select 1 from message_attachments f
             where f.workspace_id = c.workspace_id and f.message_id = c.last_message_id),
    c.last_message_at, c.waiting_since, c.snoozed_until, c.created_at, c.updated_at, c.deleted_at is not null
"""

JOINS = """
    join statuses s on s.workspace_id = c.workspace_id and s.id = c.status_id
    left join contacts k on k.workspace_id = c.workspace_id
                        and k.id = case when c.contact_id is not null then c.contact_id
                                        when c.opened_by_kind = 'contact' then c.opened_by_id end
    left join users o on o.id = case when c.contact_id is null and c.opened_by_kind = 'user' then c.opened_by_id end
    left join users a on a.id = c.assignee_id
    left join teams t on t.workspace_id = c.workspace_id and t.id = c.team_id
    left join inboxes i on i.workspace_id = c.workspace_id and i.id = c.inbox_id
    left join priorities p on p.workspace_id = c.workspace_id and p.id = c.priority_id
    left join read_marks r on r.workspace_id = c.workspace_id and r.conversation_id = c.id
                          and r.reader_kind = $2::text and r.reader_id = $3::bigint
"""

# With the phase of each: the higher the rank, the earlier.
_RANKS = "(select p.id, -p.rank as phase from priorities p where p.workspace_id = $1) p"
_WAITS = "not c.resolved and c.waiting_since is not null"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows that follow each other in an order: their phase, whether they are in it, and by what they are ordered."""

    phase: int
    condition: str
    key: str


@dataclass(frozen=True, slots=True)
class Order:
    """Phase after phase; in each the keys go the same way. `phase` and `key` are of any row."""

    phase: str
    key: str
    descending: bool
    stretches: Sequence[Stretch]
    ranked: bool = False  # the priorities come besides, each a stretch of its own


_LONGEST_PHASE = 6  # letters: a rank is a smallint
_NO_PRIORITY = 1  # the phase after all priorities, whose phases are their ranks, below zero
_ORDERS: dict[Sort, Order] = {
    "newest": Order("0", "c.last_message_at", True, [Stretch(0, "true", "c.last_message_at")]),
    "oldest": Order("0", "c.last_message_at", False, [Stretch(0, "true", "c.last_message_at")]),
    "waiting": Order(
        f"case when {_WAITS} then 0 else 1 end",
        f"case when {_WAITS} then c.waiting_since else c.last_message_at end",
        False,
        [
            Stretch(0, _WAITS, "c.waiting_since"),
            Stretch(1, f"not ({_WAITS})", "c.last_message_at"),
        ],
    ),
    "priority": Order(
        f"coalesce(-(select p.rank from priorities p where p.workspace_id = c.workspace_id and p.id = c.priority_id),"
        f" {_NO_PRIORITY:d})",
        "c.last_message_at",
        True,
        [Stretch(_NO_PRIORITY, "c.priority_id is null", "c.last_message_at")],
        ranked=True,
    ),
}


# Where a page begins: the phase, and the parameters for the key and the id.
_At = tuple[int, str, str]


async def top(tx: Tx, by: Actor, workspace_id: int, asked: Asked, window: Window) -> list[Row]:
    """The rows of a window and one more, in the direction of the window. Raises CursorUnreadable."""
    clauses = queue_ways.start(by, workspace_id)
    ways = queue_ways.ways(clauses, by, workspace_id, asked)
    sql = _statement(clauses, ways, asked.order, window)
    return [row(each) for each in await tx.rows(sql, *clauses.values)]


async def those(tx: Tx, by: Actor, workspace_id: int, ids: Sequence[int]) -> list[Row]:
    """The rows of these conversations, as far as the actor may see them."""
    clauses = queue_ways.start(by, workspace_id)
    clauses.add("c.workspace_id = $1 and c.id = any (?::bigint[])", list(ids))
    rows = await tx.rows(f"select {COLUMNS} from conversations c {JOINS} where {clauses.sql}", *clauses.values)
    return [row(each) for each in rows]


async def of_contact(tx: Tx, by: Actor, workspace_id: int, contact_id: int, but: int, limit: int) -> list[Row]:
    """The rows of a contact's conversations but for one, newest first, as far as the actor may see them."""
    clauses = queue_ways.start(by, workspace_id)
    clauses.add("c.workspace_id = $1 and c.contact_id = ?::bigint and c.id <> ?::bigint", contact_id, but)
    rows = await tx.rows(
        f"""
        with top as (
            select c.* from conversations c where c.deleted_at is null and {clauses.sql}
             order by c.last_message_at desc, c.id desc limit {limit:d})
        select {COLUMNS} from top c {JOINS} order by c.last_message_at desc, c.id desc
        """,
        *clauses.values,
    )
    return [row(each) for each in rows]


def place_value(row: Row, sort: Sort) -> str:
    """What a cursor remembers of a row under an order: its phase, and its key."""
    match sort:
        case "waiting" if row.waiting_since is not None and not row.resolved:
            return f"0 {row.waiting_since.isoformat()}"
        case "waiting":
            return f"1 {row.last_message_at.isoformat()}"
        case "priority":
            phase = _NO_PRIORITY if row.priority is None else -row.priority.rank
            return f"{phase} {row.last_message_at.isoformat()}"
    return f"0 {row.last_message_at.isoformat()}"


def _statement(clauses: Clauses, ways: Ways, sort: Sort, window: Window) -> str:
    """The top rows, and only then what is shown of them. A condition that may keep only few is tried first.

    Limits are literals: a plan for any limit would expect a tenth of the table, and sort.
    """
    order = _ORDERS[sort]
    descending = order.descending != window.backwards
    way = "desc" if descending else "asc"
    phases = "desc" if window.backwards else "asc"
    end = f"order by c.phase {phases}, c.key {way}, c.id {way} limit {window.limit + 1:d}"
    at = _at(clauses, window)
    keeps = f"c.workspace_id = $1 and c.deleted_at is null and {clauses.sql}"
    along = _along(ways, order, keeps, at, window, descending=descending)
    few = ways[3]
    if few is None:
        tried = f"with top as (select c.* from ({along}) c {end})"
    else:
        small = f"(select count(*) from few) <= {FEW:d}"
        beyond = _beyond(order, at, window, descending=descending)
        tried = f"""
        with few as materialized (select f.id from ({few}) f limit {FEW + 1:d}),
        top as (
            select c.* from (
                (select c.* from few f cross join lateral (
                    select c.*, {order.phase} as phase, {order.key} as key from conversations c
                     where c.id = f.id and {keeps} and {beyond} limit 1) c
                  where {small} {end})
                union all (select c.* from ({along}) c where not {small} {end})) c {end})"""
    return f"{tried} select {COLUMNS} from top c {JOINS} order by c.phase {phases}, c.key {way}, c.id {way}"


def _along(ways: Ways, order: Order, keeps: str, at: _At | None, window: Window, *, descending: bool) -> str:
    """The first rows of each side, part and stretch, each from an index, one after the other."""
    way, most = "desc" if descending else "asc", window.limit + 1
    found = []
    for stretch in order.stretches:
        beside = _beside(stretch, at, window, descending=descending)
        if beside is not None:
            end = f"order by {stretch.key} {way}, c.id {way} limit {most:d}"
            select = f"select c.*, {stretch.phase:d} as phase, {stretch.key} as key from conversations c"
            found += _each(ways, select, f"{keeps} and {stretch.condition} and {beside}", end)
    if order.ranked:
        end = f"order by c.last_message_at {way}, c.id {way} limit {most:d}"
        select = "select c.*, p.phase as phase, c.last_message_at as key from conversations c"
        for among, beside in _priorities(at, window, descending=descending):
            ones = _each(ways, select, f"{keeps} and c.priority_id = p.id and {beside}", end)
            found += [f"(select c.* from {_RANKS} cross join lateral ({one}) c where {among})" for one in ones]
    return " union all ".join(found)


def _each(ways: Ways, select: str, condition: str, end: str) -> list[str]:
    sides, parts, of_teams, _ = ways
    found = [f"({select} where {side} and {part} and {condition} {end})" for side in sides for part in parts]
    if of_teams is not None:
        found += [
            f"""
            (select c.* from team_members m cross join lateral (
                {select} where {side} and c.team_id = m.team_id and {of_teams} and {condition} {end}) c
              where m.workspace_id = $1 and m.user_id = $4::bigint)"""
            for side in sides
        ]
    return found


def _at(clauses: Clauses, window: Window) -> _At | None:
    if window.place is None:
        return None
    try:
        phase, _, moment = window.place.value.partition(" ")
        if len(phase) > _LONGEST_PHASE:
            raise CursorUnreadable
        return int(phase), clauses.value(datetime.fromisoformat(moment)), clauses.value(window.place.id)
    except ValueError:
        raise CursorUnreadable from None


def _beside(stretch: Stretch, at: _At | None, window: Window, *, descending: bool) -> str | None:
    """What of a stretch lies beyond the place; None: nothing does."""
    if at is None:
        return "true"
    phase, value, id = at
    if stretch.phase != phase:
        return "true" if (stretch.phase < phase) == window.backwards else None
    return f"({stretch.key}, c.id) {'<' if descending else '>'} ({value}::timestamptz, {id}::bigint)"


def _priorities(at: _At | None, window: Window, *, descending: bool) -> list[tuple[str, str]]:
    """Which priorities, and what of them lies beyond the place."""
    if at is None:
        return [("true", "true")]
    phase, value, id = at
    sign = "<" if descending else ">"
    return [
        (f"p.phase = {phase:d}", f"(c.last_message_at, c.id) {sign} ({value}::timestamptz, {id}::bigint)"),
        (f"p.phase {'<' if window.backwards else '>'} {phase:d}", "true"),
    ]


def _beyond(order: Order, at: _At | None, window: Window, *, descending: bool) -> str:
    """The same of any row."""
    if at is None:
        return "true"
    phase, value, id = at
    sign, further = "<" if descending else ">", "<" if window.backwards else ">"
    return (
        f"({order.phase} {further} {phase:d} or {order.phase} = {phase:d}"
        f" and ({order.key}, c.id) {sign} ({value}::timestamptz, {id}::bigint))"
    )


def row(values: Iterable[Any]) -> Row:
    """By position: by name it would take twice as long, and what a list costs is mostly this."""
    # fmt: off
    (workspace_id, id, uuid, number, subject, preview, who_kind, who_id, who_name, contact_id, author_kind, direction,
     status_id, status, category, priority_id, priority, rank, assignee_id, assignee, team_id, team,
     inbox_id, inbox, inbox_channel, tags, origin, channel, unread, unread_count, starred, mentioned, attachments,
     last_message_at, waiting_since, snoozed_until, created_at, updated_at, deleted) = values
    return Row(
        workspace_id, id, uuid, number, subject, preview or "", Face(who_kind, who_id, who_name), contact_id,
        author_kind, direction, Status(status_id, status, category),
        None if priority_id is None else Priority(priority_id, priority, rank),
        None if assignee_id is None else Face("user", assignee_id, assignee),
        None if team_id is None else Label(team_id, team), None if inbox_id is None else Label(inbox_id, inbox),
        inbox_channel, [Label(*tag) for tag in tags or ()], origin, channel, unread, unread_count, starred, mentioned,
        attachments, last_message_at, waiting_since, snoozed_until, created_at, updated_at, deleted)
    # fmt: on
