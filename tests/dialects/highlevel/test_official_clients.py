"""The vendor's own Python client 3.0.0 against the running server (contracts/highlevel.md §10)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from importlib.metadata import version

import pytest
from highlevel import HighLevel
from highlevel.error import GHLError

from tests.dialects.highlevel.locations import Location


@pytest.fixture
async def client(base_url: str, lamplight: Location) -> AsyncIterator[HighLevel]:
    """Version 3.0.0, pointed at this server in the one way that it offers."""

    class Here(HighLevel):  # type: ignore[misc]
        BASE_URL = base_url

    assert version("gohighlevel-api-client") == "3.0.0"
    client = Here(private_integration_token=lamplight.place.highlevel.secret)
    yield client
    await client.close()


async def test_the_release_creates_a_conversation_and_reads_it(client: HighLevel, lamplight: Location) -> None:
    created = await client.conversations.create_conversation(lamplight.conversation())
    assert created["success"] is True
    assert created["conversation"]["contactId"] == lamplight.contact()
    read = await client.conversations.get_conversation(created["conversation"]["id"])
    assert (read["id"], read["locationId"]) == (created["conversation"]["id"], lamplight.id)


async def test_the_release_is_told_of_the_conversation_that_is_there(client: HighLevel, lamplight: Location) -> None:
    created = await client.conversations.create_conversation(lamplight.conversation())
    with pytest.raises(GHLError) as refused:
        await client.conversations.create_conversation(lamplight.conversation())
    assert refused.value.status_code == 400
    assert f"Conversation with the contact id:{lamplight.contact()} already exists!" in str(refused.value)
    assert refused.value.response["conversationId"] == created["conversation"]["id"]


async def test_the_release_creates_a_contact_upserts_it_and_opens_its_conversation(
    client: HighLevel, lamplight: Location
) -> None:
    wanted = {"locationId": lamplight.id, "email": "sdk@example.com", "firstName": "Ess", "tags": ["new"]}
    contact = (await client.contacts.create_contact(wanted))["contact"]
    upserted = await client.contacts.upsert_contact(wanted | {"lastName": "Dekay"})
    assert (upserted["new"], upserted["contact"]["id"]) == (False, contact["id"])
    read = await client.contacts.get_contact(contact["id"])
    assert read["contact"] == upserted["contact"]
    assert read["contact"]["name"] == "Ess Dekay"
    created = await client.conversations.create_conversation(lamplight.conversation(contact["id"]))
    assert created["conversation"]["contactId"] == contact["id"]


async def test_the_release_searches_changes_and_deletes_conversations(client: HighLevel, lamplight: Location) -> None:
    made = [
        await client.conversations.create_conversation(lamplight.conversation(lamplight.contact(n))) for n in (0, 1, 2)
    ]
    ids = [each["conversation"]["id"] for each in made]
    first = await client.conversations.search_conversation(lamplight.id, limit=2)
    assert (first["total"], [row["id"] for row in first["conversations"]]) == (3, [ids[2], ids[1]])
    place = first["conversations"][-1]["sort"]
    rest = await client.conversations.search_conversation(lamplight.id, limit=2, start_after_date=place)
    assert [row["id"] for row in rest["conversations"]] == [ids[0]]
    found = await client.conversations.search_conversation(lamplight.id, query="otto", sort="asc", status="all")
    assert [row["id"] for row in found["conversations"]] == [ids[1]]
    changed = await client.conversations.update_conversation(
        ids[0], {"locationId": lamplight.id, "unreadCount": 4, "starred": True, "feedback": "positive"}
    )
    assert (changed["conversation"]["unreadCount"], changed["conversation"]["starred"]) == (4, True)
    unread = await client.conversations.search_conversation(lamplight.id, status="unread")
    assert [row["id"] for row in unread["conversations"]] == [ids[0]]
    assert await client.conversations.delete_conversation(ids[0]) == {"success": True}
    assert (await client.conversations.search_conversation(lamplight.id))["total"] == 2


async def test_the_release_changes_searches_and_deletes_contacts(client: HighLevel, lamplight: Location) -> None:
    changed = await client.contacts.update_contact(lamplight.contact(1), {"city": "Ulm", "tags": ["late"]})
    assert (changed["succeeded"], changed["contact"]["city"]) == (True, "Ulm")
    asked = {
        "locationId": lamplight.id,
        "pageLimit": 5,
        "filters": [{"field": "tags", "operator": "eq", "value": ["late"]}],
    }
    found = await client.contacts.search_contacts_advanced(asked)
    assert ([row["id"] for row in found["contacts"]], found["total"]) == ([lamplight.contact(1)], 1)
    double = await client.contacts.get_duplicate_contact(location_id=lamplight.id, email="otto.brandt@example.com")
    assert double["contact"]["id"] == lamplight.contact(1)
    assert (await client.contacts.delete_contact(lamplight.contact(1)))["succeeded"] is True
    with pytest.raises(GHLError) as refused:
        await client.contacts.get_contact(lamplight.contact(1))
    assert refused.value.status_code == 400


async def test_the_release_joins_the_messages_of_a_422(client: HighLevel) -> None:
    with pytest.raises(GHLError) as refused:
        await client.conversations.create_conversation({})
    assert refused.value.status_code == 422
    assert "locationId should not be empty, contactId must be a string" in str(refused.value)
