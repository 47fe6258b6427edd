"""Lists of what was said with contacts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from koine.core.conversations.correspondence.model import Letter
from koine.core.conversations.store.correspondence import COLUMNS, JOINS, letter
from koine.core.errors import CursorUnreadable
from koine.core.filters import Clauses
from koine.core.page import Place, Window
from koine.postgres.database import Tx

PATIENCE = 0.5  # seconds that a count may take
FEW = 2000  # so many are looked at one by one

if TYPE_CHECKING:
    from koine.core.conversations.correspondence.reading import Asked, OrderBy


async def of_conversation(
    tx: Tx, workspace_id: int, conversation_id: int, channels: Sequence[str] | None, window: Window
) -> list[Letter]:
    """Of one conversation that is known to be visible, newest first; up to one more than the window holds."""
    clauses = Clauses(workspace_id, conversation_id)
    if window.place is not None:
        clauses.add("(m.created_at, m.id) < (?::timestamptz, ?::bigint)", _moment(window.place.value), window.place.id)
    if channels is not None:
        clauses.add("m.channel = any (?::text[])", list(channels))
    rows = await tx.rows(
        f"""
        with top as (
            select m.* from messages m
             where m.workspace_id = $1 and m.conversation_id = $2 and m.deleted_at is null and m.kind <> 'activity'
               and {clauses.sql}
             order by m.created_at desc, m.id desc limit {window.limit + 1:d})
        select {COLUMNS} from top m {JOINS} order by m.created_at desc, m.id desc
        """,
        *clauses.values,
    )
    return [letter(row) for row in rows]


async def place(tx: Tx, workspace_id: int, conversation_id: int, uuid: UUID) -> Place | None:
    """Where a message stands in its conversation."""
    row = await tx.row(
        "select created_at, id from messages where workspace_id = $1 and conversation_id = $2 and uuid = $3",
        workspace_id,
        conversation_id,
        uuid,
    )
    return None if row is None else Place(row["created_at"].isoformat(), row["id"])


async def few_since(tx: Tx, asked: Asked) -> list[int] | None:
    """The rows of what can have been said since the time that is asked for; None without one, or for more than FEW.

    Nothing was said after it last changed, and of changes there is an index: for whoever comes again and again.
    """
    if asked.since is None:
        return None
    rows = await tx.rows(
        f"""
        select m.id from messages m
         where m.workspace_id = $1 and m.deleted_at is null and m.updated_at >= $2
         order by m.updated_at desc, m.id desc limit {FEW + 1:d}
        """,
        asked.workspace_id,
        asked.since,
    )
    return None if len(rows) > FEW else [row["id"] for row in rows]


async def every(tx: Tx, asked: Asked, order: OrderBy, window: Window, *, descending: bool) -> list[Letter]:
    """Of a workspace. What was created is in the order of ids, which is that in which it came here.

    Row after row along the index until there are enough; the rest is looked up for these alone.
    """
    clauses = _conditions(asked)
    if asked.conversation is None and asked.contact is None:
        with_contact = (
            "select true from conversations c where c.workspace_id = m.workspace_id and c.id = m.conversation_id"
        )
        clauses.add(f"({with_contact} and c.contact_id is not null)")
    sign, way = ("<", "desc") if descending else (">", "asc")
    if order == "updated" and asked.since is not None:
        clauses.add("m.updated_at >= ?::timestamptz", asked.since)  # as well: what was said later changed later, too
    if window.place is not None and order == "created":
        clauses.add(f"m.id {sign} ?::bigint", window.place.id)
    elif window.place is not None:
        moment = _moment(window.place.value)
        clauses.add(f"(m.updated_at, m.id) {sign} (?::timestamptz, ?::bigint)", moment, window.place.id)
    by = f"m.id {way}" if order == "created" else f"m.updated_at {way}, m.id {way}"
    rows = await tx.rows(
        f"""
        with top as (select m.* from messages m where {clauses.sql} order by {by} limit {window.limit + 1:d})
        select {COLUMNS} from top m {JOINS} order by {by}
        """,
        *clauses.values,
    )
    return [letter(row) for row in rows]


async def count(tx: Tx, asked: Asked) -> int | None:
    """How many there are in all; None where it takes longer than PATIENCE to count them. The last statement of `tx`."""
    clauses = _conditions(asked)
    if asked.conversation is None and asked.contact is None:
        clauses.add(
            "m.conversation_id in"
            " (select c.id from conversations c where c.workspace_id = ?::bigint and c.contact_id is not null)",
            asked.workspace_id,
        )
    counted: int | None = await tx.value_within(
        f"select count(*) from messages m where {clauses.sql}", *clauses.values, seconds=PATIENCE
    )
    return counted


def _conditions(asked: Asked) -> Clauses:
    """All but that somebody must be spoken with, which a named conversation or contact sees to."""
    clauses = Clauses()
    clauses.add("m.workspace_id = ?::bigint and m.deleted_at is null and m.kind <> 'activity'", asked.workspace_id)
    if asked.among is not None:
        clauses.add("m.id = any (?::bigint[])", list(asked.among))
    if asked.conversation is not None:
        clauses.add(
            "m.conversation_id = (select c.id from conversations c"
            " where c.workspace_id = ?::bigint and c.uuid = ?::uuid and c.contact_id is not null)",
            asked.workspace_id,
            asked.conversation,
        )
    if asked.contact is not None:
        clauses.add(
            "m.conversation_id = any (array(select c.id from conversations c"
            " join contacts k on k.workspace_id = c.workspace_id and k.id = c.contact_id"
            " where k.workspace_id = ?::bigint and k.uuid = ?::uuid))",
            asked.workspace_id,
            asked.contact,
        )
    if asked.channels is not None:
        clauses.add("m.channel = any (?::text[])", list(asked.channels))
    if asked.without:
        clauses.add("m.channel <> all (?::text[])", list(asked.without))
    if asked.since is not None:
        clauses.add("m.created_at >= ?::timestamptz", asked.since)
    if asked.until is not None:
        clauses.add("m.created_at < ?::timestamptz", asked.until)
    return clauses


def _moment(value: str) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise CursorUnreadable from None
