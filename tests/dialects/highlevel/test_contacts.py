"""Contacts, as far as conversations need them (contracts/highlevel.md §9)."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from koine.demo import World
from koine.dialects.highlevel import ids
from tests.dialects.corpora import NAUGHTY
from tests.dialects.highlevel.conftest import Untouched
from tests.dialects.highlevel.locations import Location, an_id_of_nobody, without_trace

FULL: dict[str, Any] = {
    "firstName": "Rosan",
    "lastName": "Deo",
    "email": "Rosan@Deos.com",
    "phone": "+1 (888) 888-8888",
    "gender": "male",
    "address1": "3535 1st St N",
    "city": "Dolomite",
    "state": "AL",
    "postalCode": "35061",
    "country": "US",
    "website": "https://www.tesla.com",
    "timezone": "America/Chihuahua",
    "companyName": "DGS VolMAX",
    "source": "public api",
    "dateOfBirth": "1990-09-25",
    "tags": ["nisi sint commodo amet", "consequat"],
    "dnd": True,
    "dndSettings": {"Call": {"status": "active"}, "SMS": {"status": "permanent", "message": "STOP", "code": "101"}},
    "inboundDndSettings": {"all": {"status": "inactive", "message": "why"}},
    "customFields": [{"id": "6dvNaf7VhkQ9snc5vnjJ", "field_value": "9039160788"}],
}


async def create(at: Location, path: str = "/contacts/", **fields: Any) -> httpx.Response:
    return await at.http.post(path, json={"locationId": at.id} | fields)


async def upsert(at: Location, **fields: Any) -> httpx.Response:
    return await create(at, "/contacts/upsert", **fields)


async def get(at: Location, id: str, version: str = "2021-07-28") -> dict[str, Any]:
    answer = await at.http.get(f"/contacts/{id}", headers={"Version": version})
    assert answer.status_code == 200
    contact: dict[str, Any] = answer.json()["contact"]
    return contact


# ── Create and get ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_everything_that_is_said_of_a_contact_is_kept(lamplight: Location) -> None:
    answer = await create(lamplight, **FULL)
    assert answer.status_code == 201
    contact = answer.json()["contact"]
    expected = FULL | {
        "name": "Rosan Deo",
        "phone": "+18888888888",
        "emailLowerCase": "rosan@deos.com",
        "firstNameLowerCase": "rosan",
        "lastNameLowerCase": "deo",
        "fullNameLowerCase": "rosan deo",
        "customFields": [{"id": "6dvNaf7VhkQ9snc5vnjJ", "value": "9039160788"}],
        "locationId": lamplight.id,
        "type": "lead",
        "deleted": False,
    }
    assert len(contact["id"]) == 20
    assert contact["dateAdded"] == contact["dateUpdated"] == contact["lastActivity"]
    assert {name: contact[name] for name in contact.keys() & expected.keys()} == expected
    assert await get(lamplight, contact["id"]) == contact


async def test_a_contact_of_whom_nothing_is_known_is_a_contact(lamplight: Location) -> None:
    contact = (await create(lamplight)).json()["contact"]
    assert None not in contact.values()
    assert (contact["tags"], contact["customFields"], contact["dnd"], contact["dndSettings"]) == ([], [], False, {})
    assert not {"email", "phone", "firstName", "name", "assignedTo"} & contact.keys()


@pytest.mark.parametrize("path", ["/contacts/", "/contacts"])
async def test_contacts_are_created_with_and_without_the_slash(lamplight: Location, path: str) -> None:
    contact = (await create(lamplight, path, email="a@example.com")).json()["contact"]
    for path in (f"/contacts/{contact['id']}", f"/contacts/{contact['id']}/"):
        assert (await lamplight.http.get(path)).json() == {"contact": contact}


async def test_null_is_the_same_as_not_there(lamplight: Location) -> None:
    answer = await create(lamplight, **dict.fromkeys(FULL), name=None, assignedTo=None)
    assert answer.status_code == 201
    assert None not in answer.json()["contact"].values()


@pytest.mark.parametrize(
    ("given", "first", "last"),
    [
        ({"name": "Joe Public"}, "Joe", "Public"),
        ({"name": "  Joe   van der Public "}, "Joe", "van der Public"),
        ({"name": "Joe"}, "Joe", None),
        ({"name": "Joe Public", "firstName": "Jane"}, "Jane", None),
        ({"name": "Joe Public", "lastName": "Doe"}, None, "Doe"),
        ({"name": " "}, None, None),
    ],
)
async def test_a_name_is_split_unless_its_parts_are_given(
    lamplight: Location, given: dict[str, str], first: str | None, last: str | None
) -> None:
    contact = (await create(lamplight, **given)).json()["contact"]
    assert (contact.get("firstName"), contact.get("lastName")) == (first, last)


@pytest.mark.parametrize(
    ("given", "kept"),
    [("+1 888-888-8888", "+18888888888"), ("(030) 123/45.67", "0301234567"), ("112", "112")],
)
async def test_a_number_is_kept_without_what_stands_between_its_digits(
    lamplight: Location, given: str, kept: str
) -> None:
    assert (await create(lamplight, phone=given)).json()["contact"]["phone"] == kept


async def test_text_is_text(lamplight: Location) -> None:
    for text in NAUGHTY:
        fields = {"lastName": text, "city": text, "tags": [text], "customFields": [{"id": text, "field_value": text}]}
        contact = (await create(lamplight, firstName="x", **fields)).json()["contact"]
        assert (contact["lastName"], contact["city"], contact["tags"]) == (text, text, [text])
        assert contact["customFields"] == [{"id": text, "value": text}]


async def test_custom_fields_keep_their_values_of_every_kind(lamplight: Location) -> None:
    fields = [
        {"id": "a", "field_value": 100},
        {"id": "b", "fieldValue": ["test", 2.5, None, True]},
        {"key": "c", "field_value": {"x": {"url": "https://example.com"}}},
        {"id": "d", "key": "ignored beside an id"},
    ]
    contact = (await create(lamplight, customFields=fields)).json()["contact"]
    assert {field["id"]: field["value"] for field in contact["customFields"]} == {
        "a": 100,
        "b": ["test", 2.5, None, True],
        "c": {"x": {"url": "https://example.com"}},
        "d": None,
    }


async def test_channels_are_read_in_either_spelling_and_written_in_the_versions_own(lamplight: Location) -> None:
    settings = {"sms": {"status": "active"}, "WhatsApp": {"status": "inactive"}, "pigeon": {"status": "active"}}
    id = (await create(lamplight, dndSettings=settings)).json()["contact"]["id"]
    assert (await get(lamplight, id))["dndSettings"] == {
        "SMS": {"status": "active"},
        "WhatsApp": {"status": "inactive"},
    }
    v3 = (await get(lamplight, id, "v3"))["dndSettings"]
    assert v3 == {"sms": {"status": "active"}, "whatsApp": {"status": "inactive"}}


async def test_a_contact_is_assigned_to_a_member_of_the_location(lamplight: Location, world: World) -> None:
    ada = ids.write(world.ada.uuid)
    contact = (await create(lamplight, assignedTo=ada)).json()["contact"]
    assert contact["assignedTo"] == ada
    assert (await get(lamplight, contact["id"]))["assignedTo"] == ada


async def test_nobody_else_can_be_assigned(lamplight: Location, untouched: Untouched) -> None:
    for id in (an_id_of_nobody(), "", "x", "z" * 20):
        async with untouched():
            answer = await create(lamplight, assignedTo=id)
        assert answer.status_code == 400
        assert without_trace(answer.json()) == {
            "statusCode": 400,
            "message": f"User with id {id} not found",
            "error": "Bad Request",
        }


async def test_an_unknown_contact_is_a_bad_request(lamplight: Location) -> None:
    for id in (an_id_of_nobody(), "x", "z" * 20):
        answer = await lamplight.http.get(f"/contacts/{id}")
        assert answer.status_code == 400
        assert without_trace(answer.json()) == {
            "statusCode": 400,
            "message": f"Contact with id {id} not found",
            "error": "Bad Request",
        }


async def test_a_new_contact_is_told_of(lamplight: Location, sql: asyncpg.Connection) -> None:
    id = ids.known((await create(lamplight, email="new@example.com")).json()["contact"]["id"])
    told = await sql.fetch(
        "select e.kind, e.actor_kind, e.actor_id from events e join contacts c on c.id = e.contact_id"
        " where c.uuid = $1",
        id,
    )
    assert [tuple(row) for row in told] == [("contact.created", "app", lamplight.place.highlevel.id)]


# ── No doubles ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"email": "OTTO.brandt@example.com"}, "email"),
        ({"phone": "+1 555 010-0102"}, "phone"),
        ({"email": "otto.brandt@example.com", "phone": "+15550100101"}, "email"),
        ({"email": "other@example.com", "phone": "+15550100102"}, "phone"),
    ],
)
async def test_a_contact_who_is_there_is_not_created_again(
    lamplight: Location, untouched: Untouched, given: dict[str, str], field: str
) -> None:
    async with untouched():
        answer = await create(lamplight, **given)
    assert answer.status_code == 400
    assert answer.json() == {
        "statusCode": 400,
        "message": "This location does not allow duplicated contacts.",
        "meta": {"contactId": lamplight.contact(1), "contactName": "Otto Brandt", "matchingField": field},
    }


async def test_the_contacts_of_another_location_are_no_doubles(lamplight: Location, harbour: Location) -> None:
    assert (await create(lamplight, email="both@example.com")).status_code == 201
    assert (await create(harbour, email="both@example.com")).status_code == 201


async def test_of_twenty_creates_at_once_one_succeeds(lamplight: Location) -> None:
    answers = await asyncio.gather(*(create(lamplight, email="rush@example.com") for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [201] + [400] * 19
    (id,) = [answer.json()["contact"]["id"] for answer in answers if answer.status_code == 201]
    assert {answer.json()["meta"]["contactId"] for answer in answers if answer.status_code == 400} == {id}


# ── Upsert ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["/contacts/upsert", "/contacts/upsert/"])
async def test_an_unknown_contact_is_created_and_a_known_one_changed(lamplight: Location, path: str) -> None:
    created = await create(lamplight, path, email="u@example.com", firstName="Una", city="Berlin", tags=["a", "b"])
    assert created.status_code == 200
    body = without_trace(created.json())
    assert list(body) == ["new", "contact"]
    assert body["new"] is True
    changed = await create(lamplight, path, email="U@example.com", lastName="Umbra", state="BE", tags=["c"], dnd=True)
    assert changed.status_code == 200
    assert changed.json()["new"] is False
    contact = changed.json()["contact"]
    assert contact["id"] == body["contact"]["id"]
    assert (contact["name"], contact["city"], contact["state"]) == ("Una Umbra", "Berlin", "BE")
    assert (contact["tags"], contact["dnd"], contact["email"]) == (["c"], True, "U@example.com")
    assert await get(lamplight, contact["id"]) == contact


async def test_an_upsert_finds_by_number_when_no_address_matches(lamplight: Location) -> None:
    body = (await upsert(lamplight, phone="+1 555 0100 102", email="new@example.com")).json()
    assert (body["new"], body["contact"]["id"]) == (False, lamplight.contact(1))
    assert body["contact"]["email"] == "new@example.com"


async def test_an_upsert_leaves_a_number_with_whoever_has_it(lamplight: Location) -> None:
    body = (await upsert(lamplight, email="otto.brandt@example.com", phone="+15550100101", city="Ulm")).json()
    assert (body["new"], body["contact"]["id"]) == (False, lamplight.contact(1))
    assert (body["contact"]["phone"], body["contact"]["city"]) == ("+15550100102", "Ulm")


async def test_an_upsert_changes_only_the_custom_fields_that_it_names(lamplight: Location) -> None:
    await upsert(lamplight, email="c@example.com", customFields=[{"id": "a", "field_value": 1}, {"id": "b"}])
    body = (await upsert(lamplight, email="c@example.com", customFields=[{"id": "b", "field_value": 2}])).json()
    assert {field["id"]: field["value"] for field in body["contact"]["customFields"]} == {"a": 1, "b": 2}


async def test_locations_never_allow_doubles_whatever_an_upsert_says(lamplight: Location) -> None:
    body = (await upsert(lamplight, email="otto.brandt@example.com", createNewIfDuplicateAllowed=True)).json()
    assert (body["new"], body["contact"]["id"]) == (False, lamplight.contact(1))


async def test_of_twenty_upserts_at_once_one_creates(lamplight: Location) -> None:
    answers = await asyncio.gather(*(upsert(lamplight, email="rush@example.com") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert sorted(answer.json()["new"] for answer in answers) == [False] * 19 + [True]
    assert len({answer.json()["contact"]["id"] for answer in answers}) == 1
