"""Conversations: the one that a contact has."""

from __future__ import annotations

from koine.core.conversations import finding, threads
from koine.dialects.call import Answer, Call
from koine.dialects.highlevel import auth, errors, ids
from koine.dialects.highlevel.wire import bodies
from koine.dialects.highlevel.wire import conversations as wire


async def create(call: Call) -> Answer:
    """Open the contact's conversation, or bring a deleted one back under its id (contracts/highlevel.md §5.1, §12)."""
    at = auth.location(call, "conversations.write")
    wanted = bodies.read(call, wire.NewConversation)
    at.must_be(wanted.location_id)
    call.tx.only_one_write()
    with errors.naming("Contact", wanted.contact_id):
        thread = await threads.open(call.tx, call.actor, at.workspace_id, ids.known(wanted.contact_id))
    return Answer(200 if call.header("version") == "2021-07-28" else 201, wire.created(thread, at.id))


async def get(call: Call) -> Answer:
    """One conversation of the location, also a deleted one (contracts/highlevel.md §5.3)."""
    at = auth.location(call, "conversations.readonly")
    id = call.named("conversationId")
    with errors.naming("Conversation", id):
        thread = await finding.thread(call.tx, call.actor, ids.known(id))
    return Answer(200, wire.conversation(thread, at.id, call.id))
