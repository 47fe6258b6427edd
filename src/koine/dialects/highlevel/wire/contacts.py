"""Requests about contacts, and how the core understands them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AliasChoices, Field, model_validator
from pydantic_core import PydanticCustomError

from koine.core.contacts.model import Described
from koine.dialects.highlevel.wire.addresses import Email, EmailOrNothing, Phone, PhoneOrNothing
from koine.dialects.highlevel.wire.bodies import Id, Json, Shape
from koine.dialects.reading import Text

# Channels as v2 writes them, by how v3 does in small letters; either is read.
_CHANNEL_OF = {name.lower(): name for name in ("Call", "Email", "SMS", "WhatsApp", "GMB", "FB")}

# What is kept as it came, because no rule of ours reads it.
_KEPT = {
    *("gender", "address1", "city", "state", "postal_code", "country", "website", "timezone", "source"),
    "date_of_birth",
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


class AboutContact(Shape):
    """What can be said of a contact. Null is the same as not there."""

    first_name: Text | None = None
    last_name: Text | None = None
    name: Text | None = None
    email: EmailOrNothing | None = None
    phone: PhoneOrNothing | None = None
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
    additional_emails: list[Email] | None = None
    followers: list[Text] | None = None


class ChangedContact(AboutContact):
    """`PUT /contacts/{contactId}`. An empty text or array empties what it names."""


class Located(Shape):
    """Where it is to be."""

    location_id: Id


class NewContact(AboutContact, Located):
    """`POST /contacts/`."""

    email: Email | None = None
    phone: Phone | None = None


class UpsertedContact(AboutContact, Located):
    """`POST /contacts/upsert`. Locations here never allow duplicates, so the last field changes nothing."""

    create_new_if_duplicate_allowed: bool | None = None


def described(wanted: AboutContact, *, assigned_to: int | None, followers: list[int] | None) -> Described:
    """A request as the core understands it; `assigned_to` 0 is nobody."""
    first, last = _names(wanted)
    profile = wanted.model_dump(by_alias=True, exclude_none=True, include=_KEPT)
    inbound = wanted.inbound_dnd_settings
    return Described(
        email=wanted.email,
        phone=wanted.phone,
        first_name=first,
        last_name=last,
        company_name=wanted.company_name,
        tags=wanted.tags,
        dnd=wanted.dnd,
        assigned_to=assigned_to,
        additional_emails=wanted.additional_emails,
        followers=followers,
        dnd_settings=_dnd_settings(wanted),
        dnd_inbound=inbound.model_dump(exclude_none=True) if inbound else {},
        profile={name: value or None for name, value in profile.items()},
        custom_attributes={field.id or field.key or "": field.value for field in wanted.custom_fields or ()},
    )


def _dnd_settings(wanted: AboutContact) -> dict[str, dict[str, Any]]:
    return {
        _CHANNEL_OF[name.lower()]: given.model_dump(exclude_none=True)
        for name, given in (wanted.dnd_settings or {}).items()
        if given is not None and name.lower() in _CHANNEL_OF
    }


def _names(wanted: AboutContact) -> tuple[str | None, str | None]:
    """First and last name; a name alone is split at its first white space."""
    parts = (wanted.name or "").strip().split(maxsplit=1)
    if wanted.first_name is not None or wanted.last_name is not None or not parts:
        return wanted.first_name, wanted.last_name
    return parts[0], parts[1] if len(parts) > 1 else None
