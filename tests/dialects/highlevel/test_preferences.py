"""What contacts want to be sent (contracts/highlevel.md §6.13)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.dialects.highlevel.conftest import Issue, Untouched
from tests.dialects.highlevel.locations import Location, an_id_of_nobody, headers

SUBTYPES = "/conversations/preferences/custom-subtypes"
STATUS = "/conversations/preferences/unsubscriptions/status"
CHANGE = "/conversations/preferences/unsubscriptions/user-change"


async def made(at: Location, **body: Any) -> dict[str, Any]:
    given = {"name": "News", "description": "Once a month", "channel": "email", "language": "en"} | body
    answer = await at.http.post(SUBTYPES, params={"locationId": at.id}, json=given)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()["customSubtype"]
    return found


async def change(at: Location, **action: Any) -> httpx.Response:
    body = {
        "locationId": at.id,
        "contactId": at.contact(),
        "email": "Rosalind.Marsh@example.com",
        "subscription_action": {"type": "default", "subtype_status": "unsubscribed"} | action,
    }
    return await at.http.post(CHANGE, json=body)


async def status(at: Location, **asked: Any) -> list[dict[str, Any]]:
    answer = await at.http.get(STATUS, params={"locationId": at.id, "contactId": at.contact()} | asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["subscriptions"]
    return found


async def test_a_subtype_is_made_changed_and_archived(lamplight: Location, harbour: Location) -> None:
    subtype = await made(lamplight)
    path = f"{SUBTYPES}/{subtype['id']}"
    body = {"name": "Newsletter", "archived": True, "resubscription_legal_form_id": "f1"}
    changed = (await lamplight.http.put(path, params={"locationId": lamplight.id}, json=body)).json()["customSubtype"]
    assert (changed["name"], changed["archived"], changed["description"]) == ("Newsletter", True, "Once a month")
    assert changed["resubscription_legal_form_id"] == "f1"
    listed = (await lamplight.http.get(SUBTYPES, params={"locationId": lamplight.id})).json()["customSubtypes"]
    assert listed == [changed]
    assert (await harbour.http.get(SUBTYPES, params={"locationId": harbour.id})).json()["customSubtypes"] == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"name": "x" * 101}, "name must be shorter than or equal to 100 characters"),
        ({"channel": "fax"}, "channel must be a valid enum value"),
        ({"language": None}, "language should not be empty"),
    ],
)
async def test_a_subtype_that_is_none_is_refused(
    lamplight: Location, untouched: Untouched, body: dict[str, Any], says: str
) -> None:
    given = {"name": "News", "channel": "email", "language": "en"} | body
    async with untouched():
        answer = await lamplight.http.post(SUBTYPES, params={"locationId": lamplight.id}, json=given)
    assert answer.status_code == 422
    assert says in answer.json()["message"]


async def test_an_unknown_subtype_is_the_same_as_another_locations(lamplight: Location, harbour: Location) -> None:
    theirs = (await made(harbour))["id"]
    for id in (an_id_of_nobody(), theirs):
        answer = await lamplight.http.put(f"{SUBTYPES}/{id}", params={"locationId": lamplight.id}, json={})
        assert (answer.status_code, answer.json()["message"]) == (400, f"Custom subtype with id {id} not found")
        refused = await change(lamplight, type="custom", subtype_id=id)
        assert (refused.status_code, refused.json()["message"]) == (400, f"Custom subtype with id {id} not found")


async def test_a_contact_ends_and_resumes_subscriptions(lamplight: Location) -> None:
    subtype = await made(lamplight)
    assert await status(lamplight) == []
    await change(lamplight)
    await change(lamplight, type="custom", subtype_id=subtype["id"])
    found = await status(lamplight)
    assert [(each["subtype_name"], each["subtype_id"], each["subtype_status"]) for each in found] == [
        ("One on One", None, "unsubscribed"),
        ("News", subtype["id"], "unsubscribed"),
    ]
    assert {each["email"] for each in found} == {"rosalind.marsh@example.com"}
    await change(lamplight, type="custom", subtype_id=subtype["id"], subtype_status="subscribed")
    assert [each["subtype_status"] for each in await status(lamplight)] == ["unsubscribed", "subscribed"]
    await change(lamplight, type="resub_all")
    assert {each["subtype_status"] for each in await status(lamplight)} == {"subscribed"}
    assert await status(lamplight, email="other@example.com") == []
    assert len(await status(lamplight, email="ROSALIND.marsh@example.com")) == 2


async def test_a_change_of_nothing_in_particular_is_refused(lamplight: Location, untouched: Untouched) -> None:
    async with untouched():
        answer = await change(lamplight, type="custom")
    assert (answer.status_code, answer.json()["message"]) == (
        422,
        ["subscription_action.subtype_id must be a string", "subscription_action.subtype_id should not be empty"],
    )


async def test_the_location_must_be_the_tokens(lamplight: Location, harbour: Location) -> None:
    for method, path in (("get", SUBTYPES), ("post", SUBTYPES), ("get", STATUS)):
        theirs = await lamplight.http.request(
            method, path, params={"locationId": harbour.id, "contactId": lamplight.contact()}
        )
        assert theirs.status_code == 403, path
        assert (await lamplight.http.request(method, path)).status_code == 422, path


async def test_any_token_of_the_location_will_do(lamplight: Location, issue: Issue) -> None:
    """The contract asks for no scope."""
    given = headers(await issue(lamplight.place, ["conversations.readonly"]))
    here = {"locationId": lamplight.id}
    subtype = {"name": "News", "channel": "email", "language": "en"}
    assert (await lamplight.http.post(SUBTYPES, params=here, json=subtype, headers=given)).status_code == 201
    asked = here | {"contactId": lamplight.contact()}
    assert (await lamplight.http.get(STATUS, params=asked, headers=given)).status_code == 200
