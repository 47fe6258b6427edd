"""What the tests of messages share: providers, and the ways in which something is said."""

from __future__ import annotations

from typing import Any

import httpx

from koine.core.actor import system
from koine.core.providers import providers
from koine.core.providers.model import Kind, Provider, Wanted
from koine.demo import Place, World
from koine.postgres.database import Database
from tests.dialects.highlevel.locations import Location

MESSAGES = "/conversations/messages"


async def registered(
    database: Database,
    world: World,
    place: Place,
    kind: Kind = "sms",
    *,
    url: str | None = None,
    extra: bool = True,
    token_id: int | None = None,
) -> Provider:
    """A provider of a place; one beside the usual one, unless it is said to be that."""
    by = system(world.account_id, place.workspace.id)
    async with database.writing(by.workspaces) as tx:
        return await providers.create(
            tx, by, place.workspace.id, Wanted(kind, url, "Carrier", extra=extra, token_id=token_id)
        )


async def send(at: Location, number: int = 0, **body: Any) -> httpx.Response:
    """Send a text to one of the location's contacts, unless it is said to be something else."""
    given = {"type": "SMS", "contactId": at.contact(number), "message": "Hello"} | body
    return await at.http.post(MESSAGES, json=given)


async def bring(at: Location, number: int = 0, **body: Any) -> httpx.Response:
    """A text that one of the location's contacts sent."""
    given = {"type": "SMS", "contactId": at.contact(number), "message": "Hello?"} | body
    return await at.http.post(f"{MESSAGES}/inbound", json=given)


async def log_call(at: Location, provider: Provider, number: int = 0, **body: Any) -> httpx.Response:
    """A call that was made to one of the location's contacts."""
    given = {
        "type": "Call",
        "contactId": at.contact(number),
        "conversationProviderId": provider.id,
        "call": {"to": "+15550100101", "from": "+15550100999", "status": "completed"},
    }
    return await at.http.post(f"{MESSAGES}/outbound", json=given | body)


async def message(at: Location, sent: httpx.Response) -> dict[str, Any]:
    """A message as it is read, by the answer to what said it."""
    answer = await at.http.get(f"{MESSAGES}/{sent.json()['messageId']}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["message"]
    return found


async def listed(at: Location, conversation_id: str, **asked: Any) -> dict[str, Any]:
    """A page of a conversation."""
    answer = await at.http.get(f"/conversations/{conversation_id}/messages", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["messages"]
    return found
