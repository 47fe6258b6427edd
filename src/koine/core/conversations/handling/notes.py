"""Notes: what only those who work here see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from koine.core import outbox
from koine.core.actor import Actor
from koine.core.conversations.correspondence.model import Sent
from koine.core.conversations.correspondence.refusals import NothingToSay
from koine.core.conversations.handling import selection
from koine.core.conversations.model import Conversation, Said
from koine.core.conversations.store import drafts, following
from koine.core.conversations.store import notes as store
from koine.core.errors import Invalid, Problem
from koine.core.message_events import NoteWritten
from koine.core.users import agents
from koine.postgres.database import Tx

CHANNEL = "internal_comment"  # as which a contract that has notes knows them (contracts/highlevel.md §6.4)


async def write(tx: Tx, by: Actor, conversation: Conversation, said: Said, mentioned: Sequence[int] = ()) -> Sent:
    """Write a note into a conversation that the actor has found, with files, naming members of the workspace.

    Those who are named follow the conversation from now on. The actor's draft of a note is gone. Raises
    PermissionMissing, ConversationNotFound for one in the bin, NothingToSay, and Invalid for somebody who is not a
    member.
    """
    workspace_id = conversation.workspace_id
    by.must("messages:write", workspace_id)
    if not (said.text.strip() or said.attachments):
        raise NothingToSay
    named = sorted(set(mentioned))
    there = await agents.names_of(tx, workspace_id, named) if named else {}
    if unknown := [id for id in named if id not in there]:
        raise Invalid(problems=[Problem("not_found", ("mentioned",), given=id) for id in unknown])
    (held,) = await selection.hold(tx, by, workspace_id, [conversation.id])
    id, uuid, at = await store.insert(tx, workspace_id, conversation.id, by.author, replace(said, channel=CHANNEL))
    await store.mention(tx, workspace_id, conversation.id, id, named)
    for user_id in named:
        await following.add(tx, workspace_id, [conversation.id], user_id)
    if by.kind == "user" and by.id is not None:
        await drafts.delete(tx, workspace_id, by.id, conversation.id, "note")
    await outbox.record(tx, by, NoteWritten(workspace_id, conversation.id, id, held.contact_id))
    return Sent(id, uuid, conversation.id, conversation.uuid, at)
