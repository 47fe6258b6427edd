"""Files that wait to be said with a message, or were."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from koine.core.actor import Actor
from koine.core.conversations.model import Attachment
from koine.core.errors import Invalid, Problem
from koine.core.files.store import attachments as store
from koine.postgres.database import Tx


async def known(tx: Tx, by: Actor, workspace_id: int, ids: Collection[int]) -> dict[int, Attachment]:
    """Those of these ids that name a file of this workspace that the actor may see; each as messages show it.

    One that is deleted before it is said is said all the same, and not shown.
    """
    return await store.known(tx, by, workspace_id, ids)


async def unsaid(tx: Tx, by: Actor, workspace_id: int, ids: Sequence[int]) -> list[int]:
    """Those of these files that no message was said with yet; nobody else says them until this transaction ends.

    Raises Invalid when one of these ids names no file of this workspace, or none that the actor may see.
    """
    held = await store.hold(tx, by, workspace_id, ids)
    if held != set(ids):
        raise Invalid(problems=[Problem("not_found", ("attachments",))])
    return sorted(held - await store.said(tx, workspace_id, ids))
