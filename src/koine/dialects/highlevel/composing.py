"""From a request to what is said, to whom and by whom it is carried (contracts/highlevel.md §6.4, §7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from koine.core import markup
from koine.core.conversations.correspondence import reading, recipients
from koine.core.conversations.correspondence.model import Email, Letter, Recipient, Whom
from koine.core.conversations.correspondence.refusals import NothingToSay
from koine.core.conversations.model import Said
from koine.core.errors import ContactNotFound, ConversationNotFound, Invalid, NotFound, Problem
from koine.core.providers.model import Kind, Provider
from koine.core.providers.refusals import ProviderMismatch
from koine.dialects.call import Call
from koine.dialects.highlevel import errors, ids, message_types, refusals
from koine.dialects.highlevel.auth import Location
from koine.dialects.highlevel.wire.sending import Content, Forward, NewMessage

# Which kinds of message a provider carries, by what it is for; and which go by a location's usual one.
CARRIED: Mapping[Kind, frozenset[str]] = {
    "sms": frozenset({"SMS", "Custom"}),
    "email": frozenset({"Email", "Custom"}),
    "call": frozenset({"Call", "IVR_Call", "Campaign_Call", "Campaign_VoiceMail"}),
}
USUAL: Mapping[str, Kind] = {"SMS": "sms", "Email": "email"}


@dataclass(frozen=True, slots=True)
class Composed:
    """A message that can go out. `answers` is the id of what it answers, as given; `forwarded` what to tell of it."""

    recipient: Recipient
    said: Said
    email: Email | None = None
    answers: str | None = None
    forwarded: Mapping[str, Any] = field(default_factory=dict)


async def compose(call: Call, at: Location, wanted: NewMessage) -> Composed:
    """What is to be sent. Raises whatever stands against it, before anything is written."""
    original = await _original(call, wanted.forward)
    if original is not None and wanted.html is None:
        wanted = wanted.model_copy(update={"html": original.html or original.text})
    _must_say(wanted)
    recipient = await whom(
        call, at, contact=wanted.contact_id, provider=wanted.conversation_provider_id, type_=wanted.type
    )
    channel = channel_of(wanted.type, recipient.provider)
    mail = channel.endswith("email")
    email = _email(wanted, recipient) if mail else None
    if not mail:
        recipients.must_have(recipient, channel)
    recipients.must_want(recipient, channel, named=wanted.type)
    said = Said(
        text_of(wanted, mail=mail),
        html=markup.clean(wanted.html) if mail and wanted.html else None,
        channel=channel,
        state=wanted.status or "pending",
        meta=_meta(wanted, recipient, mail=mail),
    )
    answers = wanted.reply_message_id or wanted.thread_id
    if answers is not None and email is not None:
        email = replace(email, reply_to=named_message(answers))
    elif wanted.reply_message_id is not None:
        said = replace(said, meta={**said.meta, "reply_to": str(named_message(wanted.reply_message_id))})
    return Composed(recipient, said, email, answers, _forwarded(wanted.forward))


async def whom(
    call: Call,
    at: Location,
    *,
    contact: str | None = None,
    conversation: str | None = None,
    provider: str | None = None,
    type_: str = "",
) -> Recipient:
    """Whom something is for. What is not found is called by the id that was given, unknown or somebody else's."""
    wanted = Whom(
        None if contact is None else named("Contact", contact),
        None if conversation is None else named("Conversation", conversation),
        provider or None,
        USUAL.get(type_),
    )
    try:
        return await recipients.of(call.tx, at.workspace_id, wanted)
    except ContactNotFound:
        raise NotFound(f"Contact with id {contact} not found") from None
    except ConversationNotFound:
        raise NotFound(f"Conversation with id {conversation} not found") from None


def channel_of(type_: str, provider: Provider | None) -> str:
    """The channel of a kind of message. Raises ProviderMismatch, and ProviderNotNamed where it takes one."""
    if provider is not None and type_ not in CARRIED[provider.kind]:
        raise ProviderMismatch
    if type_ == "Custom":
        if provider is None:
            raise refusals.ProviderNotNamed
        return message_types.channel(message_types.CUSTOM[provider.kind])
    return message_types.channel(message_types.OF_REQUEST[type_])


def carried(provider: Provider | None, attachments: list[str] | None) -> dict[str, Any]:
    """What is remembered of who carries a message, and of its files."""
    told: dict[str, Any] = {}
    if provider is not None:
        told |= {"provider": provider.id} | ({"provider_name": provider.name} if provider.name else {})
    if attachments:
        told["attachments"] = attachments
    return told


def text_of(wanted: Content, *, mail: bool) -> str:
    """The words of a message; of an e-mail those that its HTML reads as."""
    if mail and wanted.html:
        return markup.to_text(wanted.html)
    return wanted.message or (markup.to_text(wanted.html) if wanted.html else "")


def named(kind: str, id: str) -> UUID:
    """The UUID of something by the id that was given. Raises NotFound with it."""
    with errors.naming(kind, id):
        return ids.known(id)


def named_message(id: str) -> UUID:
    """The UUID of a message or e-mail by the id that was given. Raises NotFound with it."""
    return named("Message", id)


def _must_say(wanted: NewMessage) -> None:
    """Of an e-mail only the HTML counts (§3)."""
    if not (wanted.html if wanted.type == "Email" else (wanted.message or wanted.html or wanted.attachments)):
        raise NothingToSay


def _email(wanted: NewMessage, recipient: Recipient) -> Email:
    forward = wanted.forward
    if forward is not None and forward.is_forwarded and forward.to_email:
        to = forward.to_email
    else:
        to = recipients.address(recipient, wanted.email_to or None)
    return Email(
        subject=wanted.subject or "",
        sender=wanted.email_from or "",
        recipients=[to],
        cc=wanted.email_cc or (),
        bcc=wanted.email_bcc or (),
        html=wanted.html,
    )


def _meta(wanted: NewMessage, recipient: Recipient, *, mail: bool) -> dict[str, Any]:
    told = carried(recipient.provider, wanted.attachments) | {"source": "api"}
    if not mail and (to := wanted.to_number or recipient.phone):
        told["to"] = to
    if not mail and wanted.from_number:
        told["from"] = wanted.from_number
    return told


async def _original(call: Call, forward: Forward | None) -> Letter | None:
    """What is passed on. It must be there, and whoever passes it on reads it, so they may have to be allowed to."""
    if forward is None or not forward.is_forwarded:
        return None
    if not forward.message_id:
        raise Invalid(problems=[Problem("missing", ("forward", "messageId"))])
    with errors.naming("Message", forward.message_id):
        return await reading.own(call.tx, call.actor, ids.known(forward.message_id))


def _forwarded(forward: Forward | None) -> dict[str, Any]:
    if forward is None or not forward.is_forwarded:
        return {}
    told = {
        "forwardWholeThread": bool(forward.forward_whole_thread),
        "messageId": forward.message_id,
        "emailMessageId": forward.email_message_id,
        "sourceContactId": forward.source_contact_id,
        "sourceConversationId": forward.source_conversation_id,
        "forwardToEmail": forward.to_email,
        "recipientContactId": forward.recipient_contact_id,
        "recipientConversationId": forward.recipient_conversation_id,
    }
    return {"forwardData": {name: value for name, value in told.items() if value is not None}}
