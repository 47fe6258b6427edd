"""Registering those who carry messages, and finding them again."""

from __future__ import annotations

import secrets

import asyncpg

from koine.core import outbox
from koine.core.actor import Actor
from koine.core.jobs import jobs
from koine.core.message_events import ProviderCreated, ProviderDeleted
from koine.core.providers import store
from koine.core.providers.model import Provider, Wanted
from koine.core.providers.refusals import ForeignProvider, ProviderExists, ProviderNotFound
from koine.postgres.database import Tx

LEAVING = "leaving"  # the reaction that hands messages over to providers


async def create(tx: Tx, by: Actor, workspace_id: int, wanted: Wanted, *, id: str | None = None) -> Provider:
    """A new provider of a workspace; with the id of one of another workspace it is the same app's there.

    Raises ProviderExists when there is a usual one of this kind already, or one with this id.
    """
    by.must("inboxes:manage", workspace_id)
    try:
        async with tx.attempt():
            created = await store.insert(tx, workspace_id, id or secrets.token_hex(12), wanted)
    except asyncpg.UniqueViolationError:
        raise ProviderExists from None
    await jobs.want(tx, workspace_id, LEAVING)
    told = {"provider": created.id, "kind": created.kind}
    await outbox.record(tx, by, ProviderCreated(workspace_id, data=told))
    return created


async def delete(tx: Tx, by: Actor, workspace_id: int, id: str) -> None:
    """Have it carry nothing more. Raises ProviderNotFound."""
    by.must("inboxes:manage", workspace_id)
    if not await store.delete(tx, workspace_id, id):
        raise ProviderNotFound
    await outbox.record(tx, by, ProviderDeleted(workspace_id, data={"provider": id}))


async def find(tx: Tx, workspace_id: int, id: str) -> Provider:
    """Raises ProviderNotFound when the workspace has none of this id, or has it no longer."""
    found = await store.find(tx, workspace_id, id)
    if found is None or found.deleted:
        raise ProviderNotFound
    return found


async def known(tx: Tx, workspace_id: int, id: str) -> Provider | None:
    """As find, but also one that carries nothing any more; None when there never was one."""
    return await store.find(tx, workspace_id, id)


async def own(tx: Tx, by: Actor, workspace_id: int, id: str) -> Provider:
    """As find, for the app whose it is. Raises ForeignProvider for another."""
    found = await find(tx, workspace_id, id)
    must_own(by, found)
    return found


def must_own(by: Actor, provider: Provider) -> None:
    """Raises ForeignProvider unless the actor is the app whose it is, or it is anybody's here."""
    if not provider.owned_by(by):
        raise ForeignProvider(provider.id)


async def of_workspaces(tx: Tx) -> list[Provider]:
    """Those of all workspaces that the transaction sees, oldest first."""
    return await store.of_workspaces(tx)
