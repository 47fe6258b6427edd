"""Changing a conversation that is there: its status, subject, entity, read marks and the bin."""

from __future__ import annotations

from collections.abc import Sequence

from koine.core.actor import Actor
from koine.core.conversations.model import Category, Status
from koine.postgres.database import Tx


async def lock(tx: Tx, workspaces: Sequence[int], id: int) -> None:
    """Hold a conversation until the transaction ends, so that what is checked is what is changed."""
    await tx.begin()
    await tx.value(
        "select 1 from conversations where workspace_id = any ($1::bigint[]) and id = $2 for update",
        list(workspaces),
        id,
    )


async def lock_all(tx: Tx, workspaces: Sequence[int], ids: Sequence[int]) -> None:
    """As lock, for several, always in the same order: who holds one and waits for another is never waited for."""
    await tx.begin()
    await tx.rows(
        """
        select 1 from conversations where workspace_id = any ($1::bigint[]) and id = any ($2::bigint[])
         order by id for update
        """,
        list(workspaces),
        list(ids),
    )


async def usual_status(tx: Tx, workspace_id: int, category: Category) -> Status:
    """The status that a category alone stands for in a workspace."""
    (row,) = await tx.rows(
        "select id, name, category from statuses where workspace_id = $1 and category = $2 and usual",
        workspace_id,
        category,
    )
    return Status(row["id"], row["name"], row["category"])


async def set_status(tx: Tx, workspace_id: int, id: int, status: Status) -> None:
    """Put a conversation into a status; the first time of being resolved is kept."""
    await tx.write(
        """
        update conversations
           set status_id = $3, resolved = $4,
               resolved_at = case when $4 then coalesce(resolved_at, now()) else resolved_at end,
               snoozed_until = null, updated_at = now()
         where workspace_id = $1 and id = $2
        """,
        workspace_id,
        id,
        status.id,
        status.category == "resolved",
    )


async def set_subject(tx: Tx, workspace_id: int, id: int, subject: str) -> None:
    """Replace a subject."""
    await tx.write(
        "update conversations set subject = $3, updated_at = now() where workspace_id = $1 and id = $2",
        workspace_id,
        id,
        subject,
    )


async def attach_entity(tx: Tx, workspace_id: int, id: int, entity: str) -> None:
    """Say what a conversation is about."""
    await tx.write(
        """
        with attached as (
            insert into conversation_entities (workspace_id, conversation_id, entity) values ($1, $2, $3)
            on conflict do nothing returning 1)
        update conversations set updated_at = now()
         where workspace_id = $1 and id = $2 and exists (select 1 from attached)
        """,
        workspace_id,
        id,
        entity,
    )


async def set_deleted(tx: Tx, workspace_id: int, id: int, *, deleted: bool) -> None:
    """Put a conversation into the bin, or take it out again."""
    await tx.write(
        """
        update conversations set deleted_at = case when $3 then now() end, updated_at = now()
         where workspace_id = $1 and id = $2
        """,
        workspace_id,
        id,
        deleted,
    )


async def set_unread(tx: Tx, workspace_id: int, id: int, count: int) -> None:
    """Say how many messages of a conversation nobody has read."""
    await tx.write(
        "update conversations set unread_count = $3, updated_at = now() where workspace_id = $1 and id = $2",
        workspace_id,
        id,
        count,
    )


async def set_starred(tx: Tx, workspace_id: int, id: int, *, starred: bool) -> None:
    """Give a conversation a star, or take it away."""
    await tx.write(
        "update conversations set starred = $3, updated_at = now() where workspace_id = $1 and id = $2",
        workspace_id,
        id,
        starred,
    )


async def delete_of_contact(tx: Tx, workspace_id: int, contact_id: int) -> list[int]:
    """Put every conversation of a contact into the bin; the ids of those that were not there yet, in order."""
    rows = await tx.write(
        """
        with held as materialized (
            select id from conversations where workspace_id = $1 and contact_id = $2 and deleted_at is null
             order by id for update)
        update conversations c set deleted_at = now(), updated_at = now()
          from held where c.workspace_id = $1 and c.id = held.id
        returning c.id
        """,
        workspace_id,
        contact_id,
    )
    return sorted(row["id"] for row in rows)


async def mark(tx: Tx, by: Actor, workspace_id: int, id: int, *, read: bool) -> None:
    """Remember what a reader says about the conversation as it stands now, up to its last message."""
    await tx.write(
        """
        insert into read_marks (workspace_id, conversation_id, reader_kind, reader_id, message_id, read)
        select workspace_id, id, $3, $4, coalesce(last_message_id, 0), $5
          from conversations where workspace_id = $1 and id = $2
        on conflict (workspace_id, conversation_id, reader_kind, reader_id)
        do update set message_id = excluded.message_id, read = excluded.read, updated_at = now()
        """,
        workspace_id,
        id,
        by.kind,
        by.id,
        read,
    )


async def entity_workspaces(tx: Tx, workspaces: Sequence[int], entities: Sequence[str]) -> dict[str, list[int]]:
    """In which of these workspaces each entity is talked about already."""
    rows = await tx.rows(
        """
        select distinct entity, workspace_id from conversation_entities
         where workspace_id = any ($1::bigint[]) and entity = any ($2::text[]) order by entity, workspace_id
        """,
        list(workspaces),
        list(entities),
    )
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(row["entity"], []).append(row["workspace_id"])
    return found
