"""Founding workspaces, and finding them again."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from koine.core import outbox
from koine.core.account_events import WorkspaceCreated
from koine.core.actor import Actor
from koine.core.events import WorkspaceOpened
from koine.core.identity import new_uuid
from koine.core.search import indexing
from koine.core.statuses import store as furniture
from koine.core.users import ownership, staff
from koine.core.webhooks import waking
from koine.core.workspaces import describing, store
from koine.core.workspaces.model import Described, Workspace
from koine.postgres.database import Tx

# name, category, whether the category alone stands for it
STATUSES = (
    ("Open", "open", True),
    ("Snoozed", "waiting", True),
    ("Resolved", "resolved", True),
    ("Closed", "resolved", False),
)
PRIORITIES = ("Low", "Medium", "High")


async def found(tx: Tx, by: Actor, name: str, described: Described | None = None) -> Workspace:
    """A new workspace of the actor's account, with the usual statuses and priorities and numbers from 100.

    Those of the staff who are to be everywhere are members from the start. The transaction sees it from here on; the
    actor must be one of the account as a whole. Raises Taken.
    """
    by.must_manage_account()
    more = described or Described()
    await describing.must_be_free(tx, by.account_id, None, more)
    id = await store.insert(tx, by.account_id, new_uuid(), name, more.external_id, more.profile)
    await tx.see(id)
    await furniture.furnish(tx, id, STATUSES, PRIORITIES)
    await waking.follow(tx, by.account_id, [id])
    await indexing.follow(tx, id)
    await staff.welcome(tx, by.account_id, id)
    await ownership.put(tx, by, id, more.owners or ())
    await outbox.record(tx, by, WorkspaceOpened(id, data={"name": name}))
    await outbox.record_of_account(tx, by, WorkspaceCreated(by.account_id, {"workspace_id": id, "name": name}))
    return (await find(tx, by.account_id, [id]))[0]


async def find(tx: Tx, account_id: int, ids: Sequence[int] | None = None) -> list[Workspace]:
    """The account's workspaces, or those of these ids, oldest first; deleted ones are among them."""
    return await store.of_account(tx, account_id, ids)


async def account_of(tx: Tx, id: int) -> int:
    """The account of a workspace that is there."""
    return await store.account_of(tx, id)


async def name_of(tx: Tx, id: int) -> UUID:
    """The id that strangers know a workspace by."""
    return await store.uuid_of(tx, id)
