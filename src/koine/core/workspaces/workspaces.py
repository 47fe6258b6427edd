"""Founding workspaces, and finding them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from koine.core import outbox
from koine.core.actor import Actor
from koine.core.events import WorkspaceCreated
from koine.core.identity import new_uuid
from koine.core.webhooks import waking
from koine.core.workspaces import store
from koine.postgres.database import Row, Tx

# name, category, whether the category alone stands for it
STATUSES = (
    ("Open", "open", True),
    ("Snoozed", "waiting", True),
    ("Resolved", "resolved", True),
    ("Closed", "resolved", False),
)
PRIORITIES = ("Low", "Medium", "High")


@dataclass(frozen=True, slots=True)
class Workspace:
    """A tenant: a company in Tight's words, a location in HighLevel's."""

    id: int
    uuid: UUID
    account_id: int
    name: str
    created_at: datetime


async def found(tx: Tx, by: Actor, name: str) -> Workspace:
    """A new workspace of the actor's account, with the usual statuses and priorities and numbers from 100.

    The transaction sees it from here on; the actor must be one of the account as a whole.
    """
    by.must_manage_account()
    id = await store.insert(tx, by.account_id, new_uuid(), name)
    await tx.see(id)
    await store.furnish(tx, id, STATUSES, PRIORITIES)
    await waking.follow(tx, by.account_id, [id])
    await outbox.record_of_account(tx, by, WorkspaceCreated(by.account_id, {"workspace_id": id, "name": name}))
    return (await find(tx, by.account_id, [id]))[0]


async def find(tx: Tx, account_id: int, ids: Sequence[int] | None = None) -> list[Workspace]:
    """The account's workspaces, or those of these ids, oldest first."""
    return [_workspace(row) for row in await store.of_account(tx, account_id, ids)]


async def account_of(tx: Tx, id: int) -> int:
    """The account of a workspace that is there."""
    return await store.account_of(tx, id)


async def name_of(tx: Tx, id: int) -> UUID:
    """The id that strangers know a workspace by."""
    return await store.uuid_of(tx, id)


def _workspace(row: Row) -> Workspace:
    return Workspace(row["id"], row["uuid"], row["account_id"], row["name"], row["created_at"])
