"""The statuses of a workspace: those it was founded with, which stay, and its own."""

from __future__ import annotations

from dataclasses import dataclass

from koine.core import naming, outbox
from koine.core.actor import Actor
from koine.core.conversations.model import Category, Status
from koine.core.desk_events import StatusCreated, StatusDeleted, StatusRenamed
from koine.core.errors import Conflict, NotFound
from koine.core.statuses import store
from koine.core.workspaces.workspaces import STATUSES
from koine.postgres.database import Tx

LONGEST = 25  # characters of a name (contracts/libredesk.md §1)
BUILT_IN = frozenset(name for name, _, _ in STATUSES)


class StatusNotFound(NotFound):
    """No such status in this workspace."""

    code = "status_not_found"
    says = "There is no such status."


class StatusBuiltIn(Conflict):
    """One of those that every workspace has: programs know them by their names."""

    code = "status_built_in"
    says = "Every workspace has this status, and programs know it by its name."


class StatusInUse(Conflict):
    """Conversations are in it."""

    code = "status_in_use"
    says = "There are conversations in this status. Put them into another one first."


@dataclass(frozen=True, slots=True)
class Listed:
    """A status as a list shows it. `built_in` ones stay as they are."""

    status: Status
    built_in: bool


async def of_workspace(tx: Tx, workspace_id: int) -> list[Listed]:
    """A workspace's statuses, oldest first."""
    return [
        Listed(Status(id, name, category), name in BUILT_IN)
        for id, name, category in await store.of_workspace(tx, workspace_id)
    ]


async def find(tx: Tx, workspace_id: int, id: int) -> Status | None:
    """One of a workspace's statuses."""
    row = await store.find(tx, workspace_id, id)
    return None if row is None else Status(*row)


async def create(tx: Tx, by: Actor, workspace_id: int, *, name: str, category: Category) -> Status:
    """A new status in a category. Raises PermissionMissing, Invalid and Taken."""
    by.must("status:manage", workspace_id)
    name = await _free(tx, workspace_id, name)
    id = await store.insert(tx, workspace_id, name, category)
    await outbox.record(tx, by, StatusCreated(workspace_id, data={"name": name, "category": category}))
    return Status(id, name, category)


async def rename(tx: Tx, by: Actor, workspace_id: int, id: int, *, name: str) -> None:
    """Call it otherwise. Raises PermissionMissing, StatusNotFound, StatusBuiltIn, Invalid and Taken."""
    by.must("status:manage", workspace_id)
    status = await _own(tx, workspace_id, id)
    if status.name == name.strip():
        return
    name = await _free(tx, workspace_id, name, but=id)
    await store.rename(tx, workspace_id, id, name)
    await outbox.record(tx, by, StatusRenamed(workspace_id, data={"from": status.name, "to": name}))


async def delete(tx: Tx, by: Actor, workspace_id: int, id: int) -> None:
    """Do without it. Raises PermissionMissing, StatusNotFound, StatusBuiltIn, and StatusInUse while conversations,
    also deleted ones, are in it.
    """
    by.must("status:manage", workspace_id)
    status = await _own(tx, workspace_id, id)
    if not await store.delete(tx, workspace_id, id):
        raise StatusInUse
    await outbox.record(tx, by, StatusDeleted(workspace_id, data={"name": status.name}))


async def _own(tx: Tx, workspace_id: int, id: int) -> Status:
    status = await find(tx, workspace_id, id)
    if status is None:
        raise StatusNotFound
    if status.name in BUILT_IN:
        raise StatusBuiltIn
    return status


async def _free(tx: Tx, workspace_id: int, name: str, but: int | None = None) -> str:
    others = [each.status.name for each in await of_workspace(tx, workspace_id) if each.status.id != but]
    return naming.free(name, others, longest=LONGEST, thing="status")
