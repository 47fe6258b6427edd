"""Reading the audit trail of one thing, the newest first.

That a conversation was opened, a message said or a file uploaded is read from those themselves, and never forgotten.
What was changed of them since is read from the events, for as long as those are kept. What was done to a workspace or
to somebody of the staff is in the account's own log, which is never forgotten.

`kinds` are the kinds of event that the reader has words for; others are left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from koine.core.actor import Actor
from koine.core.audit import store
from koine.core.audit.model import Entry
from koine.core.conversations.model import Conversation, Message
from koine.core.errors import NotFound
from koine.core.page import Page, Window, page
from koine.core.users.staff import Staff
from koine.postgres.database import Tx


async def of_conversation(
    tx: Tx, by: Actor, conversation: Conversation, kinds: Sequence[str], window: Window
) -> Page[Entry]:
    """What happened to a conversation that the actor has found. Raises PermissionMissing and CursorUnreadable."""
    by.must("conversations:read", conversation.workspace_id)
    found = await store.of_conversation(tx, conversation.workspace_id, conversation.id, kinds, window)
    return _page(found, window)


async def of_message(tx: Tx, by: Actor, message: Message, kinds: Sequence[str], window: Window) -> Page[Entry]:
    """What happened to a message that the actor has found. Raises PermissionMissing and CursorUnreadable."""
    by.must("messages:read", message.workspace_id)
    of = (message.workspace_id, message.conversation_id, message.id)
    return _page(await store.of_message(tx, *of, kinds, window), window)


async def file_workspace(tx: Tx, by: Actor, id: int) -> int:
    """Where a file is, also one that is deleted. Raises NotFound when it is nowhere that the actor sees."""
    everything = [workspace_id for workspace_id in by.workspaces if by.may("conversations:read_all", workspace_id)]
    workspace_id = await store.file_workspace(tx, everything, id)
    if workspace_id is None:
        raise NotFound
    return workspace_id


async def of_file(tx: Tx, by: Actor, workspace_id: int, id: int, kinds: Sequence[str], window: Window) -> Page[Entry]:
    """What happened to a file that is in a workspace. Raises PermissionMissing and CursorUnreadable."""
    by.must("conversations:read_all", workspace_id)
    return _page(await store.of_file(tx, workspace_id, id, kinds, window), window)


async def of_workspace(tx: Tx, by: Actor, id: int, window: Window) -> Page[Entry]:
    """What happened to a workspace. Raises NotFound for one that is not open to the actor.

    Whoever stands for the account reads that of a deleted one, too.
    """
    if id not in by.access and by.everywhere is None and by.kind != "system":
        raise NotFound
    found = await store.of_workspace(tx, by.account_id, id, window)
    if not found and window.place is None:
        raise NotFound
    return _page(found, window)


async def of_staff(tx: Tx, by: Actor, staff: Staff, window: Window) -> Page[Entry]:
    """What happened to somebody of the staff. Raises ForeignWorkspace for whoever does not stand for the account."""
    by.must_be_account()
    return _page(await store.of_staff(tx, by.account_id, staff.user.id, window), window)


def _page(found: Sequence[Entry], window: Window) -> Page[Entry]:
    return page(found, window, lambda entry: entry.at.isoformat(), lambda entry: entry.rank)
