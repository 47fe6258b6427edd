"""SQL for lists of files: composed of conditions written here, over values that only travel as parameters."""

from __future__ import annotations

from koine.core import ordered
from koine.core.actor import Actor
from koine.core.files.model import Asked, Field, File, Order, OrderBy
from koine.core.files.store import files, visible
from koine.core.filters import Clauses
from koine.core.page import Window
from koine.postgres.database import Tx

# What each order sorts by, and its type for the cursor.
_KEYS: dict[OrderBy, tuple[str, str]] = {
    "created": ("f.created_at", "timestamptz"),
    "updated": ("f.updated_at", "timestamptz"),
    "id": ("f.id", "bigint"),
}
_FIELDS: dict[Field, str] = {"description": "f.description", "file_name": "f.file_name"}


async def top(tx: Tx, by: Actor, asked: Asked, order: Order, window: Window) -> list[File]:
    """The rows of a window and one more, in the direction of the window.

    Each workspace gives its first rows from an index, then they are merged: the cost follows the page, not the table.
    """
    readable = by.workspaces if asked.workspaces is None else sorted(set(by.workspaces) & set(asked.workspaces))
    clauses = Clauses(list(readable))
    key, type_ = _KEYS[order.by]
    descending = order.descending != window.backwards
    way = "desc" if descending else "asc"
    clauses.add("f.deleted_at is null")
    visible.limit(clauses, by)
    _ask(clauses, asked)
    if window.place is not None:
        value, id = clauses.value(ordered.read_value(window.place.value, order.by)), clauses.value(window.place.id)
        clauses.add(f"({key}, f.id) {'<' if descending else '>'} ({value}::{type_}, {id}::bigint)")
    end = f"order by {key} {way}, f.id {way} limit {window.limit + 1:d}"
    rows = await tx.rows(
        f"""
        select {files.COLUMNS} from unnest($1::bigint[]) as w(id) cross join lateral (
            select f.* from attachments f where f.workspace_id = w.id and {clauses.sql} {end}) f {end}
        """,
        *clauses.values,
    )
    return [files.file(row) for row in rows]


def place_value(file: File, order: OrderBy) -> str:
    """What a cursor remembers of a file under an order."""
    match order:
        case "created":
            return file.created_at.isoformat()
        case "updated":
            return file.updated_at.isoformat()
        case "id":
            return str(file.id)


def _ask(clauses: Clauses, asked: Asked) -> None:
    if asked.entities is not None:
        clauses.add("f.entity = any (?::text[])", list(asked.entities))
    for compared in asked.compared:
        ordered.compare(clauses, _FIELDS[compared.field], compared.comparison, compared.value)
