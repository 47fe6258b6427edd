"""What is known of a workspace: reading all of it, and changing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from koine.core import outbox
from koine.core.account_events import WorkspaceChanged
from koine.core.accounts import accounts
from koine.core.actor import Actor
from koine.core.errors import NotFound, Problem, Taken
from koine.core.events import WorkspaceUpdated
from koine.core.users import ownership, people
from koine.core.users.people import Changes
from koine.core.users.users import User
from koine.core.workspaces import store
from koine.core.workspaces.model import Described, Shown
from koine.postgres.database import Tx


async def shown(tx: Tx, account_id: int, ids: Sequence[int]) -> list[Shown]:
    """These workspaces of an account as they stand, deleted or not, in the order of the ids."""
    found = {workspace.id: workspace for workspace in await store.of_account(tx, account_id, ids)}
    owners = await ownership.owners(tx, list(found))
    return [Shown(found[id], owners[id]) for id in ids if id in found]


async def find(tx: Tx, by: Actor, id: int) -> Shown:
    """Raises NotFound, and ForeignWorkspace for whoever does not stand for the account; finds deleted ones."""
    by.must_be_account()
    found = await shown(tx, by.account_id, [id])
    if not found:
        raise NotFound
    return found[0]


async def held(tx: Tx, by: Actor, id: int) -> Shown:
    """As find, and nobody else changes the account's workspaces and people until this transaction ends."""
    by.must_be_account()
    await accounts.hold(tx, by.account_id)
    return await find(tx, by, id)


async def describe(tx: Tx, by: Actor, there: Shown, described: Described) -> Shown:
    """Change what is described otherwise; nothing, when nothing is. `there` is held. Raises Taken.

    The transaction sees the workspace from here on, also a deleted one.
    """
    by.must_manage_account()
    before = there.workspace
    await must_be_free(tx, by.account_id, before.id, described)
    after = replace(
        before,
        name=described.name or before.name,
        external_id=described.external_id or before.external_id,
        profile={**before.profile, **described.profile},
    )
    if described.owners is not None:
        await ownership.put(tx, by, before.id, described.owners)
    owners = (await ownership.owners(tx, [before.id]))[before.id]
    changes = _changes(there, Shown(after, owners))
    if changes:
        await store.describe(tx, after)
        if before.id not in tx.workspaces:
            await tx.see(before.id)
        await outbox.record(tx, by, WorkspaceUpdated(before.id, data=changes))
        told = {"workspace_id": before.id, **changes}
        await outbox.record_of_account(tx, by, WorkspaceChanged(by.account_id, told))
    return await find(tx, by, before.id)


async def must_be_free(tx: Tx, account_id: int, id: int | None, described: Described) -> None:
    """Raise Taken when an id or an address is another's, with all of it at once; nobody else changes that from here on.

    Paths: ("external_id",), ("owners", n, "email").
    """
    await accounts.hold(tx, account_id)
    problems = []
    if described.external_id is not None:
        other = await store.by_external_id(tx, account_id, described.external_id)
        if other is not None and other != id:
            problems.append(Problem("taken", ("external_id",)))
    for at, person in enumerate(described.owners or ()):
        _, wrong = await people.known(tx, account_id, person)
        problems += [replace(problem, path=("owners", at, *problem.path)) for problem in wrong]
    if problems:
        raise Taken(problems=problems)


_FIELDS = ("name", "external_id")
_OF_OWNERS = ("external_id", "email", "first_name", "last_name", "language")


def _changes(before: Shown, after: Shown) -> Changes:
    """What is different: names of fields, those of the profile among them, each with both values."""
    changes = people.changed(before.workspace, after.workspace, _FIELDS)
    old, new = before.workspace.profile, after.workspace.profile
    changes |= {name: {"from": old.get(name), "to": value} for name, value in new.items() if old.get(name) != value}
    owned, owning = [[_owner(user) for user in shown.owners] for shown in (before, after)]
    if owned != owning:
        changes["owners"] = {"from": owned, "to": owning}
    return changes


def _owner(user: User) -> dict[str, Any]:
    return {name: getattr(user, name) for name in _OF_OWNERS}
