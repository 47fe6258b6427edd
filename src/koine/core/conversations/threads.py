"""The one ongoing conversation of a contact, for ways in that know no other kind."""

from __future__ import annotations

import asyncpg

from koine.core import outbox
from koine.core.actor import Actor
from koine.core.conversations.model import Opening
from koine.core.conversations.store import opening, threads
from koine.core.errors import ConversationExists
from koine.core.events import ConversationRestored
from koine.postgres.database import Tx


async def open(tx: Tx, by: Actor, workspace_id: int, contact_id: int) -> int:
    """Open the contact's conversation, or bring it back from the bin; its id.

    The contact must be there. Raises PermissionMissing, and ConversationExists when the contact has a conversation
    already, of whatever origin.
    """
    by.must("conversations:write", workspace_id)
    existing = await threads.of_contact(tx, workspace_id, contact_id)
    if existing is None:
        return await _open_new(tx, by, workspace_id, contact_id)
    if not existing.deleted or not await threads.revive(tx, workspace_id, existing.id):
        raise ConversationExists(existing)
    await outbox.record(tx, by, ConversationRestored(workspace_id, existing.id, contact_id=contact_id))
    return existing.id


async def _open_new(tx: Tx, by: Actor, workspace_id: int, contact_id: int) -> int:
    """Two at once: the unique index lets one through, and the other is told of it."""
    wanted = Opening(workspace_id, contact_id=contact_id, continuous=True)
    try:
        async with tx.attempt():
            (opened,) = await opening.open(tx, by, [wanted])
    except asyncpg.UniqueViolationError:
        raise ConversationExists(await threads.of_contact(tx, workspace_id, contact_id)) from None
    return opened.id
