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


async def every(tx: Tx, asked: Asked, order: OrderBy, window: Window, *, descending: bool) -> list[Letter]:
    """Of a workspace. What was created is in the order of ids, which is that in which it came here."""
    clauses = _conditions(asked)
    sign, way = ("<", "desc") if descending else (">", "asc")
    if window.place is not None and order == "created":
        clauses.add(f"m.id {sign} ?::bigint", window.place.id)
    elif window.place is not None:
        moment = _moment(window.place.value)
        clauses.add(f"(m.updated_at, m.id) {sign} (?::timestamptz, ?::bigint)", moment, window.place.id)
    by = f"m.id {way}" if order == "created" else f"m.updated_at {way}, m.id {way}"
    rows = await tx.rows(
        f"select {COLUMNS} from messages m {JOINS} where {clauses.sql} order by {by} limit {window.limit + 1:d}",
        *clauses.values,
    )
    return [letter(row) for row in rows]


async def count(tx: Tx, asked: Asked) -> int:
    """How many there are in all."""
    clauses = _conditions(asked)
    total: int = await tx.value(
        f"""
        select count(*) from messages m
          join conversations c on c.workspace_id = m.workspace_id and c.id = m.conversation_id
          join contacts k on k.workspace_id = c.workspace_id and k.id = c.contact_id
         where {clauses.sql}
        """,
        *clauses.values,
    )
    return total


def _conditions(asked: Asked) -> Clauses:
    clauses = Clauses()
    clauses.add("m.workspace_id = ?::bigint and m.deleted_at is null and m.kind <> 'activity'", asked.workspace_id)
    if asked.conversation is not None:
        clauses.add("c.uuid = ?::uuid", asked.conversation)
    if asked.contact is not None:
        clauses.add("k.uuid = ?::uuid", asked.contact)
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
