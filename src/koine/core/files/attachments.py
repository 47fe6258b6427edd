"""Files that wait to be said with a message, or were."""

from __future__ import annotations

from collections.abc import Sequence

from koine.core.actor import Actor
from koine.core.errors import Invalid, Problem
from koine.core.files.store import attachments as store
from koine.postgres.database import Tx


async def missing(tx: Tx, by: Actor, workspace_id: int, ids: Sequence[int]) -> list[int]:
    """Those of these ids that name no file of this workspace, or none that the actor may see."""
    there = await store.existing(tx, by, workspace_id, ids)
    return [id for id in ids if id not in there]


async def must_exist(tx: Tx, by: Actor, workspace_id: int, ids: Sequence[int]) -> None:
    """Raises Invalid when one of these ids names no file of this workspace, or none that the actor may see.

    They stay there until the transaction ends.
    """
    if await store.hold(tx, by, workspace_id, ids, "share") != set(ids):
        raise Invalid(problems=[Problem("not_found", ("attachments",))])


async def unsaid(tx: Tx, by: Actor, workspace_id: int, ids: Sequence[int]) -> list[int]:
    """Those of these files that no message was said with yet; nobody else says them until this transaction ends.

    Raises Invalid when one of these ids names no file of this workspace, or none that the actor may see.
    """
    held = await store.hold(tx, by, workspace_id, ids, "update")
    if held != set(ids):
        raise Invalid(problems=[Problem("not_found", ("attachments",))])
    return sorted(held - await store.said(tx, workspace_id, ids))
