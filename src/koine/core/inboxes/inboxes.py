"""Inboxes: making one, and finding the one that a conversation comes in by."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from koine.core import naming, outbox
from koine.core.actor import Actor
from koine.core.desk_events import InboxUpdated
from koine.core.errors import NotFound
from koine.core.events import InboxCreated
from koine.core.identity import new_uuid
from koine.core.inboxes import store
from koine.postgres.database import Tx

Channel = Literal["email", "chat", "api"]


LONGEST = 140  # characters of a name


class InboxNotFound(NotFound):
    """No such inbox in this workspace."""

    code = "inbox_not_found"
    says = "There is no such inbox."


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
    """A new inbox in a workspace. Raises Invalid."""
    by.must("inboxes:manage", workspace_id)
    name = naming.free(name, (), longest=LONGEST, thing="inbox")
    uuid = new_uuid()
    id = await store.insert(tx, workspace_id, uuid, name, channel, address)
    told = {"inbox_id": id, "name": name, "channel": channel}
    await outbox.record(tx, by, InboxCreated(workspace_id, data=told))
    return Inbox(workspace_id, id, uuid, name, channel, address, True)


async def update(
    tx: Tx, by: Actor, workspace_id: int, id: int, *, name: str, address: str | None, enabled: bool
) -> Inbox:
    """Know it by another name or address, or let nothing more come in by it (not `enabled`).

    Raises PermissionMissing, InboxNotFound and Invalid.
    """
    by.must("inboxes:manage", workspace_id)
    before = await find(tx, workspace_id, id)
    if before is None:
        raise InboxNotFound
    name = naming.free(name, (), longest=LONGEST, thing="inbox")
    after = replace(before, name=name, address=(address or "").strip() or None, enabled=enabled)
    fields = [field for field in ("name", "address", "enabled") if getattr(before, field) != getattr(after, field)]
    if fields:
        await store.update(tx, workspace_id, id, after.name, after.address, enabled=enabled)
        await outbox.record(tx, by, InboxUpdated(workspace_id, data={"inbox_id": id, "fields": fields}))
    return after


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
