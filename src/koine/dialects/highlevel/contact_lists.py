"""Contacts by the page: search, the search for doubles, and the list of old (contracts/highlevel.md §9)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from koine.core.contacts import contacts, listing
from koine.core.contacts.lists.asked import Asked, Listed
from koine.core.errors import NotFound
from koine.dialects.call import Answer, Call
from koine.dialects.highlevel import auth, errors, ids
from koine.dialects.highlevel.auth import Location
from koine.dialects.highlevel.contacts import written
from koine.dialects.highlevel.parameters import Parameters, milliseconds
from koine.dialects.highlevel.wire import addresses, bodies, contact_searches
from koine.dialects.highlevel.wire import contact as wire


async def search(call: Call) -> Answer:
    """The contacts that meet filters, in an order, by number of page or from a place on."""
    at = auth.location(call)
    wanted = bodies.read(call, contact_searches.ContactSearch)
    asked = contact_searches.asked(wanted)
    at.must_be(wanted.location_id)
    found = await listing.query(call.tx, call.actor, at.workspace_id, asked)
    total = await _total(call, at, asked, found)
    rows = [contact_searches.row(listed, at.id, call.header("version")) for listed in found]
    return Answer(200, contact_searches.page(rows, total, call.id))


async def duplicate(call: Call) -> Answer:
    """Whoever a create with this address, or else this number, would be a double of; null when there is nobody."""
    at = auth.location(call)
    given = Parameters(call)
    location, email, phone = given.text("locationId"), given.text("email"), given.text("number")
    if location is None:
        given.missing("locationId")
    given.check()
    at.must_be(location or "")
    bare = addresses.bare_number(phone) if phone else None
    found = await listing.duplicate(call.tx, call.actor, at.workspace_id, email=email, phone=bare)
    return Answer(200, {"contact": await written(call, at, found) if found else None, "traceId": call.id})


async def get(call: Call) -> Answer:
    """The newest contacts first, from the one that was seen last on. Newer clients search instead."""
    at = auth.location(call)
    given = Parameters(call)
    location, text = given.text("locationId"), given.text("query", most=75)
    limit, after, id = given.limit("limit", usual=20, most=100), given.moment("startAfter"), given.text("startAfterId")
    if location is None:
        given.missing("locationId")
    given.check()
    at.must_be(location or "")
    asked = Asked(text=(text or "").strip() or None, limit=limit)
    if after is not None:
        asked = replace(asked, after=(after,))
    if id is not None:
        asked = await _behind(call, asked, id)
    found = await listing.query(call.tx, call.actor, at.workspace_id, asked)
    total = await _total(call, at, asked, found)
    version = call.header("version")
    rows = [wire.contact(each.contact, at.id, each.assignee, each.followers, version=version) for each in found]
    meta = _meta(call, found, total, more=len(found) == limit, query={"locationId": at.id, "limit": limit})
    return Answer(200, {"contacts": rows, "count": total, "meta": meta, "traceId": call.id})


async def _behind(call: Call, asked: Asked, id: str) -> Asked:
    """What follows the contact that was seen last; of one who is gone meanwhile the date tells, where it is given."""
    try:
        with errors.naming("Contact", id):
            last = await contacts.by_uuid(call.tx, call.actor, ids.known(id))
    except NotFound:
        if asked.after is None:
            raise
        return asked
    return replace(asked, after=(last.created_at,), after_id=last.uuid)


async def _total(call: Call, at: Location, asked: Asked, found: list[Listed]) -> int:
    """All on all pages. Where counting them would take too long, as many as are known of."""
    if asked.after is None and not asked.offset and len(found) < asked.limit:
        return len(found)
    total = await listing.total(call.tx, call.actor, at.workspace_id, asked)
    return asked.offset + len(found) if total is None else total


def _meta(call: Call, found: list[Listed], total: int, *, more: bool, query: dict[str, Any]) -> dict[str, Any]:
    """Where the list goes on; null where it ends."""
    if not more or not found:
        return {"total": total, "nextPageUrl": None, "startAfterId": None, "startAfter": None}
    last = found[-1].contact
    place = {"startAfter": milliseconds(last.created_at), "startAfterId": ids.write(last.uuid)}
    url = f"{call.services.base_url}/contacts/?{urlencode(query | place)}"
    return {"total": total, "nextPageUrl": url, **place}
