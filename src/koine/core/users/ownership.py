"""Who owns a workspace: its customer's own people."""

from __future__ import annotations

from collections.abc import Sequence

from koine.core import outbox
from koine.core.account_events import MemberAdded, MemberRemoved
from koine.core.actor import Actor
from koine.core.sessions import ending
from koine.core.users import people
from koine.core.users.people import Person
from koine.core.users.store import ownership as store
from koine.core.users.users import User
from koine.postgres.database import Tx

OWNER = "Owner"


async def owners(tx: Tx, workspaces: Sequence[int]) -> dict[int, list[User]]:
    """The owners of each of these workspaces, those first who have been members for longest."""
    found: dict[int, list[User]] = {id: [] for id in workspaces}
    for workspace_id, *user in await store.owners(tx, workspaces):
        found[workspace_id].append(User(*user))
    return found


async def put(tx: Tx, by: Actor, workspace_id: int, described: Sequence[Person]) -> None:
    """Make these the owners, and nobody else. Raises Taken.

    Whoever has another role here keeps it, and whoever owns it no more stays if they are of the staff.
    """
    by.must_manage_account()
    owning = [(await people.settle(tx, by, person)).id for person in described]
    for user_id in await store.add(tx, by.account_id, workspace_id, owning):
        told = {"user_id": user_id, "workspace_id": workspace_id, "role": OWNER}
        await outbox.record_of_account(tx, by, MemberAdded(by.account_id, told))
    for user_id in await store.keep(tx, by.account_id, workspace_id, owning):
        told = {"user_id": user_id, "workspace_id": workspace_id}
        await outbox.record_of_account(tx, by, MemberRemoved(by.account_id, told))
        await ending.end_of_user(tx, by, user_id, reason="role")
