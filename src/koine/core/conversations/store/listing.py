"""The statement of a list: composed of conditions written here, over values that only travel as parameters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from koine.core.actor import Actor
from koine.core.conversations import visibility
from koine.core.conversations.asked import Asked, Compared, Comparison, Field, Order, OrderBy
from koine.core.conversations.model import Conversation
from koine.core.conversations.store import reading
from koine.core.errors import CursorUnreadable
from koine.core.filters import Clauses, pattern
from koine.core.page import Place, Window
from koine.postgres.database import Tx

# What each order sorts by, and its type for the cursor.
_KEYS: dict[OrderBy, tuple[str, str]] = {
    "created": ("c.created_at", "timestamptz"),
    "updated": ("c.updated_at", "timestamptz"),
    "last_message": ("c.last_message_at", "timestamptz"),
    "subject": ("left(c.subject, 500)", "text"),
    "id": ("c.id", "bigint"),
}

_OPERATORS: dict[Comparison, str] = {
    "equal": "=",
    "greater": ">",
    "greater_equal": ">=",
    "less": "<",
    "less_equal": "<=",
}

# Who opened a conversation is a user or a contact; both have an id of the caller's own, and an address in any case.
_PEOPLE: dict[Field, tuple[str, bool]] = {"author_external_id": ("external_id", False), "author_email": ("email", True)}


async def top(tx: Tx, by: Actor, asked: Asked, order: Order, window: Window) -> list[Conversation]:
    """The rows of a window and one more, in the direction of the window.

    Each workspace gives its first rows from an index, then they are merged: the cost follows the page, not the table.
    """
    clauses = Clauses(by.kind, by.id)
    _conditions(clauses, by, asked)
    descending = order.descending != window.backwards
    if window.place is not None:
        _beside(clauses, window.place, order.by, descending)
    sql = _statement(clauses, by, asked, _KEYS[order.by][0], "desc" if descending else "asc", window.limit + 1)
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
            return conversation.subject[:500]
        case "id":
            return str(conversation.id)


def _statement(clauses: Clauses, by: Actor, asked: Asked, key: str, way: str, limit: int) -> str:
    """Top rows by workspace, merged, and only then joined with what is shown of them.

    The limit is a literal: a plan that must serve any limit would expect a tenth of the table, and sort.
    """
    readable = by.workspaces if asked.workspaces is None else sorted(set(by.workspaces) & set(asked.workspaces))
    workspaces = clauses.value(list(readable))
    return f"""
        with top as (
            select c.* from unnest({workspaces}::bigint[]) as w(id)
             cross join lateral (
                select c.* from conversations c {_MARKS if asked.read is not None else ""}
                 where c.workspace_id = w.id and c.deleted_at is null and {clauses.sql}
                 order by {key} {way}, c.id {way} limit {limit:d}) c
             order by {key} {way}, c.id {way} limit {limit:d})
        select {reading.COLUMNS} from top c {reading.JOINS} order by {key} {way}, c.id {way}
    """


_MARKS = """left join read_marks r on r.workspace_id = c.workspace_id and r.conversation_id = c.id
                                  and r.reader_kind = $1::text and r.reader_id = $2::bigint"""


def _conditions(clauses: Clauses, by: Actor, asked: Asked) -> None:
    if not visibility.whole(by):
        visibility.limit(clauses, by)
    for compared in asked.compared:
        _compare(clauses, by, compared)
    if asked.entities is not None:
        clauses.add(
            "c.id in (select e.conversation_id from conversation_entities e"
            " where e.workspace_id = c.workspace_id and e.entity = any (?::text[]))",
            list(asked.entities),
        )
    if asked.resolved is not None:
        _one_of(clauses, "c.resolved", asked.resolved)
    if asked.read is not None:
        _one_of(clauses, _READ, asked.read)
    if asked.contact_id is not None:
        clauses.add("c.contact_id = ?::bigint", asked.contact_id)


_READ = """(case when r.message_id >= coalesce(c.last_message_id, 0) then r.read
                 else coalesce(c.last_message_author_kind, c.opened_by_kind) = $1::text
                      and coalesce(c.last_message_author_id, c.opened_by_id) is not distinct from $2::bigint end)"""


def _one_of(clauses: Clauses, truth: str, wanted: Sequence[bool]) -> None:
    """A plain condition where there can be one, so that a partial index fits."""
    match (True in wanted, False in wanted):
        case (True, False):
            clauses.add(truth)
        case (False, True):
            clauses.add(f"not {truth}")
        case (False, False):
            clauses.add("false")


def _compare(clauses: Clauses, by: Actor, compared: Compared) -> None:
    if compared.field == "subject":
        _compare_subject(clauses, compared)
        return
    column, folded = _PEOPLE[compared.field]
    # What is not equal may also be nobody: the condition is that no author is equal.
    negated = compared.comparison == "not_equal"
    comparison: Comparison = "equal" if negated else compared.comparison
    users, contacts = (_text_condition(f"{person}.{column}", comparison, folded=folded) for person in ("u", "a"))
    given = pattern(compared.value) if comparison == "contains" else compared.value
    clauses.add(
        f"{'not ' if negated else ''}("
        f"c.opened_by_kind = 'user' and c.opened_by_id in"
        f" (select u.id from users u where u.account_id = ?::bigint and {users}) or "
        f"c.opened_by_kind = 'contact' and c.opened_by_id in"
        f" (select a.id from contacts a where a.workspace_id = c.workspace_id and {contacts}))",
        by.account_id,
        given,
        given,
    )


def _compare_subject(clauses: Clauses, compared: Compared) -> None:
    value = compared.value
    match compared.comparison:
        case "contains" if len(value) < 3:  # too short for the trigram index, and common: read in order instead
            clauses.add("position(lower(?::text collate letters) in lower(c.subject collate letters)) > 0", value)
        case "contains":
            clauses.add(_text_condition("c.subject", "contains"), pattern(value))
        case "equal":
            clauses.add("left(c.subject, 500) = left(?::text, 500) and c.subject = ?::text", value, value)
        case comparison:
            clauses.add(_text_condition("c.subject", comparison), value)


def _text_condition(column: str, comparison: Comparison, *, folded: bool = False) -> str:
    """A condition on text; the collation `letters` folds case beyond ASCII too, which the database's own does not."""
    if comparison == "contains":
        return f"lower({column} collate letters) like lower(?::text collate letters)"
    operator = "is distinct from" if comparison == "not_equal" else _OPERATORS[comparison]
    if folded:
        return f"lower({column} collate letters) {operator} lower(?::text collate letters)"
    return f"{column} {operator} ?::text"


def _beside(clauses: Clauses, place: Place, order: OrderBy, descending: bool) -> None:
    key, type_ = _KEYS[order]
    sign = "<" if descending else ">"
    clauses.add(f"({key}, c.id) {sign} (?::{type_}, ?::bigint)", _read_value(place.value, order), place.id)


def _read_value(value: str, order: OrderBy) -> Any:
    try:
        if order == "subject":
            return value
        return int(value) if order == "id" else datetime.fromisoformat(value)
    except ValueError:
        raise CursorUnreadable from None
