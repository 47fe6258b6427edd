"""The other location: its ids have no effect, and its answers cannot be told from those about nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from koine.dialects.highlevel import ids
from tests.dialects.highlevel.conftest import Untouched
from tests.dialects.highlevel.locations import Location, an_id_of_nobody

Ask = Callable[[Location, str], Awaitable[httpx.Response]]

# Every place of the contract in which an id can stand.
PLACES: dict[str, Ask] = {
    "locationId of a conversation": lambda at, id: post(at, "/conversations/", at.conversation() | {"locationId": id}),
    "contactId of a conversation": lambda at, id: post(at, "/conversations/", at.conversation() | {"contactId": id}),
    "both of a conversation": lambda at, id: post(at, "/conversations/", {"locationId": id, "contactId": id}),
    "conversation in a path": lambda at, id: at.http.get(f"/conversations/{id}"),
    "contact in a path": lambda at, id: at.http.get(f"/contacts/{id}"),
    "conversation to change": lambda at, id: at.http.put(
        f"/conversations/{id}", json={"locationId": at.id, "starred": True}
    ),
    "conversation to delete": lambda at, id: at.http.delete(f"/conversations/{id}"),
    "both of a change": lambda at, id: at.http.put(f"/conversations/{id}", json={"locationId": id}),
    "locationId of a search": lambda at, id: search(at, locationId=id),
    "contactId of a search": lambda at, id: search(at, contactId=id),
    "id of a search": lambda at, id: search(at, id=id),
    "assignedTo of a search": lambda at, id: search(at, assignedTo=id),
    "followers of a search": lambda at, id: search(at, followers=id),
    "mentions of a search": lambda at, id: search(at, mentions=id),
    "contact to change": lambda at, id: at.http.put(f"/contacts/{id}", json={"city": "Ulm"}),
    "contact to delete": lambda at, id: at.http.delete(f"/contacts/{id}"),
    "assignedTo of a change": lambda at, id: at.http.put(f"/contacts/{at.contact(2)}", json={"assignedTo": id}),
    "followers of a change": lambda at, id: at.http.put(f"/contacts/{at.contact(2)}", json={"followers": [id]}),
    "locationId of a contact search": lambda at, id: contacts(at, locationId=id),
    "id of a contact search": lambda at, id: contacts(at, filters=[{"field": "id", "operator": "eq", "value": id}]),
    "assignedTo of a contact search": lambda at, id: contacts(
        at, filters=[{"field": "assignedTo", "operator": "eq", "value": id}]
    ),
    "place in a contact search": lambda at, id: contacts(at, searchAfter=[0, id]),
    "locationId of a list": lambda at, id: at.http.get("/contacts/", params={"locationId": id}),
    "place in a list": lambda at, id: at.http.get("/contacts/", params={"locationId": at.id, "startAfterId": id}),
    "locationId of doubles": lambda at, id: at.http.get("/contacts/search/duplicate", params={"locationId": id}),
    "locationId of a contact": lambda at, id: post(at, "/contacts/", {"locationId": id, "email": "new@example.com"}),
    "locationId of an upsert": lambda at, id: post(
        at, "/contacts/upsert", {"locationId": id, "email": "n@example.com"}
    ),
    "assignedTo of a contact": lambda at, id: post(at, "/contacts/", {"locationId": at.id, "assignedTo": id}),
    "assignedTo of an upsert": lambda at, id: post(at, "/contacts/upsert", {"locationId": at.id, "assignedTo": id}),
}


# What belongs into a place; into all others, a location.
_CONTACT = {"contact", "contact with a conversation"}
RIGHT: dict[str, set[str]] = {
    **{place: {"conversation"} for place in PLACES if place.startswith(("conversation ", "id of a search"))},
    **{place: _CONTACT for place in PLACES if place.startswith(("contactId", "contact ", "id of a c", "place in"))},
    **{place: {"user"} for place in PLACES if place.startswith(("assignedTo", "followers", "mentions"))},
}

# Questions about what does not exist are answered: there is nothing.
ASKING = {place for place in PLACES if place.endswith("search")} - {"locationId of a search"}


async def search(at: Location, **query: str) -> httpx.Response:
    return await at.http.get("/conversations/search", params=query)


async def contacts(at: Location, **asked: Any) -> httpx.Response:
    body = {"locationId": at.id, "pageLimit": 10} | asked
    return await at.http.post("/contacts/search", json=body)


async def post(at: Location, path: str, body: dict[str, str]) -> httpx.Response:
    return await at.http.post(path, json=body)


async def everything_of(at: Location) -> dict[str, str]:
    """An id of each kind that the location has, and the conversation of its second contact."""
    conversation = (await at.open(at.contact(1))).json()["conversation"]["id"]
    return {
        "location": at.id,
        "contact": at.contact(0),
        "contact with a conversation": at.contact(1),
        "conversation": conversation,
        "user": ids.write(at.place.owner.uuid),
        "inbox": ids.write(at.place.inbox.uuid),
    }


def in_general(answer: httpx.Response, id: str) -> tuple[int, bytes, list[tuple[str, str]]]:
    """An answer without what is of this one request: the id that was asked for, the request's own, the time."""
    body = answer.content.replace(id.encode(), b"<id>")
    trace = answer.headers.get("x-trace-id") or answer.json()["traceId"]
    kept = [(name, value) for name, value in answer.headers.items() if name not in ("date", "x-trace-id")]
    return answer.status_code, body.replace(trace.encode(), b"<trace>"), kept


@pytest.mark.parametrize("place", PLACES)
async def test_what_is_the_other_locations_does_not_exist(
    lamplight: Location, harbour: Location, untouched: Untouched, place: str
) -> None:
    ask, theirs = PLACES[place], await everything_of(harbour)
    nobody = an_id_of_nobody()
    async with untouched():
        about_nothing = in_general(await ask(lamplight, nobody), nobody)
        assert about_nothing[0] == (
            403 if place.startswith(("locationId", "both")) else 200 if place in ASKING else 400
        )
        for kind, id in theirs.items():
            assert in_general(await ask(lamplight, id), id) == about_nothing, kind


@pytest.mark.parametrize("place", PLACES)
async def test_what_is_ones_own_does_not_exist_in_the_place_of_another_kind(
    lamplight: Location, untouched: Untouched, place: str
) -> None:
    right = RIGHT.get(place, {"location"})
    ask, ours = PLACES[place], await everything_of(lamplight)
    nobody = an_id_of_nobody()
    async with untouched():
        about_nothing = in_general(await ask(lamplight, nobody), nobody)
        for kind, id in ours.items():
            if kind not in right:
                assert in_general(await ask(lamplight, id), id) == about_nothing, kind


@pytest.mark.parametrize("place", [place for place in PLACES if not place.startswith("both")])
async def test_the_same_question_in_the_right_location_is_answered(harbour: Location, place: str) -> None:
    """The opposite of the above: it is the location that makes the difference."""
    theirs = await everything_of(harbour)
    kind = sorted(RIGHT.get(place, {"location"}))[0]
    assert (await PLACES[place](harbour, theirs[kind])).status_code in (200, 201)


async def test_another_location_is_refused_with_the_contracts_words(lamplight: Location, harbour: Location) -> None:
    answer = await post(lamplight, "/conversations/", harbour.conversation())
    assert answer.status_code == 403
    assert answer.json() == {
        "statusCode": 403,
        "message": "The token does not have access to this location.",
        "error": "Forbidden",
    }


async def test_the_location_is_looked_at_before_the_contact(lamplight: Location, harbour: Location) -> None:
    for contact in (harbour.contact(), lamplight.contact(), an_id_of_nobody()):
        body = {"locationId": harbour.id, "contactId": contact}
        assert (await post(lamplight, "/conversations/", body)).status_code == 403
