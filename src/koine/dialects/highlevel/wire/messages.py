"""Messages and e-mails on the wire (contracts/highlevel.md §6.1 to §6.3, §6.9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from koine.core.conversations.correspondence import emails
from koine.core.conversations.correspondence.model import EmailRecord, Enclosed, Letter, Sent
from koine.dialects.highlevel import ids, message_types
from koine.dialects.highlevel.wire.bodies import time

# Of our states, those that the contract calls otherwise: what came in has been delivered, to us.
_STATUSES = {"received": "delivered"}

_MAIL = frozenset({"TYPE_EMAIL", "TYPE_CUSTOM_EMAIL", "TYPE_CUSTOM_PROVIDER_EMAIL", "TYPE_CAMPAIGN_EMAIL"})
# Where these carry a recording it has an endpoint of its own (§6.1).
_WITHOUT_ATTACHMENTS = frozenset({"TYPE_CALL", "TYPE_CAMPAIGN_VOICEMAIL"})


class Link(Protocol):
    """Where files can be fetched."""

    def to(self, file: Enclosed) -> str | None:
        """Where a file of ours can be fetched for the next minutes; None where its bytes are not to be had."""

    def names(self, url: str) -> int | None:
        """Which file of ours an address is a link to."""

    def renewed(self, url: str) -> str:
        """An address that was given with a message: where it is a link to a file of ours, good for another while."""


def message(letter: Letter, location_id: str, link: Link, *, listed: bool = False) -> dict[str, Any]:
    """A message. `listed`: among others, where e-mails come without their words (§6.1)."""
    type_ = _type(letter)
    meta = letter.meta
    outbound = letter.direction != "in"
    mail = letter.email is not None or type_ in _MAIL
    answer = {
        "id": ids.write(letter.uuid),
        "altId": meta.get("alt_id"),
        "type": message_types.number(type_),
        "messageType": type_,
        "locationId": location_id,
        "contactId": ids.write(letter.contact),
        "conversationId": ids.write(letter.conversation),
        "dateAdded": time(letter.created_at),
        "dateUpdated": time(letter.updated_at),
        "body": None if mail and listed else _body(letter, mail),
        "direction": "outbound" if outbound else "inbound",
        "status": _status(letter),
        "contentType": "text/html" if letter.html is not None else "text/plain",
        "attachments": [] if type_ in _WITHOUT_ATTACHMENTS else attachments(letter, link),
        "meta": _meta(letter, mail),
        "source": (meta.get("source") or ("app" if letter.user else None)) if outbound else None,
        "userId": letter.user and ids.write(letter.user),
        "conversationProviderId": letter.provider,
        "from": None if mail else meta.get("from"),
        "to": None if mail else meta.get("to"),
        "mentions": [ids.write(user) for user in letter.mentions] if letter.kind == "note" else None,
        "error": meta.get("error"),
    }
    return {name: value for name, value in answer.items() if value is not None}


def email(letter: Letter, location_id: str, link: Link) -> dict[str, Any]:
    """An e-mail."""
    record = emails.of(letter)
    outbound = letter.direction != "in"
    answer = {
        "id": ids.write(record.uuid),
        "altId": letter.meta.get("alt_id"),
        "threadId": ids.write(record.thread),
        "locationId": location_id,
        "contactId": ids.write(letter.contact),
        "conversationId": ids.write(letter.conversation),
        "dateAdded": time(letter.created_at),
        "subject": record.subject,
        "body": _body(letter, mail=True),
        "direction": "outbound" if outbound else "inbound",
        "status": _email_status(record),
        "contentType": "text/html" if letter.html is not None else "text/plain",
        "attachments": attachments(letter, link),
        "provider": letter.meta.get("provider_name"),
        "from": record.sender,
        "to": list(record.recipients),
        "cc": list(record.cc),
        "bcc": list(record.bcc),
        "replyToMessageId": record.reply_to and ids.write(record.reply_to),
        "source": (letter.meta.get("source") or ("app" if letter.user else None)) if outbound else None,
        "conversationProviderId": letter.provider,
    }
    return {name: value for name, value in answer.items() if value is not None}


def attachments(letter: Letter, link: Link) -> list[str]:
    """Addresses of its files: those that were given, then of ours those that came by another way."""
    given = letter.meta.get("attachments", ())
    named = {link.names(url) for url in given} if letter.files else ()
    return [
        *(link.renewed(url) for url in given),
        *(url for file in letter.files if file.id not in named and (url := link.to(file))),
    ]


def page(letters: Sequence[dict[str, Any]], last: str, more: bool, trace_id: str) -> dict[str, Any]:
    """A page of a conversation: nested, as the original answers (§6.2, §12)."""
    return {
        "messages": {"lastMessageId": last, "nextPage": more, "messages": list(letters)},
        "traceId": trace_id,
    }


def sent(became: Sent, status: str, trace_id: str, **more: Any) -> dict[str, Any]:
    """The answer to a send and its like."""
    answer: dict[str, Any] = {"conversationId": ids.write(became.conversation)}
    if became.email is not None:
        answer["emailMessageId"] = ids.write(became.email)
    return answer | {"messageId": ids.write(became.uuid), **more, "status": status, "traceId": trace_id}


def brought(became: Sent, contact: UUID, trace_id: str) -> dict[str, Any]:
    """The answer to what was brought in from elsewhere (§6.5)."""
    answer: dict[str, Any] = {
        "success": True,
        "conversationId": ids.write(became.conversation),
        "messageId": ids.write(became.uuid),
        "message": "Message added successfully.",
        "contactId": ids.write(contact),
        "dateAdded": time(became.at),
    }
    if became.email is not None:
        answer["emailMessageId"] = ids.write(became.email)
    return answer | {"traceId": trace_id}


def _type(letter: Letter) -> str:
    """Whatever is for those who work here is a comment, through whichever way in it was written."""
    return "TYPE_INTERNAL_COMMENT" if letter.kind == "note" else message_types.of_channel(letter.channel)


def _body(letter: Letter, mail: bool) -> str:
    """Of an e-mail its HTML, as it was given where that is known."""
    if not mail:
        return letter.text
    given = None if letter.email is None else letter.email.html
    return given or letter.html or letter.text


def _meta(letter: Letter, mail: bool) -> dict[str, Any] | None:
    if mail:
        return {"email": {"messageIds": [ids.write(emails.of(letter).uuid)]}}
    call = letter.meta.get("call")
    if call is None:
        return None
    status = call.get("status")
    return {"callStatus": status, "call": {"status": status}} if status else {"call": {}}


def _status(letter: Letter) -> str:
    status = letter.state if letter.email is None else letter.email.status
    return _STATUSES.get(status, status)


def _email_status(record: EmailRecord) -> str:
    """The contract reads fewer words than it writes: who has clicked has opened it."""
    return "opened" if record.status == "clicked" else _STATUSES.get(record.status, record.status)
