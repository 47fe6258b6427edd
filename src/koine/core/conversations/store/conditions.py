"""What a list's conditions are in SQL: each as a condition on a row, many also as a way to find the few rows it keeps.

Row-level security lets an index answer only what can tell nobody about hidden rows. PostgreSQL takes that for granted
of comparisons of plain columns, and of little else: hence the columns `subject_start`, `subject_folded` and
`email_folded`, and the functions `conversations_like` and `contacts_like`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from koine.core.actor import Actor
from koine.core.conversations import visibility
from koine.core.conversations.asked import Asked, Compared, Comparison, Field
from koine.core.filters import Clauses, pattern

LONGEST_START = 500  # letters, as the column subject_start is defined
FEW = 2000  # rows; where a condition keeps more, the list goes along its order instead

_OPERATORS: dict[Comparison, str] = {
    "equal": "=",
    "not_equal": "is distinct from",
    "greater": ">",
    "greater_equal": ">=",
    "less": "<",
    "less_equal": "<=",
    "contains": "like",
}

# Who opened a conversation is a user or a contact; both have an id of the caller's own and an address.
_PEOPLE: dict[Field, tuple[str, str]] = {
    "author_external_id": ("u.external_id", "a.external_id"),
    "author_email": ("lower(u.email collate letters)", "a.email_folded"),
}

# What a trigram index needs of a pattern.
_WORD = re.compile(r"[^\W_]{3}")

_READ = """coalesce((select r.read from read_marks r where r.workspace_id = c.workspace_id and r.conversation_id = c.id
    and r.reader_kind = $1::text and r.reader_id = $2::bigint and r.message_id >= coalesce(c.last_message_id, 0)),
    c.last_message_author_kind = $1::text and c.last_message_author_id is not distinct from $2::bigint)"""


def add(clauses: Clauses, by: Actor, asked: Asked, *, sides: bool, starts: bool) -> list[str]:
    """Add every condition on the conversation `c`. $1 and $2 are the reader, $3 the workspaces.

    Gives selects of (workspace_id, id), the likely shortest first: each finds all rows that one of the conditions
    keeps, and perhaps others, or more than FEW of them. With `sides` the list keeps resolved and others apart by
    itself; with `starts` it is in the order of subjects.
    """
    few: list[str] = []
    if not visibility.whole(by):
        visibility.limit(clauses, by)
    if asked.entities is not None:
        few += _entity(clauses, asked.entities)
    for compared in sorted(asked.compared, key=lambda compared: compared.comparison != "equal"):
        few += _compare(clauses, by, compared, starts=starts)
    if asked.read is not None:
        few += _read(clauses, asked.read)
    if asked.resolved is not None:
        few += _resolved(clauses, asked.resolved, sides=sides)
    if asked.contact_id is not None:
        clauses.add("c.contact_id = ?::bigint", asked.contact_id)
    return few


def _entity(clauses: Clauses, entities: Sequence[str]) -> list[str]:
    """A scalar subquery, here and below: PostgreSQL cannot turn that into a join with all there is."""
    given = clauses.value(list(entities))
    clauses.add(
        f"coalesce((select true from conversation_entities e where e.workspace_id = c.workspace_id"
        f" and e.conversation_id = c.id and e.entity = any ({given}::text[]) limit 1), false)"
    )
    return [
        f"""select e.workspace_id, e.conversation_id as id from unnest($3::bigint[]) as w(id)
             cross join lateral (select e.workspace_id, e.conversation_id from conversation_entities e
                where e.workspace_id = w.id and e.entity = any ({given}::text[]) limit {FEW + 1:d}) e"""
    ]


def _compare(clauses: Clauses, by: Actor, compared: Compared, *, starts: bool) -> list[str]:
    if compared.field != "subject":
        return _compare_author(clauses, by, compared)
    if compared.comparison == "contains":
        return _subject_contains(clauses, compared.value)
    return _compare_subject(clauses, compared, starts=starts)


def _compare_author(clauses: Clauses, by: Actor, compared: Compared) -> list[str]:
    account = clauses.value(by.account_id)
    given = _given(clauses, compared, folded=compared.field == "author_email")
    user, contact = _PEOPLE[compared.field]
    operator = _OPERATORS[compared.comparison]
    clauses.add(
        f"(case c.opened_by_kind"
        f" when 'user' then (select {user} from users u"
        f" where u.account_id = {account}::bigint and u.id = c.opened_by_id)"
        f" when 'contact' then (select {contact} from contacts a"
        f" where a.workspace_id = c.workspace_id and a.id = c.opened_by_id) end) {operator} {given}"
    )
    if compared.comparison == "not_equal":
        return []
    contacts = f"select a.id from contacts a where a.workspace_id = w.id and {contact} {operator} {given}"
    if compared.field == "author_email" and compared.comparison == "contains":
        contacts = f"select a.id from contacts_like(w.id, {given}) as a(id)"
    return [
        f"""select c.workspace_id, c.id from unnest($3::bigint[]) as w(id)
             cross join lateral (
                select 'user' as kind, u.id from users u
                 where u.account_id = {account}::bigint and {user} {operator} {given}
                 union all select 'contact', a.id from ({contacts}) a) p
             cross join lateral (select c.workspace_id, c.id from conversations c where c.workspace_id = w.id
                and c.opened_by_id = p.id and c.opened_by_kind = p.kind and c.deleted_at is null limit {FEW + 1:d}) c"""
    ]


def _compare_subject(clauses: Clauses, compared: Compared, *, starts: bool) -> list[str]:
    """The starts of subjects have an index; in a list of another order it would only tempt the planner to sort."""
    given = _given(clauses, compared)
    clauses.add(f"c.subject {_OPERATORS[compared.comparison]} {given}")
    if compared.comparison == "not_equal":
        return []
    whole = len(compared.value) < LONGEST_START
    start = (
        f"c.subject_start {(_OPERATORS if whole else _STARTS)[compared.comparison]} left({given}, {LONGEST_START:d})"
    )
    if starts:
        clauses.add(start)
    return [
        f"""select c.workspace_id, c.id from unnest($3::bigint[]) as w(id)
             cross join lateral (select c.workspace_id, c.id from conversations c where c.workspace_id = w.id
                and {start} and c.deleted_at is null limit {FEW + 1:d}) c"""
    ]


# Of longer texts the starts may be equal where the texts are not.
_STARTS: dict[Comparison, str] = {
    "equal": "=",
    "greater": ">=",
    "greater_equal": ">=",
    "less": "<=",
    "less_equal": "<=",
}


def _subject_contains(clauses: Clauses, value: str) -> list[str]:
    given = clauses.value(pattern(value))
    clauses.add(f"c.subject_folded like lower({given}::text collate letters)")
    if not _WORD.search(value):
        return []
    return [
        f"""select w.id as workspace_id, c.id from unnest($3::bigint[]) as w(id)
             cross join lateral conversations_like(w.id, lower({given}::text collate letters), {FEW + 1:d}) as c(id)"""
    ]


def _given(clauses: Clauses, compared: Compared, *, folded: bool = False) -> str:
    """The value as a parameter; `letters` folds case beyond ASCII too, which the database's own collation does not."""
    contains = compared.comparison == "contains"
    given = clauses.value(pattern(compared.value) if contains else compared.value)
    return f"lower({given}::text collate letters)" if folded or contains else f"{given}::text"


def _read(clauses: Clauses, wanted: Sequence[bool]) -> list[str]:
    _one_of(clauses, _READ, wanted)
    if False in wanted:
        return []
    return [
        f"""select r.workspace_id, r.conversation_id as id from unnest($3::bigint[]) as w(id)
             cross join lateral (select r.workspace_id, r.conversation_id from read_marks r
                where r.workspace_id = w.id and r.reader_kind = $1::text and r.reader_id = $2::bigint and r.read
                limit {FEW + 1:d}) r
             union all
            select c.workspace_id, c.id from unnest($3::bigint[]) as w(id)
             cross join lateral (select c.workspace_id, c.id from conversations c
                where c.workspace_id = w.id and c.deleted_at is null
                  and c.last_message_author_id = $2::bigint limit {FEW + 1:d}) c"""
    ]


def _resolved(clauses: Clauses, wanted: Sequence[bool], *, sides: bool) -> list[str]:
    """The orders by time have an index for each side; the others look among the few."""
    _one_of(clauses, "c.resolved", wanted)
    if sides or len(set(wanted)) != 1:
        return []
    side = "c.resolved" if True in wanted else "not c.resolved"
    return [
        f"""select c.workspace_id, c.id from unnest($3::bigint[]) as w(id)
             cross join lateral (select c.workspace_id, c.id from conversations c where c.workspace_id = w.id
                and {side} and c.deleted_at is null limit {FEW + 1:d}) c"""
    ]


def _one_of(clauses: Clauses, truth: str, wanted: Sequence[bool]) -> None:
    match (True in wanted, False in wanted):
        case (True, False):
            clauses.add(truth)
        case (False, True):
            clauses.add(f"not {truth}")
        case (False, False):
            clauses.add("false")
