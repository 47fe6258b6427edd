"""Calling a workspace otherwise: by somebody who administers it."""

from __future__ import annotations

from dataclasses import replace

from koine.core import outbox
from koine.core.account_events import WorkspaceChanged
from koine.core.actor import Actor
from koine.core.errors import Invalid, NotFound, Problem
from koine.core.events import WorkspaceUpdated
from koine.core.users import people
from koine.core.workspaces import store
from koine.postgres.database import Tx

LONGEST = 140  # characters of a name


async def rename(tx: Tx, by: Actor, workspace_id: int, *, name: str) -> None:
    """Give it another name. Raises PermissionMissing, NotFound and Invalid."""
    by.must("account:manage", workspace_id)
    name = name.strip()
    if not name:
        raise Invalid(problems=[Problem("missing", ("name",))])
    if len(name) > LONGEST:
        raise Invalid(problems=[Problem("too_long", ("name",), limit=LONGEST)])
    found = await store.of_account(tx, by.account_id, [workspace_id])
    if not found:
        raise NotFound
    renamed = replace(found[0], name=name)
    changes = people.changed(found[0], renamed, ("name",))
    if changes:
        await store.describe(tx, renamed)
        await outbox.record(tx, by, WorkspaceUpdated(workspace_id, data=changes))
        told = {"workspace_id": workspace_id, **changes}
        await outbox.record_of_account(tx, by, WorkspaceChanged(by.account_id, told))
