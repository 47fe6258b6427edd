"""SQL for one file: putting it down, reading it, changing it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from koine.core.actor import Actor
from koine.core.files.model import Described, File, Served, Stored
from koine.core.files.store import visible
from koine.core.filters import Clauses
from koine.core.identity import new_uuid
from koine.postgres.database import Row, Tx

COLUMNS = """
    f.workspace_id, f.id, f.uuid, f.file_name, f.content_type, f.size, f.description, f.notes, f.date, f.amount,
    f.entity, f.custom_data, f.missing_at is null as available, f.created_at, f.updated_at, f.deleted_at
"""


async def insert(tx: Tx, by: Actor, workspace_id: int, stored: Stored, described: Described) -> File:
    """A new file."""
    (row,) = await tx.write(
        f"""
        insert into attachments as f (workspace_id, uuid, file_name, content_type, size, storage_key, digest,
               description, notes, date, amount, entity, custom_data, uploaded_by_kind, uploaded_by_id)
        values ($1, $2, $3, $4, $5, $6, $7, coalesce($8, ''), $9, $10, $11, $12, $13, $14, $15)
        returning {COLUMNS}
        """,
        workspace_id,
        stored.uuid or new_uuid(),
        stored.file_name,
        stored.content_type,
        stored.size,
        stored.key,
        stored.digest,
        described.description,
        described.notes,
        described.date,
        described.amount,
        described.entity,
        described.custom_data,
        by.kind,
        by.id,
    )
    return file(row)


async def find(tx: Tx, by: Actor, id: int) -> File | None:
    """A file that the actor may see, deleted ones included."""
    clauses = Clauses()
    clauses.add("f.id = ?::bigint", id)
    visible.limit(clauses, by)
    row = await tx.row(f"select {COLUMNS} from attachments f where {clauses.sql}", *clauses.values)
    return None if row is None else file(row)


async def by_uuid(tx: Tx, workspace_id: int, uuid: UUID) -> File | None:
    """A file that is not deleted."""
    row = await tx.row(
        f"select {COLUMNS} from attachments f where f.workspace_id = $1 and f.uuid = $2 and f.deleted_at is null",
        workspace_id,
        uuid,
    )
    return None if row is None else file(row)


async def hold(tx: Tx, by: Actor, ids: Sequence[int]) -> list[File]:
    """Those of these files that the actor may see, locked until the transaction ends."""
    await tx.begin()
    clauses = Clauses()
    clauses.add("f.id = any (?::bigint[])", list(ids))
    visible.limit(clauses, by)
    sql = f"select {COLUMNS} from attachments f where {clauses.sql} order by f.id for update of f"
    return [file(row) for row in await tx.rows(sql, *clauses.values)]


async def update(tx: Tx, workspace_id: int, id: int, described: Described) -> File:
    """With all of this said of it."""
    (row,) = await tx.write(
        f"""
        update attachments f
           set description = coalesce($3, ''), notes = $4, date = $5, amount = $6, entity = $7, custom_data = $8,
               updated_at = clock_timestamp()
         where f.workspace_id = $1 and f.id = $2 returning {COLUMNS}
        """,
        workspace_id,
        id,
        described.description,
        described.notes,
        described.date,
        described.amount,
        described.entity,
        described.custom_data,
    )
    return file(row)


async def set_deleted(tx: Tx, workspace_id: int, id: int, *, deleted: bool) -> File:
    """In the bin, or out of it."""
    (row,) = await tx.write(
        f"""
        update attachments f
           set deleted_at = case when $3::boolean then clock_timestamp() end, updated_at = clock_timestamp()
         where f.workspace_id = $1 and f.id = $2 returning {COLUMNS}
        """,
        workspace_id,
        id,
        deleted,
    )
    return file(row)


async def served(tx: Tx, workspace_id: int, id: int) -> Served | None:
    """Where the bytes of a file are that is there to be fetched."""
    row = await tx.row(
        """
        select storage_key, file_name, content_type, size, digest from attachments
         where workspace_id = $1 and id = $2 and deleted_at is null and missing_at is null
        """,
        workspace_id,
        id,
    )
    return None if row is None else Served(*row)


async def uuids(tx: Tx, workspace_id: int, ids: Sequence[int]) -> dict[int, UUID]:
    """The uuids of files, deleted ones included."""
    rows = await tx.rows(
        "select id, uuid from attachments where workspace_id = $1 and id = any ($2::bigint[])", workspace_id, list(ids)
    )
    return {row["id"]: row["uuid"] for row in rows}


def file(row: Row) -> File:
    """By position, in the order of COLUMNS."""
    (
        workspace_id,
        id,
        uuid,
        file_name,
        content_type,
        size,
        description,
        notes,
        date,
        amount,
        entity,
        custom_data,
        available,
        *moments,
    ) = row
    described = Described(description, notes, date, amount, entity, custom_data)
    return File(workspace_id, id, uuid, file_name, content_type, size, described, available, *moments)
