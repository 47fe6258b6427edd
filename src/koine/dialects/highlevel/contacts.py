"""Contacts: as much of them as conversations need (contracts/highlevel.md §9)."""

from __future__ import annotations

from typing import Any

from koine.core.contacts import contacts
from koine.core.contacts.model import Contact, Described
from koine.core.errors import NotFound
from koine.core.users import users
from koine.dialects.call import Answer, Call
from koine.dialects.highlevel import auth, errors, ids
from koine.dialects.highlevel.auth import Location
from koine.dialects.highlevel.wire import bodies
from koine.dialects.highlevel.wire import contacts as wire


async def create(call: Call) -> Answer:
    """A new contact; refused when the location has one with this e-mail address or number."""
    at = auth.location(call, "contacts.write")
    wanted = bodies.read(call, wire.NewContact)
    at.must_be(wanted.location_id)
    described = await _described(call, at, wanted)
    contact = await contacts.create(call.tx, call.actor, at.workspace_id, described)
    return Answer(201, {"contact": await _written(call, at, contact)})


async def upsert(call: Call) -> Answer:
    """The contact with this e-mail address, or else this number, changed; or a new one."""
    at = auth.location(call, "contacts.write")
    wanted = bodies.read(call, wire.UpsertedContact)
    at.must_be(wanted.location_id)
    described = await _described(call, at, wanted)
    contact, new = await contacts.upsert(call.tx, call.actor, at.workspace_id, described)
    return Answer(200, {"new": new, "contact": await _written(call, at, contact), "traceId": call.id})


async def get(call: Call) -> Answer:
    """One contact of the location."""
    at = auth.location(call, "contacts.readonly")
    id = call.named("contactId")
    with errors.naming("Contact", id):
        contact = await contacts.by_uuid(call.tx, call.actor, ids.known(id))
    return Answer(200, {"contact": await _written(call, at, contact)})


async def _described(call: Call, at: Location, wanted: wire.NewContact) -> Described:
    return wire.described(wanted, assigned_to=await _member(call, at, wanted.assigned_to))


async def _member(call: Call, at: Location, id: str | None) -> int | None:
    """Whoever is to look after the contact: they must work in this location."""
    if id is None:
        return None
    with errors.naming("User", id):
        user = await users.member(call.tx, at.workspace_id, ids.known(id))
        if user is None:
            raise NotFound
        return user.id


async def _written(call: Call, at: Location, contact: Contact) -> dict[str, Any]:
    user = contact.assigned_to and await users.by_id(call.tx, call.actor.account_id, contact.assigned_to)
    return wire.contact(contact, at.id, user.uuid if user else None, version=call.header("version"))
