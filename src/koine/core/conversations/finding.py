"""Finding one conversation, by whichever of its names."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from koine.core.actor import Actor
from koine.core.conversations.model import Conversation, Thread
from koine.core.conversations.store import changing, reading, threads
from koine.core.errors import ConversationNotFound
from koine.postgres.database import Tx


async def by_id(tx: Tx, by: Actor, id: int) -> Conversation:
    """Raises ConversationNotFound when it does not exist or may not be seen; deleted ones are found."""
    by.must_somewhere("conversations:read")
    return _there(await reading.find(tx, by, "c.workspace_id = any (?::bigint[]) and c.id = ?::bigint", _open(by), id))


async def held(tx: Tx, by: Actor, id: int) -> Conversation:
    """As by_id, and nobody else changes it until this transaction ends."""
    await changing.lock(tx, by.workspaces, id)
    return await by_id(tx, by, id)


async def hold(tx: Tx, by: Actor, ids: Sequence[int]) -> None:
    """Nobody else changes these conversations until this transaction ends; for those who change several in one."""
    await changing.lock_all(tx, by.workspaces, ids)


async def by_uuid(tx: Tx, by: Actor, uuid: UUID) -> Conversation:
    """Raises ConversationNotFound when it does not exist or may not be seen; deleted ones are found."""
    by.must_somewhere("conversations:read")
    return _there(
        await reading.find(tx, by, "c.workspace_id = any (?::bigint[]) and c.uuid = ?::uuid", _open(by), uuid)
    )


async def by_number(tx: Tx, by: Actor, workspace_id: int, number: int) -> Conversation:
    """By the number that people in the workspace call it by. Raises as by_id does; deleted ones are found."""
    by.must_somewhere("conversations:read")
    condition = "c.workspace_id = ?::bigint and c.number = ?::bigint"
    return _there(await reading.find(tx, by, condition, workspace_id, number))


async def hidden(tx: Tx, by: Actor, uuid: UUID) -> bool:
    """Whether by_uuid did not find it only because the actor may not see it: it stands in a workspace open to them."""
    return await reading.exists(tx, by.workspaces, uuid)


async def thread(tx: Tx, by: Actor, uuid: UUID) -> Thread:
    """A conversation as the contact's thread. Raises ConversationNotFound as by_uuid, and when it has no contact."""
    by.must_somewhere("conversations:read")
    found = await threads.find(tx, by, uuid)
    if found is None:
        raise ConversationNotFound
    return found


async def by_ids(tx: Tx, by: Actor, ids: Sequence[int]) -> dict[int, Conversation]:
    """Those of these ids that exist and may be seen."""
    by.must_somewhere("conversations:read")
    condition = "c.workspace_id = any (?::bigint[]) and c.id = any (?::bigint[])"
    found = await reading.find_all(tx, by, condition, _open(by), list(ids), limit=len(ids))
    return {conversation.id: conversation for conversation in found}


async def of_contact(tx: Tx, by: Actor, workspace_id: int, contact_id: int, *, limit: int) -> list[Conversation]:
    """The contact's conversations that may be seen and are not deleted, newest message first."""
    by.must("conversations:read", workspace_id)
    condition = "c.workspace_id = ?::bigint and c.contact_id = ?::bigint and c.deleted_at is null"
    return await reading.find_all(tx, by, condition, workspace_id, contact_id, limit=limit)


async def workspaces_about(tx: Tx, by: Actor, entities: Sequence[str]) -> dict[str, list[int]]:
    """In which of the workspaces that are open to the actor each entity is talked about already.

    Those nowhere are left out, and conversations in the bin count.
    """
    by.must_somewhere("conversations:read")
    return await changing.entity_workspaces(tx, by.workspaces, entities)


def _open(by: Actor) -> list[int]:
    return list(by.workspaces)


def _there(found: Conversation | None) -> Conversation:
    if found is None:
        raise ConversationNotFound
    return found
