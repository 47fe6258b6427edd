"""Files: putting them down, saying something of them, and the bin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

import asyncpg

from koine.core import outbox
from koine.core.actor import Actor
from koine.core.events import FileDeleted, FileRestored, FileUpdated, FileUploaded
from koine.core.files.model import Asked, Described, File, FileNotFound, Order, Served, Stored
from koine.core.files.store import files as store
from koine.core.files.store import listing
from koine.core.page import Page, Window, page
from koine.postgres.database import Tx

_WRITING = "messages:write"  # whoever may say something may say it with a file


async def add(tx: Tx, by: Actor, workspace_id: int, stored: Stored, described: Described) -> File:
    """A new file, of bytes that have come. From here on they belong to it."""
    by.must(_WRITING, workspace_id)
    added = await store.insert(tx, by, workspace_id, stored, described)
    told = {"file_name": stored.file_name, "content_type": stored.content_type, "size": stored.size}
    await outbox.record(tx, by, FileUploaded(workspace_id, file_id=added.id, data=_data(added, told)))
    return added


async def add_once(tx: Tx, by: Actor, workspace_id: int, stored: Stored) -> bool:
    """As add, for bytes that may be sent again and again under one uuid: whether they were the first. Others are not
    taken.
    """
    try:
        async with tx.attempt():
            await add(tx, by, workspace_id, stored, Described())
    except asyncpg.UniqueViolationError:
        return False
    return True


async def describe(tx: Tx, by: Actor, file: File, described: Described) -> File:
    """Change what is said of a file that was held; what is None stays. What changes nothing tells nothing."""
    by.must(_WRITING, file.workspace_id)
    wanted = {each.name: getattr(described, each.name) for each in fields(Described)}
    old = {name: getattr(file.described, name) for name in wanted}
    new = {name: old[name] if value is None else value for name, value in wanted.items()}
    changed = {name: {"from": _told(old[name]), "to": _told(new[name])} for name in new if new[name] != old[name]}
    if not changed:
        return file
    updated = await store.update(tx, file.workspace_id, file.id, Described(**new))
    await outbox.record(tx, by, FileUpdated(file.workspace_id, file_id=file.id, data=_data(file, {"changed": changed})))
    return updated


async def delete(tx: Tx, by: Actor, file: File) -> File:
    """Into the bin: no message shows it any more, and its links end. In there already is as well."""
    by.must(_WRITING, file.workspace_id)
    if file.deleted_at is not None:
        return file
    deleted = await store.set_deleted(tx, file.workspace_id, file.id, deleted=True)
    await outbox.record(tx, by, FileDeleted(file.workspace_id, file_id=file.id, data=_data(file, {})))
    return deleted


async def restore(tx: Tx, by: Actor, file: File) -> File:
    """Out of the bin, and back into the messages that it was said with."""
    by.must(_WRITING, file.workspace_id)
    if file.deleted_at is None:
        return file
    restored = await store.set_deleted(tx, file.workspace_id, file.id, deleted=False)
    await outbox.record(tx, by, FileRestored(file.workspace_id, file_id=file.id, data=_data(file, {})))
    return restored


async def find(tx: Tx, by: Actor, id: int) -> File:
    """A file, also when it is deleted. Raises FileNotFound when it does not exist or may not be seen."""
    by.must_somewhere("messages:read")
    found = await store.find(tx, by, id)
    if found is None:
        raise FileNotFound
    return found


async def held(tx: Tx, by: Actor, ids: Sequence[int]) -> dict[int, File]:
    """Those of these files that the actor may see, by their ids, deleted ones included; until the transaction ends
    nobody else changes them.
    """
    return {file.id: file for file in await store.hold(tx, by, ids)}


async def query(tx: Tx, by: Actor, asked: Asked, order: Order, window: Window) -> Page[File]:
    """A page of the files that the actor may see and that are not deleted. Raises PermissionMissing."""
    by.must_somewhere("messages:read")
    found = await listing.top(tx, by, asked, order, window)
    return page(found, window, lambda shown: listing.place_value(shown, order.by), lambda shown: shown.id)


async def served(tx: Tx, workspace_id: int, id: int) -> Served | None:
    """Where the bytes of a file are; None when it is deleted, or they are lost. Who asks has shown a link."""
    return await store.served(tx, workspace_id, id)


async def by_uuid(tx: Tx, workspace_id: int, uuid: UUID) -> File | None:
    """A file that is not deleted, for whoever was told its uuid."""
    return await store.by_uuid(tx, workspace_id, uuid)


async def uuids(tx: Tx, workspace_id: int, ids: Sequence[int]) -> dict[int, UUID]:
    """The uuids of files, deleted ones included."""
    return await store.uuids(tx, workspace_id, ids)


def _data(file: File, told: dict[str, Any]) -> dict[str, Any]:
    return {"file_id": file.id, **told}


def _told(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
