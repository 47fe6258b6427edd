"""The one ongoing conversation of a contact, for ways in that know no other kind."""

from __future__ import annotations

from uuid import UUID

import asyncpg

from koine.core import outbox
from koine.core.actor import Actor
from koine.core.conversations.model import Opened, Opening, Standing, Thread
from koine.core.conversations.store import opening, threads
from koine.core.errors import ContactNotFound, ConversationExists
from koine.core.events import ConversationRestored
from koine.postgres.database import Tx


async def open(tx: Tx, by: Actor, workspace_id: int, contact: UUID) -> Thread:
    """Open the contact's conversation, or bring it back from the bin: two statements when there was none.

    Raises PermissionMissing, ContactNotFound, and ConversationExists with its Standing when the contact has a
    conversation already, of whatever origin. A caller may promise `only_one_write`: bringing back begins a transaction.
    """
    by.must("conversations:write", workspace_id)
    standing = await threads.standing(tx, workspace_id, contact)
    if standing is None:
        raise ContactNotFound
    if standing.id is None:
        return await _open_new(tx, by, workspace_id, standing)
    if not standing.deleted:
        raise ConversationExists(standing)
    return await _revive(tx, by, workspace_id, standing, standing.id)


async def _open_new(tx: Tx, by: Actor, workspace_id: int, standing: Standing) -> Thread:
    """Two at once: the unique index lets one through, and the other is told of it."""
    wanted = Opening(workspace_id, contact_id=standing.contact_id, continuous=True)
    try:
        async with tx.attempt():
            (opened,) = await opening.open(tx, by, [wanted])
    except asyncpg.UniqueViolationError:
        raise ConversationExists(await threads.standing(tx, workspace_id, standing.contact)) from None
    return _new(opened, standing.contact)


async def _revive(tx: Tx, by: Actor, workspace_id: int, standing: Standing, id: int) -> Thread:
    await tx.begin()
    if not await threads.revive(tx, workspace_id, id):
        raise ConversationExists(standing)
    await outbox.record(tx, by, ConversationRestored(workspace_id, id, contact_id=standing.contact_id))
    return await threads.by_id(tx, workspace_id, id)


def _new(opened: Opened, contact: UUID) -> Thread:
    """The thread as it was just written, without reading it again."""
    return Thread(
        workspace_id=opened.workspace_id,
        id=opened.id,
        uuid=opened.uuid,
        contact=contact,
        assignee=None,
        channel=None,
        resolved=False,
        starred=False,
        unread_count=0,
        created_at=opened.at,
        updated_at=opened.at,
        last_message_at=opened.at,
        deleted=False,
    )
