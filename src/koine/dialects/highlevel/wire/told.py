"""What webhooks tell, flat as the contract has it, without what is not known (contracts/highlevel.md §8.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from koine.core.contacts.model import Contact
from koine.core.conversations.correspondence.model import Letter
from koine.core.conversations.model import Thread
from koine.dialects.highlevel import ids, message_types
from koine.dialects.highlevel.wire import messages
from koine.dialects.highlevel.wire.bodies import time

Json = dict[str, Any]

# How deliveries call a type of message (§8.3), where it is not as a request calls it.
_SHORT: Mapping[str, str] = {
    "TYPE_CALL": "CALL",
    "TYPE_CUSTOM_CALL": "CALL",
    "TYPE_IVR_CALL": "CALL",
    "TYPE_CAMPAIGN_CALL": "CALL",
    "TYPE_CAMPAIGN_VOICEMAIL": "VoiceMail",
    "TYPE_LIVE_CHAT": "Live Chat",
    **dict.fromkeys(message_types.CUSTOM.values(), "Custom"),
}
_OF_REQUEST = {type_: name for name, type_ in reversed(message_types.OF_REQUEST.items())}
_OF_MESSAGES = ("body", "contentType", "attachments", "dateAdded", "direction")
_OF_PROFILES = ("address1", "city", "state", "country", "postalCode", "website", "timezone", "dateOfBirth", "source")


def message(letter: Letter, location_id: str, link: messages.Link) -> Json:
    """InboundMessage or OutboundMessage: an e-mail in a form of its own, all else in another.

    `link`: where its files can be fetched from now on.
    """
    name = "InboundMessage" if letter.direction == "in" else "OutboundMessage"
    tell = _text if letter.email is None else _email
    return {"type": name, **_known(tell(letter, location_id, link))}


def unread(thread: Thread, location_id: str) -> Json:
    """ConversationUnreadUpdate."""
    return {
        "type": "ConversationUnreadUpdate",
        "locationId": location_id,
        "id": ids.write(thread.uuid),
        "contactId": ids.write(thread.contact),
        "unreadCount": thread.unread_count,
        "inbox": not (thread.deleted or thread.resolved),
        "starred": thread.starred,
        "deleted": thread.deleted,
    }


def contact(name: str, contact: Contact, location_id: str, assignee: UUID | None) -> Json:
    """ContactCreate and its like: the whole contact as it is now."""
    kept = contact.profile
    told = {
        "id": ids.write(contact.uuid),
        "locationId": location_id,
        "name": contact.name or None,
        "firstName": contact.first_name or None,
        "lastName": contact.last_name or None,
        "email": contact.email,
        "phone": contact.phone,
        "companyName": contact.company_name,
        **{field: kept.get(field) for field in _OF_PROFILES},
        "tags": list(contact.tags),
        "dnd": contact.dnd,
        "dndSettings": contact.dnd_settings or None,
        "inboundDndSettings": contact.dnd_inbound or None,
        "assignedTo": assignee and ids.write(assignee),
        "dateAdded": time(contact.created_at),
        "customFields": [{"id": id, "value": value} for id, value in contact.custom_attributes.items()],
    }
    return {"type": name, **_known(told)}


def contact_gone(contact: UUID, location_id: str) -> Json:
    """ContactDelete: all that is left of them."""
    return {"type": "ContactDelete", "id": ids.write(contact), "locationId": location_id}


def _text(letter: Letter, location_id: str, link: messages.Link) -> Json:
    written = messages.message(letter, location_id, link)
    type_: str = written["messageType"]
    call: Mapping[str, Any] = letter.meta.get("call") or {}
    return {
        **_whose(letter, location_id),
        "messageId": ids.write(letter.uuid),
        **{field: written.get(field) for field in _OF_MESSAGES},
        "body": None if type_ in _SHORT and _SHORT[type_] == "CALL" else written.get("body"),
        "messageType": _SHORT.get(type_) or _OF_REQUEST.get(type_) or type_.removeprefix("TYPE_"),
        "messageTypeId": written["type"],
        "messageTypeString": type_,
        "status": call.get("status") or written["status"],
        "callDuration": call.get("duration"),
        "callStatus": call.get("status"),
        "from": written.get("from"),
        "to": written.get("to"),
        **_by(written),
        "mentions": written.get("mentions"),
    }


def _email(letter: Letter, location_id: str, link: messages.Link) -> Json:
    written = messages.email(letter, location_id, link)
    outbound = written["direction"] == "outbound"
    return {
        **_whose(letter, location_id),
        "messageId": ids.write(letter.uuid),
        "body": written["body"],
        "plainText": letter.text if outbound else None,
        "dateAdded": written["dateAdded"],
        "direction": written["direction"],
        "messageType": "Email",
        "emailMessageId": written["id"],
        "threadId": written["threadId"],
        "provider": written.get("provider"),
        "subject": written["subject"],
        "from": written["from"],
        "to": ", ".join(written["to"]),
        "cc": ", ".join(written["cc"]),
        "bcc": ", ".join(written["bcc"]),
        "ccList": written["cc"],
        "bccList": written["bcc"],
        "attachments": written["attachments"],
        **_by({**written, "userId": letter.user and ids.write(letter.user)}),
    }


def _whose(letter: Letter, location_id: str) -> Json:
    return {
        "locationId": location_id,
        "contactId": ids.write(letter.contact),
        "conversationId": ids.write(letter.conversation),
    }


def _by(written: Mapping[str, Any]) -> Json:
    return {field: written.get(field) for field in ("userId", "source", "conversationProviderId")}


def _known(told: Json) -> Json:
    return {field: value for field, value in told.items() if value is not None}
