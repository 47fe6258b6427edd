"""Conversations: the one that a contact has, and the search among all."""

from __future__ import annotations

from koine.core.conversations import changing, finding, searching, threads
from koine.core.conversations.model import Conversation
from koine.dialects.call import Answer, Call
from koine.dialects.highlevel import auth, errors, ids
from koine.dialects.highlevel.parameters import Parameters
from koine.dialects.highlevel.wire import bodies, searches
from koine.dialects.highlevel.wire import conversations as wire


async def create(call: Call) -> Answer:
    """Open the contact's conversation, or bring a deleted one back under its id (contracts/highlevel.md §5.1, §12)."""
    at = auth.location(call)
    wanted = bodies.read(call, wire.NewConversation)
    at.must_be(wanted.location_id)
    call.tx.only_one_write()
    with errors.naming("Contact", wanted.contact_id):
        thread = await threads.open(call.tx, call.actor, at.workspace_id, ids.known(wanted.contact_id))
    return Answer(200 if call.header("version") == "2021-07-28" else 201, wire.created(thread, at.id))


async def search(call: Call) -> Answer:
    """A page of the location's conversations, and how many there are (contracts/highlevel.md §5.2)."""
    at = auth.location(call)
    given = Parameters(call)
    asked_at, asked = given.text("locationId"), searches.sought(given)
    if asked_at is not None:
        at.must_be(asked_at)
    found = await searching.search(call.tx, call.actor, at.workspace_id, asked)
    rows = [searches.row(talk, at.id, asked) for talk in found.talks]
    return Answer(200, {"conversations": rows, "total": found.total, "traceId": call.id})


async def get(call: Call) -> Answer:
    """One conversation of the location, also a deleted one (contracts/highlevel.md §5.3)."""
    at = auth.location(call)
    id = call.named("conversationId")
    with errors.naming("Conversation", id):
        thread = await finding.thread(call.tx, call.actor, ids.known(id))
    return Answer(200, wire.conversation(thread, at.id, call.id))


async def update(call: Call) -> Answer:
    """What is unread, and the star, as the body says; feedback is told of (contracts/highlevel.md §5.4)."""
    at = auth.location(call)
    wanted = bodies.read(call, wire.ChangedConversation)
    at.must_be(wanted.location_id)
    conversation = await _held(call)
    if wanted.unread_count is not None:
        await changing.set_unread(call.tx, call.actor, conversation, int(wanted.unread_count))
    if wanted.starred is not None:
        await changing.star(call.tx, call.actor, conversation, starred=wanted.starred)
    if wanted.feedback is not None:
        await changing.rate(call.tx, call.actor, conversation, wanted.feedback)
    talk = await searching.one(call.tx, call.actor, at.workspace_id, conversation.uuid)
    return Answer(200, wire.changed(talk, at.id))


async def delete(call: Call) -> Answer:
    """Into the bin, from where a create brings it back under its id (contracts/highlevel.md §5.5)."""
    await changing.delete(call.tx, call.actor, await _held(call))
    return Answer(200, {"success": True})


async def _held(call: Call) -> Conversation:
    """The conversation in the path, which nobody else changes meanwhile; one without a contact is none here."""
    id = call.named("conversationId")
    with errors.naming("Conversation", id):
        thread = await finding.thread(call.tx, call.actor, ids.known(id))
        return await finding.held(call.tx, call.actor, thread.id)
