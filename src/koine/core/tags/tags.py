"""Tags: what conversations can be marked with."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from koine.core import naming, outbox
from koine.core.actor import Actor
from koine.core.desk_events import TagCreated, TagDeleted, TagRenamed
from koine.core.errors import NotFound
from koine.core.identity import new_uuid
from koine.core.tags import store
from koine.postgres.database import Tx

LONGEST = 140  # characters


class TagNotFound(NotFound):
    """No such tag in this workspace."""

    code = "tag_not_found"
    says = "There is no such tag."


@dataclass(frozen=True, slots=True)
class Tag:
    """A word that conversations can be marked with."""

    id: int
    uuid: UUID
    name: str


async def of_workspace(tx: Tx, workspace_id: int) -> list[Tag]:
    """A workspace's tags, by name."""
    return [Tag(*row) for row in await store.of_workspace(tx, workspace_id)]


async def create(tx: Tx, by: Actor, workspace_id: int, *, name: str) -> Tag:
    """A new tag. Raises PermissionMissing, Invalid and Taken."""
    by.must("tags:manage", workspace_id)
    name = await _free(tx, workspace_id, name)
    uuid = new_uuid()
    tag = Tag(await store.insert(tx, workspace_id, uuid, name), uuid, name)
    await outbox.record(tx, by, TagCreated(workspace_id, data={"tag": str(uuid), "name": name}))
    return tag


async def rename(tx: Tx, by: Actor, workspace_id: int, id: int, *, name: str) -> None:
    """Call it otherwise, wherever it is. Raises PermissionMissing, TagNotFound, Invalid and Taken."""
    by.must("tags:manage", workspace_id)
    tag = await _find(tx, workspace_id, id)
    if tag.name == name.strip():
        return
    name = await _free(tx, workspace_id, name, but=id)
    await store.rename(tx, workspace_id, id, name)
    told = {"tag": str(tag.uuid), "from": tag.name, "to": name}
    await outbox.record(tx, by, TagRenamed(workspace_id, data=told))


async def delete(tx: Tx, by: Actor, workspace_id: int, id: int) -> None:
    """Take it off all conversations, and do without it. Raises PermissionMissing and TagNotFound."""
    by.must("tags:manage", workspace_id)
    tag = await _find(tx, workspace_id, id)
    await store.delete(tx, workspace_id, id)
    await outbox.record(tx, by, TagDeleted(workspace_id, data={"tag": str(tag.uuid), "name": tag.name}))


async def _find(tx: Tx, workspace_id: int, id: int) -> Tag:
    for tag in await of_workspace(tx, workspace_id):
        if tag.id == id:
            return tag
    raise TagNotFound


async def _free(tx: Tx, workspace_id: int, name: str, but: int | None = None) -> str:
    others = [tag.name for tag in await of_workspace(tx, workspace_id) if tag.id != but]
    return naming.free(name, others, longest=LONGEST, thing="tag")
