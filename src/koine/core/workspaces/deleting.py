"""Putting a workspace into the bin, and taking it out again: nothing in it is lost meanwhile."""

from __future__ import annotations

from koine.core import outbox
from koine.core.account_events import WorkspaceClosed, WorkspaceReopened
from koine.core.actor import Actor
from koine.core.events import WorkspaceDeleted, WorkspaceRestored
from koine.core.workspaces import store
from koine.core.workspaces.model import Workspace
from koine.postgres.database import Tx


async def delete(tx: Tx, by: Actor, workspace: Workspace) -> None:
    """From now on no token opens it; whoever is told of what happens still hears that it was deleted."""
    by.must_manage_account()
    if workspace.deleted:
        return
    await store.set_deleted(tx, workspace.id, deleted=True)
    await outbox.record(tx, by, WorkspaceDeleted(workspace.id))
    await outbox.record_of_account(tx, by, WorkspaceClosed(by.account_id, {"workspace_id": workspace.id}))


async def restore(tx: Tx, by: Actor, workspace: Workspace) -> None:
    """Open it again to those who are its members now. The transaction sees it from here on."""
    by.must_manage_account()
    if not workspace.deleted:
        return
    await store.set_deleted(tx, workspace.id, deleted=False)
    if workspace.id not in tx.workspaces:
        await tx.see(workspace.id)
    await outbox.record(tx, by, WorkspaceRestored(workspace.id))
    await outbox.record_of_account(tx, by, WorkspaceReopened(by.account_id, {"workspace_id": workspace.id}))
