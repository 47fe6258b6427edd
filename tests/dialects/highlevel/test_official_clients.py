"""The vendor's own Python client, in both versions, against the running server (contracts/highlevel.md §10)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from highlevel import HighLevel
from highlevel.error import GHLError

from tests.dialects.highlevel import environments
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


async def test_the_release_joins_the_messages_of_a_422(client: HighLevel) -> None:
    with pytest.raises(GHLError) as refused:
        await client.conversations.create_conversation({})
    assert refused.value.status_code == 422
    assert "locationId should not be empty, contactId must be a string" in str(refused.value)


async def test_the_prerelease_creates_a_conversation_and_reads_it(lamplight: Location, base_url: str) -> None:
    try:
        python = await asyncio.to_thread(environments.interpreter)
    except environments.NotInstalled as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    given = {
        "base_url": base_url,
        "token": lamplight.place.highlevel.secret,
        "location_id": lamplight.id,
        "contact_id": lamplight.contact(),
    }
    found = await _run(python, given)
    assert found["version"] == "1.0.0b1"
    conversation = found["created"]["conversation"]
    assert (conversation["contactId"], conversation["locationId"]) == (lamplight.contact(), lamplight.id)
    assert found["read"]["id"] == conversation["id"]
    assert found["refused"]["status"] == 400
    assert found["refused"]["body"]["conversationId"] == conversation["id"]
    assert found["contact"]["contact"]["email"] == lamplight.place.contacts[0].email


async def _run(python: Path, given: dict[str, str]) -> dict[str, Any]:
    """What the script in the other environment says; it must not see this one's packages."""
    script = Path(__file__).with_name("prerelease.py")
    pipe = asyncio.subprocess.PIPE
    running = await asyncio.create_subprocess_exec(python, "-I", script, stdin=pipe, stdout=pipe, stderr=pipe)
    out, err = await running.communicate(json.dumps(given).encode())
    assert running.returncode == 0, err.decode()
    found: dict[str, Any] = json.loads(out)
    return found
