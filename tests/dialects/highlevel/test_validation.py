"""What is wrong with a body: a 422 with one message for each violated rule (contracts/highlevel.md §3)."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.dialects.highlevel.conftest import Untouched
from tests.dialects.highlevel.locations import Location

NO_LOCATION = ["locationId must be a string", "locationId should not be empty"]
NO_CONTACT = ["contactId must be a string", "contactId should not be empty"]
TEXTS = (
    *("firstName", "lastName", "name", "gender", "address1", "city", "state", "postalCode", "country", "website"),
    *("timezone", "companyName", "source", "dateOfBirth", "assignedTo", "email", "phone"),
)

NO_ADDRESSES = (
    *("", "x", "@", "a@", "@b.de", "a@b", "a b@c.de", "a@b c.de", "a@b..de", "a@-b.de", "a@b-.de", "a..b@c.de"),
    *(".a@b.de", "a.@b.de", "a@b.d", "a@b.de.", "a@@b.de", "a@b.de\n", "<a@b.de>", "a,b@c.de", '"a"@b.de'),
    *("a" * 65 + "@b.de", "a@" + "b" * 64 + ".de", "a@" + "b." * 130 + "de", "a@b.de\0", "a@[127.0.0.1]"),
)
ADDRESSES = ("a@b.de", "a+b@c.co.uk", "o'hara@example.com", "a_b-c.d@x-y.example", "grüße@bücher.example", "1@2.io")
NO_NUMBERS = ("", "x", "+", "12", "+1 555 CALL", "1" * 16, "++1555", "1+555", "\uff11\uff12\uff13", "555\0123")


async def messages(at: Location, path: str, body: dict[str, Any], untouched: Untouched) -> list[str]:
    async with untouched():
        answer = await at.http.post(path, json=body)
    assert answer.status_code == 422, answer.text
    said: dict[str, Any] = answer.json()
    assert list(said) == ["statusCode", "message", "error"]
    assert (said["statusCode"], said["error"]) == (422, "Unprocessable Entity")
    found: list[str] = said["message"]
    return found


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, [*NO_LOCATION, *NO_CONTACT]),
        ({"locationId": None, "contactId": None}, [*NO_LOCATION, *NO_CONTACT]),
        ({"locationId": "", "contactId": ""}, [NO_LOCATION[1], NO_CONTACT[1]]),
        ({"locationId": 5, "contactId": ["x"]}, [NO_LOCATION[0], NO_CONTACT[0]]),
        ({"locationId": True, "contactId": {}}, [NO_LOCATION[0], NO_CONTACT[0]]),
        ({"contactId": "x"}, NO_LOCATION),
        ({"locationId": "x"}, NO_CONTACT),
        ({"location_id": "x", "contact_id": "x"}, [*NO_LOCATION, *NO_CONTACT]),
    ],
)
async def test_a_conversation_needs_two_filled_strings(
    lamplight: Location, untouched: Untouched, body: dict[str, Any], expected: list[str]
) -> None:
    assert await messages(lamplight, "/conversations/", body, untouched) == expected


@pytest.mark.parametrize("path", ["/contacts/", "/contacts/upsert"])
async def test_a_text_must_be_a_string(lamplight: Location, untouched: Untouched, path: str) -> None:
    for field, value in itertools.product(TEXTS, (5, True, ["x"], {"x": 1})):
        body = {"locationId": lamplight.id, field: value}
        assert await messages(lamplight, path, body, untouched) == [f"{field} must be a string"]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("dnd", "true", "dnd must be a boolean value"),
        ("dnd", 1, "dnd must be a boolean value"),
        ("tags", "a,b", "tags must be an array"),
        ("tags", {"0": "a"}, "tags must be an array"),
        ("tags", ["a", 1, None, ["b"]], "each value in tags must be a string"),
        ("customFields", {"id": "x"}, "customFields must be an array"),
        ("customFields", [1], "each value in nested property customFields must be either object or array"),
        ("customFields", [{"id": "a"}, {"field_value": 1}], "customFields.1.id should not be empty"),
        ("customFields", [{"id": 1}], "customFields.0.id must be a string"),
        ("customFields", [{"id": ""}], "customFields.0.id should not be empty"),
        ("dndSettings", "all", "dndSettings must be an object"),
        ("dndSettings", {"SMS": "off"}, "dndSettings.SMS must be an object"),
        ("dndSettings", {"SMS": {"status": "off"}}, "dndSettings.SMS.status must be a valid enum value"),
        ("dndSettings", {"SMS": {"status": "active", "message": 1}}, "dndSettings.SMS.message must be a string"),
        ("inboundDndSettings", [], "inboundDndSettings must be an object"),
        ("inboundDndSettings", {"all": "off"}, "inboundDndSettings.all must be an object"),
        (
            "inboundDndSettings",
            {"all": {"status": "permanent"}},
            "inboundDndSettings.all.status must be a valid enum value",
        ),
    ],
)
@pytest.mark.parametrize("path", ["/contacts/", "/contacts/upsert"])
async def test_a_field_must_be_of_its_kind(
    lamplight: Location, untouched: Untouched, path: str, field: str, value: Any, message: str
) -> None:
    body = {"locationId": lamplight.id, field: value}
    assert await messages(lamplight, path, body, untouched) == [message]


async def test_a_channel_without_a_status_breaks_both_of_its_rules(lamplight: Location, untouched: Untouched) -> None:
    body = {"locationId": lamplight.id, "dndSettings": {"FB": {}}}
    assert await messages(lamplight, "/contacts/", body, untouched) == [
        "dndSettings.FB.status must be a string",
        "dndSettings.FB.status should not be empty",
    ]


async def test_only_an_upsert_has_a_word_on_doubles(lamplight: Location, untouched: Untouched) -> None:
    body = {"locationId": lamplight.id, "createNewIfDuplicateAllowed": "yes"}
    message = "createNewIfDuplicateAllowed must be a boolean value"
    assert await messages(lamplight, "/contacts/upsert", body, untouched) == [message]
    assert (await lamplight.http.post("/contacts/", json=body)).status_code == 201


async def test_an_address_must_be_one(lamplight: Location, untouched: Untouched) -> None:
    for email in NO_ADDRESSES:
        body = {"locationId": lamplight.id, "email": email}
        assert await messages(lamplight, "/contacts/", body, untouched) == ["email must be an email"]


async def test_an_address_may_be_unusual(lamplight: Location) -> None:
    for email in ADDRESSES:
        answer = await lamplight.http.post("/contacts/", json={"locationId": lamplight.id, "email": email})
        assert answer.json()["contact"]["email"] == email


async def test_a_number_must_be_one(lamplight: Location, untouched: Untouched) -> None:
    for phone in NO_NUMBERS:
        body = {"locationId": lamplight.id, "phone": phone}
        assert await messages(lamplight, "/contacts/", body, untouched) == ["phone must be a valid phone number"]


async def test_all_problems_are_told_at_once_in_the_order_of_the_fields(
    lamplight: Location, untouched: Untouched
) -> None:
    body = {"phone": "x", "tags": 5, "email": "x", "dnd": "x", "firstName": 1}
    assert await messages(lamplight, "/contacts/", body, untouched) == [
        *NO_LOCATION,
        "firstName must be a string",
        "email must be an email",
        "phone must be a valid phone number",
        "tags must be an array",
        "dnd must be a boolean value",
    ]
