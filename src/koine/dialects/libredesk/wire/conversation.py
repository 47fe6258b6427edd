"""The conversation: the union of the product's real answer and the seed page (contracts/libredesk.md §2.5.1, §3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from koine.core.actor import Author
from koine.core.contacts.model import Contact
from koine.core.conversations.model import Conversation
from koine.core.conversations.surroundings import Surroundings
from koine.dialects.libredesk import ids
from koine.dialects.libredesk.wire.contact import contact, in_short, opener

_CHANNELS = {"email": "email", "chat": "livechat", "api": "api"}


def conversation(
    found: Conversation, around: Surroundings, previous: Sequence[Conversation] | None = None
) -> dict[str, Any]:
    """The object as POST and GET answer with it, in the contract's order; `previous` None is null."""
    last, inbox = found.last_message, around.inbox
    text = last.text if last else None
    said_at = last.at if last else None
    sender = _sender(last.author) if last else None
    return {
        "id": found.id,
        "created_at": found.created_at,
        "updated_at": found.updated_at,
        "uuid": str(found.uuid),
        "contact_id": found.contact_id,
        "inbox_id": found.inbox_id,
        "closed_at": found.closed_at,
        "resolved_at": found.resolved_at,
        "reference_number": ids.reference(found.number),
        "priority": around.priority,
        "priority_id": found.priority_id,
        "status": found.status.name,
        "status_category": found.status.category,
        "status_id": found.status.id,
        "first_reply_at": found.first_reply_at,
        "last_reply_at": found.last_reply_at,
        "assigned_user_id": found.assignee_id,
        "assigned_team_id": found.team_id,
        "assignee_last_seen_at": None,
        "waiting_since": found.waiting_since,
        "snoozed_until": found.snoozed_until,
        "subject": ids.subject(found),
        "inbox_mail": (inbox and inbox.address) or "",
        "inbox_reply_to": "",
        "inbox_name": inbox.name if inbox else "",
        "inbox_channel": _CHANNELS[inbox.channel if inbox else "api"],
        "tags": around.tags,
        "meta": [],
        "custom_attributes": found.custom_attributes,
        "last_message_at": said_at,
        "last_message": text,
        "last_message_sender": sender,
        "last_interaction": text,
        "last_interaction_at": said_at,
        "last_interaction_sender": sender,
        "contact": contact(around.contact) if around.contact else opener(found.opened_by, found.created_at),
        **_NOT_MEASURED,
        "previous_conversations": None if previous is None else [_earlier(one, around.contact) for one in previous],
    }


# Service levels and satisfaction are not there yet; the contract has them as explicit nulls.
_NOT_MEASURED: dict[str, Any] = {
    "sla_policy_id": None,
    "sla_policy_name": None,
    "applied_sla_id": None,
    "first_response_deadline_at": None,
    "resolution_deadline_at": None,
    "next_response_deadline_at": None,
    "next_response_met_at": None,
    "csat_rating": None,
    "csat_feedback": None,
    "csat_responded_at": None,
}


def _sender(author: Author) -> str:
    return "contact" if author.kind == "contact" else "agent"


def _earlier(found: Conversation, whose: Contact | None) -> dict[str, Any]:
    last = found.last_message
    return {
        "id": found.id,
        "created_at": found.created_at,
        "updated_at": found.updated_at,
        "uuid": str(found.uuid),
        "subject": ids.subject(found),
        "contact": in_short(whose),
        "last_message": last.text if last else None,
        "last_message_at": last.at if last else None,
    }
