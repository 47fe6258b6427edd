"""Where an app is at work: let in by a person, and sent away again."""

from __future__ import annotations

from koine.core import outbox
from koine.core.actor import Actor
from koine.core.app_events import AppInstalled, AppUninstalled
from koine.core.apps import store
from koine.core.apps.model import App, Authorization, Installation
from koine.core.tokens import store as tokens
from koine.postgres.database import Tx


async def install(tx: Tx, by: Actor, app: App, let_in: Authorization) -> None:
    """Let an app work where a person allowed it. The app does so itself, when it takes what it was given."""
    new = await store.install(tx, app.id, let_in.user_id, let_in.workspaces, let_in.scopes)
    for id in new:
        await tx.see(id)
        told = {"app_id": app.public_id, "user_id": let_in.user_id, "scopes": list(let_in.scopes)}
        await outbox.record(tx, by, AppInstalled(id, data=told))


async def uninstall(tx: Tx, by: Actor, app: App, workspace_id: int) -> bool:
    """Send an app away, with all that it has for this workspace; False when it was not there."""
    by.must("account:manage", workspace_id)
    if not await store.uninstall(tx, app.id, workspace_id):
        return False
    await tokens.end_in_workspace(tx, app.id, workspace_id)
    await outbox.record(tx, by, AppUninstalled(workspace_id, data={"app_id": app.public_id}))
    return True


async def find(tx: Tx, app_id: int, workspace_id: int) -> Installation | None:
    """An app in one workspace, if it is at work there."""
    return await store.installation(tx, app_id, workspace_id)


async def every(tx: Tx, app_id: int) -> list[Installation]:
    """Where an app is at work."""
    return await store.installations(tx, app_id)
