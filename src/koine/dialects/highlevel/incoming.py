"""What was said elsewhere: messages that came in, and calls that were made (contracts/highlevel.md §6.5, §6.6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from koine.core import markup
from koine.core.actor import Author
from koine.core.conversations.correspondence import sending
from koine.core.conversations.correspondence.model import Email, Recipient, Sent
from koine.core.conversations.correspondence.refusals import NothingToSay
from koine.core.conversations.model import Direction, Said
from koine.core.errors import Invalid, MessageNotFound, NotFound, Problem
from koine.core.providers import providers
from koine.dialects.call import Answer, Call
from koine.dialects.highlevel import auth, composing, enclosing, refusals
from koine.dialects.highlevel.auth import Location
from koine.dialects.highlevel.wire import bodies
from koine.dialects.highlevel.wire import messages as wire
from koine.dialects.highlevel.wire.sending import Brought, InboundMessage, OutboundCall

# Calls say what they are by themselves; these take a provider.
_CALLS = frozenset({"Call", "IVR_Call", "Campaign_Call", "Campaign_VoiceMail"})
_WITH_PROVIDER = frozenset({"Custom", "Call"})


async def inbound(call: Call) -> Answer:
    """Take what a contact said to somebody else's service, or what was said to them there (§6.5)."""
    at = auth.location(call)
    wanted = bodies.read(call, InboundMessage)
    if wanted.type in _WITH_PROVIDER and not wanted.conversation_provider_id:
        raise refusals.ProviderNotNamed
    if wanted.type not in _CALLS and not (wanted.message or wanted.html or wanted.attachments):
        raise NothingToSay
    return await _bring(call, at, wanted, wanted.type, "out" if wanted.direction == "outbound" else "in")


async def outbound(call: Call) -> Answer:
    """Take down a call that was made to a contact (§6.6)."""
    at = auth.location(call)
    wanted = bodies.read(call, OutboundCall)
    return await _bring(call, at, wanted, wanted.type, "out")


async def _bring(call: Call, at: Location, wanted: Brought, type_: str, direction: Direction) -> Answer:
    if wanted.conversation_id is None and wanted.contact_id is None:
        raise Invalid(problems=[Problem("missing", ("conversationId",)), Problem("missing", ("contactId",))])
    recipient = await composing.whom(
        call,
        at,
        contact=wanted.contact_id,
        conversation=wanted.conversation_id,
        provider=wanted.conversation_provider_id,
        type_=type_,
    )
    if recipient.provider is not None and wanted.conversation_provider_id:
        providers.must_own(call.actor, recipient.provider)
    channel = composing.channel_of(type_, recipient.provider)
    said = _said(wanted, recipient, channel, direction)
    if type_ not in _CALLS:  # those of calls may be replaced later
        said = await enclosing.enclosed(call, at, said)
    email = _email(wanted, recipient, direction) if channel.endswith("email") else None
    answers = wanted.email_message_id if isinstance(wanted, InboundMessage) else None
    if email is not None and answers:
        email = replace(email, reply_to=composing.named_message(answers))
    try:
        became = await _write(call, recipient, said, email, wanted.date)
    except MessageNotFound:
        raise NotFound(f"Message with id {answers} not found") from None
    return Answer(200, wire.brought(became, recipient.contact, call.id))


async def _write(call: Call, recipient: Recipient, said: Said, email: Email | None, date: datetime | None) -> Sent:
    if email is not None:
        became = await sending.send_email(call.tx, call.actor, recipient, said, email)
    else:
        if date is None and not said.attachments:
            call.tx.only_one_write()
        became = await sending.send(call.tx, call.actor, recipient, said)
    if date is None:
        return became
    return await sending.backdate(call.tx, recipient.workspace_id, became, min(date, datetime.now(UTC)))


def _said(wanted: Brought, recipient: Recipient, channel: str, direction: Direction) -> Said:
    provider = recipient.provider if wanted.conversation_provider_id else None
    meta = composing.carried(provider, wanted.attachments)
    if wanted.alt_id:
        meta["alt_id"] = wanted.alt_id
    if direction == "out":
        meta["source"] = "api"
    if wanted.call is not None:
        meta["call"] = wanted.given
        meta |= {name: wanted.given[name] for name in ("from", "to") if name in wanted.given}
        meta |= {"transcription": wanted.transcription} if wanted.transcription else {}
    elif not channel.endswith("email") and recipient.phone:
        meta["from" if direction == "in" else "to"] = recipient.phone
    mail = channel.endswith("email")
    return Said(
        composing.text_of(wanted, mail=mail),
        html=markup.clean(wanted.html) if mail and wanted.html else None,
        author=Author("contact", recipient.contact_id, None, recipient.email) if direction == "in" else None,
        direction=direction,
        channel=channel,
        state="received" if direction == "in" else "delivered",
        meta=meta,
        source_id=f"alt {provider.id if provider else ''} {wanted.alt_id}" if wanted.alt_id else None,
    )


def _email(wanted: Brought, recipient: Recipient, direction: Direction) -> Email:
    theirs = recipient.email or ""
    sender, to = (theirs, wanted.email_to or "") if direction == "in" else (wanted.email_from or "", theirs)
    return Email(
        subject=wanted.subject or "",
        sender=sender or wanted.email_from or "",
        recipients=[to] if to else [],
        cc=wanted.email_cc or (),
        bcc=wanted.email_bcc or (),
        html=wanted.html,
    )
