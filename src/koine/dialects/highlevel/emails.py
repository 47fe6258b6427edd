"""E-mails by their own ids (contracts/highlevel.md §6.9)."""

from __future__ import annotations

from koine.core.conversations.correspondence import reading
from koine.dialects.call import Answer, Call
from koine.dialects.highlevel import auth, errors, ids, uploaded
from koine.dialects.highlevel.wire import messages as wire


async def get(call: Call) -> Answer:
    """One e-mail; flat, and once more under the key that the original wraps it in."""
    at = auth.location(call)
    id = call.named("id")
    with errors.naming("Email message", id):
        letter = await reading.find(call.tx, call.actor, ids.known(id), email=True)
    written = wire.email(letter, at.id, uploaded.link(call))
    return Answer(200, {**written, "emailMessage": written, "traceId": call.id})
