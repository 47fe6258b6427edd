"""Contacts: one at a time (contracts/highlevel.md §9); lists of them are in contact_lists.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from koine.core.contacts import contacts
from koine.core.contacts.model import Contact, Described
from koine.core.errors import NotFound
from koine.core.users import users
from koine.dialects.call import Answer, Call
from koine.dialects.highlevel import auth, errors, ids
from koine.dialects.highlevel.auth import Location
from koine.dialects.highlevel.wire import bodies
from koine.dialects.highlevel.wire import contact as wire
from koine.dialects.highlevel.wire import contacts as about


async def create(call: Call) -> Answer:
    """A new contact; refused when the location has one with this e-mail address or number."""
    at = auth.location(call)
    wanted = bodies.read(call, about.NewContact)
    at.must_be(wanted.location_id)
    described = await _described(call, at, wanted)
    contact = await contacts.create(call.tx, call.actor, at.workspace_id, described)
    return Answer(201, {"contact": await written(call, at, contact)})


async def upsert(call: Call) -> Answer:
    """The contact with this e-mail address, or else this number, changed; or a new one."""
    at = auth.location(call)
    wanted = bodies.read(call, about.UpsertedContact)
    at.must_be(wanted.location_id)
    described = await _described(call, at, wanted)
    contact, new = await contacts.upsert(call.tx, call.actor, at.workspace_id, described)
    return Answer(200, {"new": new, "contact": await written(call, at, contact), "traceId": call.id})


async def get(call: Call) -> Answer:
    """One contact of the location."""
    at = auth.location(call)
    contact = await _named(call)
    return Answer(200, {"contact": await written(call, at, contact)})


async def update(call: Call) -> Answer:
    """A contact changed in what the body names; both spellings of success, as the versions differ in it."""
    at = auth.location(call)
    wanted = bodies.read(call, about.ChangedContact)
    contact = await _named(call)
    described = await _described(call, at, wanted)
    with errors.naming("Contact", call.named("contactId")):
        changed = await contacts.update(call.tx, call.actor, contact, described)
    return Answer(200, {"succeded": True, "succeeded": True, "contact": await written(call, at, changed)})


async def delete(call: Call) -> Answer:
    """A contact into the bin, with what was said with them."""
    contact = await _named(call)
    with errors.naming("Contact", call.named("contactId")):
        await contacts.delete(call.tx, call.actor, contact)
    return Answer(200, {"succeded": True, "succeeded": True})


async def written(call: Call, at: Location, contact: Contact) -> dict[str, Any]:
    """A contact as the request's version writes it."""
    wanted = {*contact.followers, *([contact.assigned_to] if contact.assigned_to else [])}
    uuids = await users.uuids(call.tx, call.actor.account_id, wanted) if wanted else {}
    followers = [uuids[id] for id in contact.followers if id in uuids]
    assignee = uuids.get(contact.assigned_to) if contact.assigned_to else None
    return wire.contact(contact, at.id, assignee, followers, version=call.header("version"))


async def _named(call: Call) -> Contact:
    """The contact in the path. Who may change contacts may see them."""
    id = call.named("contactId")
    with errors.naming("Contact", id):
        return await contacts.by_uuid(call.tx, call.actor, ids.known(id))


async def _described(call: Call, at: Location, wanted: about.AboutContact) -> Described:
    assigned_to = await _assigned(call, at, wanted)
    followers = None if wanted.followers is None else await _members(call, at, wanted.followers)
    return about.described(wanted, assigned_to=assigned_to, followers=followers)


async def _assigned(call: Call, at: Location, wanted: about.AboutContact) -> int | None:
    """Whoever is to look after the contact, a member of the location. An empty id is nobody, where there was one."""
    if wanted.assigned_to is None:
        return None
    if not wanted.assigned_to and not isinstance(wanted, about.NewContact):
        return 0
    (found,) = await _members(call, at, [wanted.assigned_to])
    return found


async def _members(call: Call, at: Location, given: Sequence[str]) -> list[int]:
    """Members of the location by their ids, each once. Raises NotFound for the first that is none."""
    wanted = {id: ids.read(id) for id in given}
    known = await users.members(call.tx, at.workspace_id, [uuid for uuid in wanted.values() if uuid])
    for id, uuid in wanted.items():
        if uuid not in known:
            raise NotFound(f"User with id {id} not found")
    return [known[uuid] for uuid in wanted.values() if uuid]
