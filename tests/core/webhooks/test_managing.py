"""Webhooks are the affair of those who may see everything that they tell, and of nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from koine.core.actor import Actor
from koine.core.errors import ForeignWorkspace, PermissionMissing, WebhookNotFound
from koine.core.permissions import ALL
from koine.core.tokens import tokens
from koine.core.webhooks import managing
from koine.demo import World
from koine.dialects.native import credentials
from koine.postgres.database import Database
from tests.core.webhooks.conftest import Create


@pytest.mark.parametrize("permission", managing.NEEDED)
async def test_each_permission_is_needed(
    database: Database, world: World, create: Create, koine: Actor, permission: str
) -> None:
    made = (await create()).webhook
    linus = world.acting(world.linus, "Admin", world.lamplight)
    assert (await create(linus)).webhook.workspace_id == world.lamplight.workspace.id
    lacking = replace(linus, access={world.lamplight.workspace.id: ALL - {permission}})
    with pytest.raises(PermissionMissing):
        await create(lacking)
    async with database.reading(lacking.workspaces) as tx:
        with pytest.raises(PermissionMissing):
            await managing.find(tx, lacking, made.uuid)
        with pytest.raises(PermissionMissing):
            await managing.every(tx, lacking)


async def test_who_may_in_one_workspace_may_not_in_another(database: Database, world: World, create: Create) -> None:
    theirs = (await create(workspace_id=world.harbour.workspace.id)).webhook
    ours = (await create()).webhook
    access = {world.lamplight.workspace.id: ALL, world.harbour.workspace.id: ALL - {"webhooks:manage"}}
    linus = replace(world.acting(world.linus, "Admin", world.lamplight), access=access)
    with pytest.raises(PermissionMissing):
        await create(linus, workspace_id=world.harbour.workspace.id)
    async with database.reading(linus.workspaces) as tx:
        assert [it.uuid for it in await managing.every(tx, linus)] == [ours.uuid]
        with pytest.raises(PermissionMissing):
            await managing.find(tx, linus, theirs.uuid)
    stranger = world.acting(world.linus, "Admin", world.lamplight)
    with pytest.raises(ForeignWorkspace):
        await create(stranger, workspace_id=world.harbour.workspace.id)
    async with database.reading(stranger.workspaces) as tx:
        with pytest.raises(WebhookNotFound):
            await managing.find(tx, stranger, theirs.uuid)


async def test_a_webhook_of_the_account_is_for_a_token_of_all_of_it(
    database: Database, world: World, create: Create, koine: Actor
) -> None:
    """Not for one that opens each of its workspaces, as there may be more of them tomorrow, nor for a person."""
    places = (world.lamplight, world.harbour)
    async with database.writing(()) as tx:
        whole = await credentials.issue(tx, koine, workspaces=None)
        each = await credentials.issue(tx, koine, workspaces=list(koine.workspaces))
        personal = await credentials.issue(tx, koine, workspaces=None, user_id=world.linus.id)
    app = replace(koine, kind="app", id=None)
    made = (await create(replace(app, token_id=whole.id), workspace_id=None)).webhook
    assert (made.workspace_id, made.home_id) == (None, world.lamplight.workspace.id)
    linus = replace(world.acting(world.linus, "Admin", *places), token_id=personal.id)
    less = replace(app, token_id=whole.id, access={**app.access, world.harbour.workspace.id: ALL - {"contacts:read"}})
    for lacking in (replace(app, token_id=each.id), linus, less, replace(app, token_id=None)):
        with pytest.raises(ForeignWorkspace):
            await create(lacking, workspace_id=None)
        async with database.reading(lacking.workspaces) as tx:
            assert await managing.every(tx, lacking) == []
            with pytest.raises(WebhookNotFound):
                await managing.find(tx, lacking, made.uuid)
    async with database.writing(()) as tx:
        await tokens.revoke(tx, koine, whole.id)
    with pytest.raises(ForeignWorkspace):
        await create(replace(app, token_id=whole.id), workspace_id=None)
