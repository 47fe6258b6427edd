"""Inboxes: making one, and finding the one that a conversation comes in by."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from koine.core import outbox
from koine.core.actor import Actor
from koine.core.events import InboxCreated
from koine.core.identity import new_uuid
from koine.core.inboxes import store
from koine.postgres.database import Tx

Channel = Literal["email", "chat", "api"]


@dataclass(frozen=True, slots=True)
class Inbox:
    """A door: `address` is the e-mail address that it answers from, where the channel has one."""

    workspace_id: int
    id: int
    uuid: UUID
    name: str
    channel: Channel
    address: str | None
    enabled: bool


async def create(
    tx: Tx, by: Actor, workspace_id: int, *, name: str, channel: Channel, address: str | None = None
) -> Inbox:
    """A new inbox in a workspace."""
    by.must("inboxes:manage", workspace_id)
    uuid = new_uuid()
    id = await store.insert(tx, workspace_id, uuid, name, channel, address)
    told = {"inbox_id": id, "name": name, "channel": channel}
    await outbox.record(tx, by, InboxCreated(workspace_id, data=told))
    return Inbox(workspace_id, id, uuid, name, channel, address, True)


async def find(tx: Tx, workspace_id: int, id: int) -> Inbox | None:
    """The inbox with this id in a workspace, unless it was deleted."""
    row = await store.find(tx, workspace_id, id)
    return None if row is None else Inbox(**row)


async def by_uuid(tx: Tx, workspace_id: int, uuid: UUID) -> Inbox | None:
    """The inbox that strangers call so in a workspace, unless it was deleted."""
    row = await store.by_uuid(tx, workspace_id, uuid)
    return None if row is None else Inbox(**row)


async def uuids(tx: Tx, workspace_id: int, ids: Collection[int]) -> dict[int, UUID]:
    """What strangers call these inboxes of a workspace, also deleted ones."""
    return {row["id"]: row["uuid"] for row in await store.uuids(tx, workspace_id, list(ids))}


async def of_workspace(tx: Tx, workspace_id: int) -> list[Inbox]:
    """A workspace's inboxes, oldest first."""
    return [Inbox(**row) for row in await store.of_workspace(tx, workspace_id)]
