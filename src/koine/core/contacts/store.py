"""SQL for contacts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from koine.core.contacts.model import Contact, Described
from koine.core.identity import new_uuid
from koine.postgres.database import Row, Tx

COLUMNS = """workspace_id, id, uuid, external_id, email, phone, first_name, last_name, company_name, tags, dnd,
    assigned_to, enabled, profile, custom_attributes, last_active_at, created_at, updated_at"""


async def by_uuid(tx: Tx, workspaces: Sequence[int], uuid: UUID) -> Contact | None:
    """The contact of one of these workspaces with this uuid."""
    return _found(
        await tx.row(
            "select " + COLUMNS + " from contacts"
            " where workspace_id = any ($1::bigint[]) and uuid = $2 and deleted_at is null",
            list(workspaces),
            uuid,
        )
    )


async def by_id(tx: Tx, workspace_id: int, id: int) -> Contact | None:
    """The contact with this id."""
    return _found(
        await tx.row(
            "select " + COLUMNS + " from contacts where workspace_id = $1 and id = $2 and deleted_at is null",
            workspace_id,
            id,
        )
    )


async def by_email(tx: Tx, workspace_id: int, email: str) -> Contact | None:
    """The contact with this address, whatever its case: first those known by an external id, then the oldest."""
    return _found(
        await tx.row(
            "select " + COLUMNS + " from contacts"
            " where workspace_id = $1 and email_folded = lower($2 collate letters) and deleted_at is null"
            " order by external_id is null, id limit 1",
            workspace_id,
            email,
        )
    )


async def by_phone(tx: Tx, workspace_id: int, phone: str) -> Contact | None:
    """The oldest contact with this number."""
    return _found(
        await tx.row(
            "select " + COLUMNS + " from contacts"
            " where workspace_id = $1 and phone = $2 and phone is not null and deleted_at is null order by id limit 1",
            workspace_id,
            phone,
        )
    )


async def by_external_id(tx: Tx, workspace_id: int, external_id: str) -> Contact | None:
    """The contact whom the caller's own systems know by this id."""
    return _found(
        await tx.row(
            "select " + COLUMNS + " from contacts"
            " where workspace_id = $1 and external_id = $2 and external_id is not null and deleted_at is null",
            workspace_id,
            external_id,
        )
    )


async def hold(tx: Tx, workspace_id: int, names: Sequence[str]) -> None:
    """Nobody else creates a contact under one of these addresses or numbers until this transaction ends."""
    await tx.begin()
    await tx.rows(
        "select pg_advisory_xact_lock(hashtextextended(name, $1)) from unnest($2::text[]) as name order by name",
        workspace_id,
        list(names),
    )


async def insert(tx: Tx, workspace_id: int, described: Described) -> Contact:
    """A new contact."""
    rows = await tx.write(
        "insert into contacts (workspace_id, uuid, email, phone, first_name, last_name, external_id, company_name,"
        " tags, dnd, assigned_to, profile, custom_attributes)"
        " values ($1, $2, $3, $4, coalesce($5, ''), coalesce($6, ''), $7, $8, coalesce($9::text[], '{}'),"
        " coalesce($10, false), $11, $12, $13)"
        " returning " + COLUMNS,
        workspace_id,
        new_uuid(),
        *_values(described),
    )
    return Contact(**rows[0])


async def update(tx: Tx, workspace_id: int, id: int, described: Described) -> Contact:
    """Change what is described and leave the rest; profile and custom attributes are merged."""
    rows = await tx.write(
        "update contacts set email = coalesce($3, email), phone = coalesce($4, phone),"
        " first_name = coalesce($5, first_name), last_name = coalesce($6, last_name),"
        " external_id = coalesce($7, external_id), company_name = coalesce($8, company_name),"
        " tags = coalesce($9::text[], tags), dnd = coalesce($10, dnd), assigned_to = coalesce($11, assigned_to),"
        " profile = profile || $12, custom_attributes = custom_attributes || $13, updated_at = now()"
        " where workspace_id = $1 and id = $2 returning " + COLUMNS,
        workspace_id,
        id,
        *_values(described),
    )
    return Contact(**rows[0])


def _values(described: Described) -> tuple[Any, ...]:
    return (
        described.email,
        described.phone,
        described.first_name,
        described.last_name,
        described.external_id,
        described.company_name,
        None if described.tags is None else list(described.tags),
        described.dnd,
        described.assigned_to,
        described.profile,
        described.custom_attributes,
    )


def _found(row: Row | None) -> Contact | None:
    return None if row is None else Contact(**row)


async def never_talked(tx: Tx, workspace_id: int, limit: int) -> list[Contact]:
    """Contacts without any conversation, deleted ones included, oldest first."""
    rows = await tx.rows(
        "select " + COLUMNS + " from contacts k where workspace_id = $1 and deleted_at is null"
        " and not exists (select from conversations c where c.workspace_id = $1 and c.contact_id = k.id)"
        " order by id limit $2",
        workspace_id,
        limit,
    )
    return [Contact(**row) for row in rows]
