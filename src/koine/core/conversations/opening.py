"""Opening conversations."""

from __future__ import annotations

from collections.abc import Sequence

from koine.core.actor import Actor
from koine.core.conversations.model import Opened, Opening
from koine.core.conversations.store import messages, opening
from koine.core.files import attachments
from koine.postgres.database import Tx


async def open(tx: Tx, by: Actor, openings: Sequence[Opening]) -> list[Opened]:
    """Open conversations, each with what is said first in it; what they became, in the same order.

    One statement, whatever the length of the list, unless files are attached.
    Raises PermissionMissing, and Invalid when an attachment is not there.
    """
    for workspace_id in {wanted.workspace_id for wanted in openings}:
        by.must("conversations:write", workspace_id)
    for wanted in openings:
        if wanted.said and wanted.said.attachments:
            await attachments.must_exist(tx, wanted.workspace_id, wanted.said.attachments)
    opened = await opening.open(tx, by, openings)
    for wanted, became in zip(openings, opened, strict=True):
        if wanted.said and wanted.said.attachments and became.message_id:
            await messages.attach(tx, became.workspace_id, became.message_id, wanted.said.attachments)
    return opened
