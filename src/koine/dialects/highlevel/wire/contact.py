"""A contact on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from koine.core.contacts.model import Contact
from koine.dialects.highlevel import ids
from koine.dialects.highlevel.wire.bodies import time

# Channels as v3 writes them, by how v2 does.
_V3 = {"Call": "call", "Email": "email", "SMS": "sms", "WhatsApp": "whatsApp", "GMB": "gmb", "FB": "fb"}


def contact(
    contact: Contact, location_id: str, assignee: UUID | None, followers: Sequence[UUID], *, version: str | None
) -> dict[str, Any]:
    """A contact, without what is not known of them (contracts/highlevel.md §9).

    `visitorId` is the contact's own id where no visitor of a page is known to be them.
    """
    kept, id = contact.profile, ids.write(contact.uuid)
    answer = {
        "id": id,
        "name": contact.name or None,
        "locationId": location_id,
        "firstName": contact.first_name or None,
        "lastName": contact.last_name or None,
        "email": contact.email,
        "emailLowerCase": contact.email and contact.email.lower(),
        "additionalEmails": list(contact.additional_emails),
        "timezone": kept.get("timezone"),
        "companyName": contact.company_name,
        "phone": contact.phone,
        "gender": kept.get("gender"),
        "dnd": contact.dnd,
        "dndSettings": _dnd_settings(contact.dnd_settings, version),
        "inboundDndSettings": contact.dnd_inbound or None,
        "type": "lead",
        "source": kept.get("source"),
        "assignedTo": assignee and ids.write_often(assignee),
        "followers": [ids.write_often(follower) for follower in followers],
        "address1": kept.get("address1"),
        "city": kept.get("city"),
        "state": kept.get("state"),
        "country": kept.get("country"),
        "postalCode": kept.get("postalCode"),
        "website": kept.get("website"),
        "tags": list(contact.tags),
        "dateOfBirth": kept.get("dateOfBirth"),
        "dateAdded": time(contact.created_at),
        "dateUpdated": time(contact.updated_at),
        "deleted": False,
        "firstNameLowerCase": contact.first_name.lower() or None,
        "fullNameLowerCase": contact.name.lower() or None,
        "lastNameLowerCase": contact.last_name.lower() or None,
        "lastActivity": time(contact.last_active_at or contact.created_at),
        "customFields": [{"id": id, "value": value} for id, value in contact.custom_attributes.items()],
        "visitorId": kept.get("visitorId") or id,
    }
    return {name: value for name, value in answer.items() if value is not None}


def _dnd_settings(kept: Mapping[str, Any], version: str | None) -> Mapping[str, Any]:
    return {_V3.get(name, name): setting for name, setting in kept.items()} if version == "v3" else kept
