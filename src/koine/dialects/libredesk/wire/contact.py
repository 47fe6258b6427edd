"""The contact inside a conversation: the real answer's fields, then those that only the seed page has."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from koine.core.actor import Author
from koine.core.contacts.model import Contact


def contact(found: Contact) -> dict[str, Any]:
    """A contact as it is."""
    return {
        "id": found.id,
        "created_at": found.created_at,
        "updated_at": found.updated_at,
        "first_name": found.first_name,
        "last_name": found.last_name,
        "email": found.email,
        "type": "contact",
        "availability_status": "offline",
        "avatar_url": None,
        "phone_number": found.phone,
        "phone_number_country_code": None,
        "country": None,
        "custom_attributes": found.custom_attributes,
        "enabled": found.enabled,
        "last_active_at": found.last_active_at,
        "last_login_at": None,
        "external_user_id": found.external_id,
        **_OF_AGENTS,
    }


def opener(author: Author, at: datetime) -> dict[str, Any]:
    """Whoever opened a conversation without a contact, in the contact's place: without an id, and not of its type."""
    first_name, _, last_name = author.name.partition(" ")
    return {
        "id": None,
        "created_at": at,
        "updated_at": at,
        "first_name": first_name,
        "last_name": last_name,
        "email": author.email,
        "type": "agent",
        "availability_status": "offline",
        "avatar_url": None,
        "phone_number": None,
        "phone_number_country_code": None,
        "country": None,
        "custom_attributes": {},
        "enabled": True,
        "last_active_at": None,
        "last_login_at": None,
        "external_user_id": author.external_id,
        **_OF_AGENTS,
    }


def in_short(found: Contact | None) -> dict[str, Any]:
    """A contact as the list of earlier conversations has it."""
    return {
        "first_name": found.first_name if found else "",
        "last_name": found.last_name if found else "",
        "avatar_url": None,
    }


# What the seed page shows of everybody and the product only of agents.
_OF_AGENTS: dict[str, Any] = {
    "roles": [],
    "permissions": [],
    "teams": [],
    "api_key": None,
    "api_key_last_used_at": None,
}
