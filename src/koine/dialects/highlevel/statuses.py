"""What became of a message, as whoever carried it tells (contracts/highlevel.md §6.7)."""

from __future__ import annotations

from koine.core.conversations.correspondence import delivering, reading
from koine.core.conversations.correspondence.delivering import EmailReport
from koine.core.conversations.correspondence.model import Letter, Sent
from koine.core.errors import MessageNotFound, NotFound
from koine.core.providers.refusals import ProviderMissing
from koine.dialects.call import Answer, Call
from koine.dialects.highlevel import auth, ids, message_types, refusals
from koine.dialects.highlevel import messages as handlers
from koine.dialects.highlevel.wire import bodies
from koine.dialects.highlevel.wire import messages as wire
from koine.dialects.highlevel.wire.sending import EmailOutcome, NewAttachments, NewEmailStatus, NewStatus, Outcome

# Calls that came from elsewhere: only to these can files be put afterwards.
_CALLS = (message_types.channel("TYPE_CUSTOM_CALL"),)


async def update(call: Call) -> Answer:
    """Say what became of a message; only the app that owns its provider may."""
    wanted = bodies.read(call, NewStatus)
    id = call.named("messageId")
    try:
        letter = await reading.own(call.tx, call.actor, ids.known(id))
    except NotFound:
        raise refusals.NoSuchMessage(id) from None
    await delivering.carrier(call.tx, call.actor, letter)
    failure = wanted.error
    await delivering.report(
        call.tx,
        call.actor,
        letter,
        wanted.status,
        None if failure is None else failure.message or failure.type or failure.code,
        code=None if failure is None else failure.code,
    )
    outcomes = {each.email_id: _outcome(each) for each in wanted.recipients or () if isinstance(each, Outcome)}
    await delivering.report_outcomes(call.tx, call.actor, letter, outcomes)
    became = Sent(
        letter.id,
        letter.uuid,
        letter.conversation_id,
        letter.conversation,
        letter.created_at,
        letter.email.uuid if letter.email else None,
    )
    return Answer(200, wire.sent(became, wanted.status, call.id, msg="Message status updated successfully."))


async def update_email(call: Call) -> Answer:
    """Say in detail what became of an e-mail; only the app that owns the provider that carried it may (v3)."""
    at = auth.location(call)
    wanted = bodies.read(call, NewEmailStatus)
    letter = await handlers.own(call, at, call.named("id"), email=True)
    if letter.email is None:
        raise refusals.NotOurEmail
    try:
        await delivering.carrier(call.tx, call.actor, letter)
    except ProviderMissing:
        raise refusals.NotOurEmail from None
    counts = {} if wanted.events is None else wanted.events.model_dump(exclude_none=True)
    outcomes = {each.email_id: _outcome(each) for each in wanted.recipients or ()}
    await delivering.report_email(call.tx, call.actor, letter, EmailReport(wanted.status, counts, outcomes))
    return Answer(200, {"success": True, "message": "Updated email message successfully", "traceId": call.id})


async def attach(call: Call) -> Answer:
    """Put files to a call, instead of those that it had; and, where that comes with them, what was said in it."""
    wanted = bodies.read(call, NewAttachments)
    letter = await _there(call, call.named("messageId"))
    await delivering.attach(call.tx, call.actor, letter, wanted.attachments, channels=_CALLS)
    if wanted.transcription is not None:
        await delivering.transcribe(call.tx, call.actor, letter, [each.kept for each in wanted.transcription])
    return Answer(
        200,
        {
            "success": True,
            "messageId": ids.write(letter.uuid),
            "attachments": wanted.attachments,
            "traceId": call.id,
        },
    )


async def _there(call: Call, id: str) -> Letter:
    try:
        return await reading.own(call.tx, call.actor, ids.known(id))
    except (MessageNotFound, NotFound):
        raise refusals.MessageGone from None


def _outcome(each: Outcome | EmailOutcome) -> dict[str, str]:
    return {"status": each.status} | ({"fail_reason": each.fail_reason} if each.fail_reason else {})
