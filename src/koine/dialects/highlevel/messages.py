"""Sending messages, and reading them (contracts/highlevel.md §6.2 to §6.4)."""

from __future__ import annotations

from datetime import UTC, datetime

from koine.core.conversations import finding
from koine.core.conversations.correspondence import reading, scheduling, sending
from koine.core.conversations.correspondence.model import Email, Letter, Sent
from koine.core.conversations.correspondence.refusals import NotScheduled
from koine.core.conversations.model import Said
from koine.core.errors import MessageNotFound, NotFound
from koine.core.page import Window
from koine.dialects.call import Answer, Call
from koine.dialects.highlevel import auth, comments, composing, enclosing, errors, ids, message_types, uploaded
from koine.dialects.highlevel.auth import Location
from koine.dialects.highlevel.composing import Composed
from koine.dialects.highlevel.wire import bodies
from koine.dialects.highlevel.wire import messages as wire
from koine.dialects.highlevel.wire.asking import Asking
from koine.dialects.highlevel.wire.sending import NewMessage, ReviewReply

QUEUED = "Message queued successfully."
SCHEDULED = "Message scheduled successfully."

# The filter's word for what is `TYPE_INTERNAL_COMMENT` everywhere else.
_FILTERS = {"TYPE_INTERNAL_COMMENTS": "TYPE_INTERNAL_COMMENT"}


async def send(call: Call) -> Answer:
    """Send a message to a contact, now or at a time, or write a comment about them (§6.4)."""
    at = auth.location(call)
    wanted = bodies.read(call, NewMessage)
    if wanted.type == "InternalComment":
        return await comments.write(call, at, wanted)
    composed = await composing.compose(call, at, wanted)
    when = _later(wanted)
    became = await _later_or_now(call, at, composed, when)
    said = SCHEDULED if when else QUEUED
    state = "pending" if when else composed.said.state
    return Answer(200, wire.sent(became, state, call.id, msg=said, **composed.forwarded))


async def reply_to_review(call: Call) -> Answer:
    """Answer a review, in the conversation that it stands in (§6.7)."""
    at = auth.location(call)
    wanted = bodies.read(call, ReviewReply)
    at.must_be(wanted.location_id)
    recipient = await composing.whom(call, at, conversation=wanted.conversation_id)
    said = Said(wanted.message, channel="review", state="pending", meta={"source": "api"})
    became = await sending.send(call.tx, call.actor, recipient, said)
    return Answer(200, wire.sent(became, "pending", call.id, msg=QUEUED))


async def get(call: Call) -> Answer:
    """One message (§6.3)."""
    at = auth.location(call)
    id = call.named("id")
    with errors.naming("Message", id):
        letter = await reading.find(call.tx, call.actor, ids.known(id))
    written = wire.message(letter, at.id, uploaded.link(call))
    return Answer(200, {**written, "message": written, "traceId": call.id})


async def of_conversation(call: Call) -> Answer:
    """A page of a conversation, newest first (§6.2)."""
    at = auth.location(call)
    asking = Asking(call)
    limit = asking.number("limit", 20, least=1, most=100, cut=True)
    types = asking.choices("type", {*message_types.NUMBERS, *_FILTERS})
    last = asking.text("lastMessageId")
    asking.end()
    id = call.named("conversationId")
    with errors.naming("Conversation", id):
        thread = await finding.thread(call.tx, call.actor, ids.known(id))
    window = Window(limit)
    if last is not None:
        with errors.naming("Message", last):
            place = await reading.place(call.tx, at.workspace_id, thread.id, ids.known(last))
            if place is None:
                raise NotFound
        window = Window(limit, place)
    channels = None if types is None else [c for t in types for c in message_types.channels(_FILTERS.get(t, t))]
    found = await reading.of_conversation(call.tx, call.actor, at.workspace_id, thread.id, channels, window)
    written = [wire.message(letter, at.id, uploaded.link(call), listed=True) for letter in found.items]
    return Answer(200, wire.page(written, written[-1]["id"] if written else "", found.after is not None, call.id))


async def cancel(call: Call) -> Answer:
    """Do not send what was scheduled (§6.7)."""
    return await _cancel(call, call.named("messageId"), email=False)


async def cancel_email(call: Call) -> Answer:
    """The same by the id of the e-mail (§6.7)."""
    return await _cancel(call, call.named("emailMessageId"), email=True)


async def _cancel(call: Call, id: str, *, email: bool) -> Answer:
    try:
        letter = await reading.own(call.tx, call.actor, ids.known(id), email=email)
    except NotFound:
        raise NotScheduled from None
    await scheduling.cancel(call.tx, call.actor, letter)
    said = "The scheduled message was cancelled."
    return Answer(200, {"status": 200, "message": said, "traceId": call.id})


async def own(call: Call, at: Location, id: str, *, email: bool = False) -> Letter:
    """A message of the location, for whoever may write messages. Raises NotFound with the id that was given."""
    with errors.naming("Message", id):
        return await reading.own(call.tx, call.actor, ids.known(id), email=email)


def _later(wanted: NewMessage) -> datetime | None:
    """When to send it; None: now, as also what was to be sent in the past."""
    if wanted.scheduled_timestamp is None:
        return None
    at = datetime.fromtimestamp(wanted.scheduled_timestamp, UTC)
    return at if at > datetime.now(UTC) else None


async def _later_or_now(call: Call, at: Location, composed: Composed, when: datetime | None) -> Sent:
    tx, by, recipient, said, email = call.tx, call.actor, composed.recipient, composed.said, composed.email
    try:
        if when is not None:
            return await scheduling.schedule(tx, by, recipient, said, when, email)
        return await _now(call, at, composed, email)
    except MessageNotFound:
        raise NotFound(f"Message with id {composed.answers} not found") from None


async def _now(call: Call, at: Location, composed: Composed, email: Email | None) -> Sent:
    said = await enclosing.enclosed(call, at, composed.said)
    if email is not None:
        return await sending.send_email(call.tx, call.actor, composed.recipient, said, email)
    if not said.attachments:
        call.tx.only_one_write()
    return await sending.send(call.tx, call.actor, composed.recipient, said)
