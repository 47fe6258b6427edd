"""Live chat: somebody of ours is typing (contracts/highlevel.md §6.12)."""

from __future__ import annotations

from koine.core.conversations import typing
from koine.core.errors import NotFound
from koine.dialects.call import Answer, Call
from koine.dialects.highlevel import auth, composing
from koine.dialects.highlevel.wire import bodies
from koine.dialects.highlevel.wire.sending import Typing


async def typed(call: Call) -> Answer:
    """Whisper that somebody types, or has stopped: nothing is kept of it."""
    at = auth.location(call)
    wanted = bodies.read(call, Typing)
    at.must_be(wanted.location_id)
    conversation = composing.named("Conversation", wanted.conversation_id)
    if not await typing.whisper(call.tx, at.workspace_id, conversation, types=wanted.types):
        raise NotFound(f"Conversation with id {wanted.conversation_id} not found")
    return Answer(201, {"success": True, "traceId": call.id})
