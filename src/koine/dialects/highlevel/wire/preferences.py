"""Preferences on the wire (contracts/highlevel.md §6.13); names in bodies have underscores here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from koine.core.subscriptions.model import SubscriptionType, Wish
from koine.dialects.highlevel import ids
from koine.dialects.highlevel.wire.addresses import Email
from koine.dialects.highlevel.wire.bodies import Id, Shape, time
from koine.dialects.reading import Text

DEFAULT = "One on One"  # what is of no type of its own

_Short = Annotated[Text, Field(max_length=100)]


class NewSubtype(Shape):
    """`POST /conversations/preferences/custom-subtypes`."""

    name: Annotated[Id, Field(max_length=100)]
    description: _Short | None = None
    channel: Literal["email", "sms"]
    language: Id


class ChangedSubtype(Shape):
    """`PUT /conversations/preferences/custom-subtypes/{id}`. Null is the same as not there."""

    name: Annotated[Id, Field(max_length=100)] | None = None
    description: _Short | None = None
    archived: bool | None = None
    resubscription_legal_form_id: Annotated[Text | None, Field(alias="resubscription_legal_form_id")] = None


class SubscriptionAction(Shape):
    """What is to be subscribed to, or not."""

    type: Literal["default", "custom", "resub_all"]
    subtype_name: Annotated[Text | None, Field(alias="subtype_name")] = None
    subtype_id: Annotated[Text | None, Field(alias="subtype_id")] = None
    subtype_status: Annotated[Literal["subscribed", "unsubscribed"], Field(alias="subtype_status")]


class UserChange(Shape):
    """`POST /conversations/preferences/unsubscriptions/user-change`."""

    location_id: Id
    contact_id: Id
    email: Email
    subscription_action: Annotated[SubscriptionAction, Field(alias="subscription_action")]
    legal_reason: Annotated[Text | None, Field(alias="legal_reason")] = None
    legal_description: Annotated[Text | None, Field(alias="legal_description")] = None


def subtype(kind: SubscriptionType, location_id: str) -> dict[str, Any]:
    """A custom subtype."""
    return {
        "id": ids.write(kind.uuid),
        "locationId": location_id,
        "name": kind.name,
        "description": kind.description,
        "channel": kind.channel,
        "language": kind.language,
        "archived": kind.archived,
        "resubscription_legal_form_id": kind.legal_form,
        "dateAdded": time(kind.created_at),
        "dateUpdated": time(kind.updated_at),
    }


def wishes(said: Sequence[Wish], kinds: Sequence[SubscriptionType]) -> list[dict[str, Any]]:
    """What a contact has said, address by address; of what they have said nothing, nothing is said."""
    by_id: Mapping[int | None, SubscriptionType] = {kind.id: kind for kind in kinds}
    return [_wish(each, by_id.get(each.type_id)) for each in said]


def _wish(said: Wish, kind: SubscriptionType | None) -> dict[str, Any]:
    return {
        "email": said.email,
        "subtype_id": None if kind is None else ids.write(kind.uuid),
        "subtype_name": DEFAULT if kind is None else kind.name,
        "subtype_status": "subscribed" if said.subscribed else "unsubscribed",
        "dateUpdated": time(said.updated_at),
    }
