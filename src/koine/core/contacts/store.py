"""SQL for contacts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from koine.core.contacts.model import Contact, Described
from koine.core.identity import new_uuid
from koine.postgres.database import Row, Tx

COLUMNS = """workspace_id, id, uuid, external_id, email, phone, first_name, last_name, company_name, tags, dnd,
    assigned_to, enabled, profile, custom_attributes, last_active_at, created_at, updated_at, additional_emails,
    followers, dnd_settings, dnd_inbound"""


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


async def held(tx: Tx, workspace_id: int, id: int) -> Contact | None:
    """The contact with this id, whom nobody else changes until this transaction ends."""
    await tx.begin()
    return _found(
        await tx.row(
            "select " + COLUMNS + " from contacts"
            " where workspace_id = $1 and id = $2 and deleted_at is null for update",
            workspace_id,
            id,
        )
    )


async def insert(tx: Tx, workspace_id: int, contact: Described) -> Contact:
    """A new contact."""
    rows = await tx.write(
        "insert into contacts (workspace_id, uuid, email, phone, first_name, last_name, external_id, company_name,"
        " tags, dnd, assigned_to, profile, custom_attributes, additional_emails, followers, dnd_settings, dnd_inbound)"
        " values ($1, $2, nullif($3, ''), nullif($4, ''), coalesce($5, ''), coalesce($6, ''), nullif($7, ''),"
        " nullif($8, ''), coalesce($9::text[], '{}'), coalesce($10, false), nullif($11, 0),"
        " jsonb_strip_nulls($12::jsonb), $13, coalesce($14::text[], '{}'), coalesce($15::bigint[], '{}'), $16, $17)"
        " returning " + COLUMNS,
        workspace_id,
        new_uuid(),
        *_values(contact),
    )
    return Contact(**rows[0])


async def replace(tx: Tx, contact: Contact) -> Contact:
    """Write a contact who is there, as they now are."""
    rows = await tx.write(
        "update contacts set email = $3, phone = $4, first_name = $5, last_name = $6, external_id = $7,"
        " company_name = $8, tags = $9, dnd = $10, assigned_to = $11, profile = $12, custom_attributes = $13,"
        " additional_emails = $14, followers = $15, dnd_settings = $16, dnd_inbound = $17, updated_at = now()"
        " where workspace_id = $1 and id = $2 returning " + COLUMNS,
        contact.workspace_id,
        contact.id,
        *_values(contact),
    )
    return Contact(**rows[0])


async def delete(tx: Tx, workspace_id: int, id: int) -> None:
    """Put a contact into the bin."""
    await tx.write(
        "update contacts set deleted_at = now(), updated_at = now() where workspace_id = $1 and id = $2",
        workspace_id,
        id,
    )


def _values(of: Described | Contact) -> tuple[Any, ...]:
    return (
        of.email,
        of.phone,
        of.first_name,
        of.last_name,
        of.external_id,
        of.company_name,
        None if of.tags is None else list(of.tags),
        of.dnd,
        of.assigned_to,
        of.profile,
        of.custom_attributes,
        None if of.additional_emails is None else list(of.additional_emails),
        None if of.followers is None else list(of.followers),
        of.dnd_settings,
        of.dnd_inbound,
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
