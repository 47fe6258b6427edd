"""The conversation that stands for a contact, where a way in knows only one."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from koine.postgres.database import Tx


@dataclass(frozen=True, slots=True)
class Thread:
    """The contact's conversation; `deleted` when it can only be brought back."""

    id: int
    uuid: UUID
    deleted: bool


async def of_contact(tx: Tx, workspace_id: int, contact_id: int) -> Thread | None:
    """The newest conversation of a contact, of whatever origin; failing that, the continuous one in the bin."""
    row = await tx.row(
        """
        select id, uuid, deleted_at is not null as deleted from conversations
         where workspace_id = $1 and contact_id = $2 and (deleted_at is null or continuous)
         order by deleted_at is not null, last_message_at desc, id desc limit 1
        """,
        workspace_id,
        contact_id,
    )
    return None if row is None else Thread(*row.values())


async def revive(tx: Tx, workspace_id: int, id: int) -> bool:
    """Take a conversation out of the bin; False when somebody else was quicker."""
    rows = await tx.write(
        """
        update conversations set deleted_at = null, updated_at = now()
         where workspace_id = $1 and id = $2 and deleted_at is not null returning id
        """,
        workspace_id,
        id,
    )
    return bool(rows)
