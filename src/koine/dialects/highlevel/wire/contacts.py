"""Contacts on the wire."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from pydantic import AliasChoices, Field, model_validator
from pydantic_core import PydanticCustomError

from koine.core.contacts.model import Contact, Described
from koine.dialects.highlevel import ids
from koine.dialects.highlevel.wire.addresses import Email, Phone
from koine.dialects.highlevel.wire.bodies import Id, Json, Shape, time
from koine.dialects.reading import Text

# Channels as v2 writes them, by how v3 does; either is read, and written as the request's version has it.
_CHANNELS = {"call": "Call", "email": "Email", "sms": "SMS", "whatsApp": "WhatsApp", "gmb": "GMB", "fb": "FB"}
_CHANNEL_OF = {name.lower(): name for name in _CHANNELS}

# What is kept as it came, because no rule of ours reads it.
_KEPT = {
    *("gender", "address1", "city", "state", "postal_code", "country", "website", "timezone", "source"),
    *("date_of_birth", "dnd_settings", "inbound_dnd_settings"),
}


class Dnd(Shape):
    """Whether a contact may be reached through one channel."""

    status: Literal["active", "inactive", "permanent"]
    message: Text | None = None
    code: Text | None = None


class InboundDnd(Shape):
    """Whether what a contact sends is taken."""

    status: Literal["active", "inactive"]
    message: Text | None = None


class InboundDndSettings(Shape):
    """For all channels at once; there are no others."""

    all: InboundDnd | None = None


class CustomField(Shape):
    """One custom field, named by its id or by its key."""

    id: Id | None = None
    key: Id | None = None
    value: Json = Field(None, validation_alias=AliasChoices("field_value", "fieldValue", "value"))

    @model_validator(mode="after")
    def _is_named(self) -> CustomField:
        if self.id is None and self.key is None:
            raise PydanticCustomError("missing", "has neither id nor key")
        return self


class NewContact(Shape):
    """`POST /contacts/`. Null is the same as not there."""

    location_id: Id
    first_name: Text | None = None
    last_name: Text | None = None
    name: Text | None = None
    email: Email | None = None
    phone: Phone | None = None
    gender: Text | None = None
    address1: Text | None = None
    city: Text | None = None
    state: Text | None = None
    postal_code: Text | None = None
    country: Text | None = None
    website: Text | None = None
    timezone: Text | None = None
    company_name: Text | None = None
    source: Text | None = None
    date_of_birth: Text | None = None
    tags: list[Text] | None = None
    dnd: bool | None = None
    dnd_settings: dict[str, Dnd | None] | None = None
    inbound_dnd_settings: InboundDndSettings | None = None
    custom_fields: list[CustomField] | None = None
    assigned_to: Text | None = None


class UpsertedContact(NewContact):
    """`POST /contacts/upsert`. Locations here never allow duplicates, so the last field changes nothing."""

    create_new_if_duplicate_allowed: bool | None = None


def described(wanted: NewContact, *, assigned_to: int | None) -> Described:
    """A request as the core understands it."""
    first, last = _names(wanted)
    profile = wanted.model_dump(by_alias=True, exclude_none=True, include=_KEPT)
    if "dndSettings" in profile:
        given = profile["dndSettings"]
        profile["dndSettings"] = {_CHANNEL_OF[key.lower()]: given[key] for key in given if key.lower() in _CHANNEL_OF}
    return Described(
        email=wanted.email,
        phone=wanted.phone,
        first_name=first,
        last_name=last,
        company_name=wanted.company_name,
        tags=wanted.tags,
        dnd=wanted.dnd,
        assigned_to=assigned_to,
        profile=profile,
        custom_attributes={field.id or field.key or "": field.value for field in wanted.custom_fields or ()},
    )


def contact(contact: Contact, location_id: str, assignee: UUID | None, *, version: str | None) -> dict[str, Any]:
    """A contact, without what is not known of them."""
    kept = contact.profile
    answer = {
        "id": ids.write(contact.uuid),
        "name": contact.name or None,
        "locationId": location_id,
        "firstName": contact.first_name or None,
        "lastName": contact.last_name or None,
        "email": contact.email,
        "emailLowerCase": contact.email and contact.email.lower(),
        "timezone": kept.get("timezone"),
        "companyName": contact.company_name,
        "phone": contact.phone,
        "gender": kept.get("gender"),
        "dnd": contact.dnd,
        "dndSettings": _dnd_settings(kept.get("dndSettings", {}), version),
        "inboundDndSettings": kept.get("inboundDndSettings"),
        "type": "lead",
        "source": kept.get("source"),
        "assignedTo": assignee and ids.write(assignee),
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
    }
    return {name: value for name, value in answer.items() if value is not None}


def _names(wanted: NewContact) -> tuple[str | None, str | None]:
    """First and last name; a name alone is split at its first white space."""
    parts = (wanted.name or "").strip().split(maxsplit=1)
    if wanted.first_name is not None or wanted.last_name is not None or not parts:
        return wanted.first_name, wanted.last_name
    return parts[0], parts[1] if len(parts) > 1 else None


def _dnd_settings(kept: dict[str, Any], version: str | None) -> dict[str, Any]:
    return kept if version == "v3" else {_CHANNELS.get(name, name): setting for name, setting in kept.items()}
