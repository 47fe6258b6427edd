"""What a search asks, as conditions on the conversation `c`, and lists of the few that an index knows to meet them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from koine.core.actor import Actor
from koine.core.conversations import visibility
from koine.core.conversations.sought import Sought
from koine.core.conversations.store.conditions import FEW
from koine.core.filters import Clauses, pattern

# The words in which the partial indexes are made.
THERE = "c.contact_id is not null and c.deleted_at is null"

_WORD = re.compile(r"[^\W_]{3}")  # what a trigram index needs of a pattern
_NUMBER = re.compile(r"\+?[0-9 ()./-]{3,}")
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")


def add(clauses: Clauses, by: Actor, sought: Sought) -> str | None:
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
        few = _mentions(clauses, people(clauses, by, sought.mentions))
    if sought.followers is not None:
        few = _followers(clauses, people(clauses, by, sought.followers))
    named = sought.uuid is not None or sought.contact is not None
    return None if named else few  # those are fewer still


def people(clauses: Clauses, by: Actor, users: Sequence[UUID]) -> str:
    """The ids of users by what strangers call them."""
    account, uuids = clauses.value(by.account_id), clauses.value(list(users))
    return f"select p.id from users p where p.account_id = {account}::bigint and p.uuid = any ({uuids}::uuid[])"


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
        theirs = f"coalesce(c.assignee_id in ({people(clauses, by, sought.assignees)}), false)"
        clauses.add(f"{theirs} or c.assignee_id is null" if sought.unassigned else theirs)
    elif sought.unassigned:
        clauses.add("c.assignee_id is null")


def _text(clauses: Clauses, text: str) -> str | None:
    """In the contact's name, address or number, or in what was said last; a number also without what stands between."""
    given = f"lower({clauses.value(pattern(text))}::text collate letters)"
    held, named = _contact(clauses, text, given)
    # Not `exists`: for that the planner may read all contacts into a table of its own, to look there for one.
    clauses.add(
        f"(select {held} from contacts a where a.workspace_id = c.workspace_id and a.id = c.contact_id)"
        f" or lower(c.last_message_preview collate letters) like {given}"
    )
    if not _WORD.search(text) or (_NUMBER.fullmatch(text) and not _WORD.search(_bare(text))):
        return None
    return f"""
        named as materialized ({named}),
        few as materialized (
            select c.id from named f cross join lateral (
                select c.id from conversations c
                 where c.workspace_id = $1 and c.contact_id = f.id and {THERE} limit {FEW + 1:d}) c
             union select s.id from conversations_last_said($1, {given}, {FEW:d}) as s(id)
             limit {FEW + 1:d}),
        counted as materialized (
            select (select count(*) from named) <= {FEW:d} and (select count(*) from few) <= {FEW:d} as small)"""


def _contact(clauses: Clauses, text: str, given: str) -> tuple[str, str]:
    """What holds for the contact `a`, and a list of those for whom it does.

    A number with its country, or an address, is looked for from its first letter on: trigrams of digits, or of the
    addresses of one company, are shared by nearly all.
    """
    number = _NUMBER.fullmatch(text) is not None
    if (number and text.startswith("+")) or _ADDRESS.fullmatch(text):
        start = f"lower({clauses.value(_bare(text) if number else text)}::text collate letters)"
        return (
            f"(starts_with(a.phone, {start}) or starts_with(a.email_folded, {start}))",
            f"select a.id from contacts_starting($1, {start}, {FEW:d}) as a(id)",
        )
    held, named = f"a.words_folded like {given}", f"select a.id from contacts_named($1, {given}, {FEW:d}) as a(id)"
    if not number or _bare(text) == text:
        return held, named
    bare = f"{clauses.value(pattern(_bare(text)))}::text"
    return (
        f"({held} or a.words_folded like {bare})",
        f"{named} union select a.id from contacts_named($1, {bare}, {FEW:d}) as a(id)",
    )


def _bare(number: str) -> str:
    """A number without what stands between its digits."""
    return re.sub(r"[ ()./-]", "", number)


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
                 where c.workspace_id = $1 and c.contact_id = f.id and {THERE} limit {FEW + 1:d}) c
             union select id from taking_part),
        counted as materialized (
            select (select count(*) from named) <= {FEW:d} and (select count(*) from taking_part) <= {FEW:d}
               and (select count(*) from few) <= {FEW:d} as small)"""
