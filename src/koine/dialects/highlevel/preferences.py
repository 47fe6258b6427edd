"""What contacts do and do not want to be sent (contracts/highlevel.md §6.13)."""

from __future__ import annotations

from dataclasses import replace

from koine.core.actor import Actor
from koine.core.contacts import contacts
from koine.core.contacts.model import Contact
from koine.core.errors import Invalid, Problem
from koine.core.subscriptions import subscriptions
from koine.core.subscriptions.model import Change, Described, SubscriptionType
from koine.dialects.call import Answer, Call
from koine.dialects.highlevel import auth, errors, ids
from koine.dialects.highlevel.auth import Location
from koine.dialects.highlevel.wire import bodies
from koine.dialects.highlevel.wire import preferences as wire
from koine.dialects.highlevel.wire.asking import Asking


async def subtypes(call: Call) -> Answer:
    """All custom subtypes of the location."""
    at = _at(call)
    found = await subscriptions.types(call.tx, _allowed(call), at.workspace_id)
    return Answer(200, {"customSubtypes": [wire.subtype(kind, at.id) for kind in found], "traceId": call.id})


async def create(call: Call) -> Answer:
    """A new custom subtype."""
    at = _at(call)
    wanted = bodies.read(call, wire.NewSubtype)
    described = Described(wanted.name, wanted.description, wanted.channel, wanted.language)
    created = await subscriptions.create(call.tx, _allowed(call), at.workspace_id, described)
    return Answer(201, {"customSubtype": wire.subtype(created, at.id), "traceId": call.id})


async def update(call: Call) -> Answer:
    """A custom subtype, described otherwise or archived."""
    at = _at(call)
    wanted = bodies.read(call, wire.ChangedSubtype)
    kind = await _subtype(call, at, call.named("id"))
    described = Described(
        wanted.name,
        wanted.description,
        legal_form=wanted.resubscription_legal_form_id,
        archived=wanted.archived,
    )
    changed = await subscriptions.change(call.tx, _allowed(call), kind, described)
    return Answer(200, {"customSubtype": wire.subtype(changed, at.id), "traceId": call.id})


async def status(call: Call) -> Answer:
    """What a contact has said about all of their addresses, or one."""
    at = auth.location(call)
    asking = Asking(call)
    location, contact_id = asking.text("locationId", needed=True), asking.text("contactId", needed=True)
    email = asking.text("email")
    asking.end()
    at.must_be(location or "")
    contact = await _contact(call, contact_id or "")
    said = await subscriptions.wishes(call.tx, _allowed(call), contact, email)
    kinds = await subscriptions.types(call.tx, _allowed(call), at.workspace_id)
    written = wire.wishes(said, kinds)
    return Answer(200, {"contactId": ids.write(contact.uuid), "subscriptions": written, "traceId": call.id})


async def user_change(call: Call) -> Answer:
    """End or resume a subscription in a contact's name."""
    at = auth.location(call)
    wanted = bodies.read(call, wire.UserChange)
    at.must_be(wanted.location_id)
    contact = await _contact(call, wanted.contact_id)
    action = wanted.subscription_action
    kind = None
    if action.type == "custom":
        if not action.subtype_id:
            raise Invalid(problems=[Problem("missing", ("subscription_action", "subtype_id"))])
        kind = await _subtype(call, at, action.subtype_id)
    change = Change(
        wanted.email,
        action.type == "resub_all" or action.subtype_status == "subscribed",
        type_id=None if kind is None else kind.id,
        everything=action.type == "resub_all",
        reason=wanted.legal_reason,
        explanation=wanted.legal_description,
    )
    await subscriptions.wish(call.tx, _allowed(call), contact, change, kind)
    return Answer(200, {"success": True, "traceId": call.id})


def _at(call: Call) -> Location:
    """The location, which these name in the query."""
    at = auth.location(call)
    asking = Asking(call)
    location = asking.text("locationId", needed=True)
    asking.end()
    at.must_be(location or "")
    return at


async def _contact(call: Call, id: str) -> Contact:
    with errors.naming("Contact", id):
        return await contacts.by_uuid(call.tx, _allowed(call), ids.known(id))


async def _subtype(call: Call, at: Location, id: str) -> SubscriptionType:
    with errors.naming("Custom subtype", id):
        return await subscriptions.find(call.tx, _allowed(call), at.workspace_id, ids.known(id))


def _allowed(call: Call) -> Actor:
    """The contract asks for no scope here: whatever token of the location it is, it may look after these."""
    actor = call.actor
    access = {id: known | {"contacts:read", "contacts:write"} for id, known in actor.access.items()}
    return replace(actor, access=access)
