"""The statements of a search: composed of conditions written here, over values that only travel as parameters.

As in listing.py, one plan has to serve all values: what an index knows to be few is sorted, and all else goes along the
order. Free text has indexes of trigrams, which only functions of the owner can use (conditions.py says why).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from koine.core.actor import Actor
from koine.core.conversations import visibility
from koine.core.conversations.sought import Sought, SoughtOrder, Talk
from koine.core.conversations.store.conditions import FEW
from koine.core.filters import Clauses, pattern
from koine.postgres.database import Tx

PATIENCE = 0.5  # seconds that a count may take
TRIED = 400  # rows of the order that are looked at before asking whether a condition keeps only few

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

# The words in which the partial indexes are made.
_THERE = "c.contact_id is not null and c.deleted_at is null"

_WORD = re.compile(r"[^\W_]{3}")  # what a trigram index needs of a pattern
_NUMBER = re.compile(r"\+?[0-9 ()./-]{3,}")


async def top(
    tx: Tx, by: Actor, workspace_id: int, sought: Sought, *, facets: Sequence[str] | None = None, total: int = FEW + 1
) -> list[Talk]:
    """The conversations of a page. With `facets` it goes along those alone, as they are all that can be met.

    A `total` of no more than FEW is sorted where the order has no index of what is sought.
    """
    clauses = Clauses(workspace_id)
    few = _conditions(clauses, by, sought)
    key = _KEYS[sought.order]
    way, sign = ("desc", "<") if sought.descending else ("asc", ">")
    sort = f"order by {key} {way}, c.id {way}"
    end = f"{sort} limit {sought.limit:d}"
    row = _THERE
    if sought.after is not None:
        after = f"{clauses.value(sought.after)}::timestamptz"
        if sought.after_id is None:
            row = f"{_THERE} and {key} {sign} {after}"
        else:
            row = f"{_THERE} and ({key}, c.id) {sign} ({after}, {clauses.value(sought.after_id)}::bigint)"
    small = total <= FEW
    along = _along(clauses, by, sought, facets, f"{row} and {clauses.sql}", end, small=small)
    if few is None:
        found = along
    else:
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
    rows = await tx.rows(f"select {_COLUMNS} from ({found}) c {_JOINS} {sort}", *clauses.values)
    return [Talk(*each) for each in rows]


async def count(tx: Tx, by: Actor, workspace_id: int, sought: Sought) -> int | None:
    """How many there are on all pages; None when it would take longer than PATIENCE. The last statement of a search."""
    clauses = Clauses(workspace_id)
    few = _conditions(clauses, by, sought)
    everywhere = f"(select count(*) from conversations c where c.workspace_id = $1 and {_THERE} and {clauses.sql})"
    if sought.uuid is not None or sought.contact is not None:
        along = _along(clauses, by, sought, None, f"{_THERE} and {clauses.sql}", "")
        everywhere = f"(select count(*) from ({along}) c)"
    sql = f"select {everywhere}"
    if few is not None:
        sql = f"""
        with {few}
        select case when (select small from counted) then
            (select count(*) from few f cross join lateral (
                select 1 from conversations c
                 where c.workspace_id = $1 and c.id = f.id and {_THERE} and {clauses.sql} limit 1) c)
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
        return _each(_people(clauses, by, sought.assignees), "c.assignee_id = f.id", row, inner, end)
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


def _people(clauses: Clauses, by: Actor, users: Sequence[UUID]) -> str:
    """The ids of users by what strangers call them."""
    account, uuids = clauses.value(by.account_id), clauses.value(list(users))
    return f"select p.id from users p where p.account_id = {account}::bigint and p.uuid = any ({uuids}::uuid[])"


def _conditions(clauses: Clauses, by: Actor, sought: Sought) -> str | None:
    """Add every condition on the conversation `c`; $1 is the workspace.

    Gives CTEs, where an index knows of few: `few` has ids, `counted` whether they are all there are (`small`).
    """
    if not visibility.whole(by):
        visibility.limit(clauses, by)
    if sought.contact is not None:
        clauses.add(
            "c.contact_id = (select a.id from contacts a where a.workspace_id = $1 and a.uuid = ?::uuid)",
            sought.contact,
        )
    _states(clauses, sought)
    _assigned(clauses, by, sought)
    few = None
    if sought.text is not None:
        few = _text(clauses, sought.text)
    if sought.mentions is not None:
        few = _mentions(clauses, _people(clauses, by, sought.mentions))
    if sought.followers is not None:
        few = _followers(clauses, _people(clauses, by, sought.followers))
    named = sought.uuid is not None or sought.contact is not None
    return None if named else few  # those are fewer still


def _states(clauses: Clauses, sought: Sought) -> None:
    if sought.channels is not None:
        clauses.add("c.last_message_channel = any (?::text[])", list(sought.channels))
    if sought.direction is not None:
        clauses.add(
            "c.last_message_direction = 'in'" if sought.direction == "in" else "c.last_message_direction <> 'in'"
        )
    if sought.automated is not None:
        clauses.add("c.last_automated" if sought.automated else "not c.last_automated")
    if sought.unread is not None:
        clauses.add("c.unread_count > 0" if sought.unread else "c.unread_count <= 0")
    if sought.starred is not None:
        clauses.add("c.starred" if sought.starred else "not c.starred")
    if sought.since is not None:
        clauses.add("c.created_at >= ?::timestamptz", sought.since)
    if sought.until is not None:
        clauses.add("c.created_at <= ?::timestamptz", sought.until)


def _assigned(clauses: Clauses, by: Actor, sought: Sought) -> None:
    if sought.assignees is not None:
        theirs = f"coalesce(c.assignee_id in ({_people(clauses, by, sought.assignees)}), false)"
        clauses.add(f"{theirs} or c.assignee_id is null" if sought.unassigned else theirs)
    elif sought.unassigned:
        clauses.add("c.assignee_id is null")


def _text(clauses: Clauses, text: str) -> str | None:
    """In the contact's name, address or number, or in what was said last; a number also without what stands between."""
    given = f"lower({clauses.value(pattern(text))}::text collate letters)"
    held, named = f"a.words_folded like {given}", f"select a.id from contacts_named($1, {given}, {FEW:d}) as a(id)"
    bare = re.sub(r"[ ()./-]", "", text) if _NUMBER.fullmatch(text) else text
    if bare != text:
        number = f"{clauses.value(pattern(bare))}::text"
        held = f"({held} or a.words_folded like {number})"
        named = f"{named} union select a.id from contacts_named($1, {number}, {FEW:d}) as a(id)"
    clauses.add(
        f"exists (select 1 from contacts a where a.workspace_id = c.workspace_id and a.id = c.contact_id and {held})"
        f" or lower(c.last_message_preview collate letters) like {given}"
    )
    if not (_WORD.search(text) and _WORD.search(bare)):
        return None
    return f"""
        named as materialized ({named}),
        few as materialized (
            select c.id from named f cross join lateral (
                select c.id from conversations c
                 where c.workspace_id = $1 and c.contact_id = f.id and {_THERE} limit {FEW + 1:d}) c
             union select s.id from conversations_last_said($1, {given}, {FEW:d}) as s(id)
             limit {FEW + 1:d}),
        counted as materialized (
            select (select count(*) from named) <= {FEW:d} and (select count(*) from few) <= {FEW:d} as small)"""


def _mentions(clauses: Clauses, people: str) -> str:
    clauses.add(
        f"exists (select 1 from mentions m where m.workspace_id = c.workspace_id and m.conversation_id = c.id"
        f" and m.user_id in ({people}))"
    )
    return f"""
        named as materialized (
            select m.conversation_id as id from ({people}) p cross join lateral (
                select m.conversation_id from mentions m
                 where m.workspace_id = $1 and m.user_id = p.id limit {FEW + 1:d}) m),
        few as materialized (select distinct id from named),
        counted as materialized (select (select count(*) from named) <= {FEW:d} as small)"""


def _followers(clauses: Clauses, people: str) -> str:
    """Who follows a conversation, or its contact."""
    clauses.add(
        f"exists (select 1 from participants f where f.workspace_id = c.workspace_id and f.conversation_id = c.id"
        f" and f.participant_kind = 'user' and f.participant_id in ({people}))"
        f" or exists (select 1 from contacts a where a.workspace_id = c.workspace_id and a.id = c.contact_id"
        f" and a.followers && array({people}))"
    )
    return f"""
        named as materialized (select a.id from contacts_followed_by($1, array({people}), {FEW:d}) as a(id)),
        taking_part as materialized (
            select f.conversation_id as id from ({people}) p cross join lateral (
                select f.conversation_id from participants f
                 where f.workspace_id = $1 and f.participant_kind = 'user' and f.participant_id = p.id
                 limit {FEW + 1:d}) f),
        few as materialized (
            select c.id from named f cross join lateral (
                select c.id from conversations c
                 where c.workspace_id = $1 and c.contact_id = f.id and {_THERE} limit {FEW + 1:d}) c
             union select id from taking_part),
        counted as materialized (
            select (select count(*) from named) <= {FEW:d} and (select count(*) from taking_part) <= {FEW:d}
               and (select count(*) from few) <= {FEW:d} as small)"""
