"""The vendor's own Python client 3.0.0 says and reads messages (contracts/highlevel.md §10)."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest
from highlevel import HighLevel
from highlevel.error import GHLError

from koine.demo import World
from koine.postgres.database import Database
from tests.dialects.highlevel.locations import Location
from tests.dialects.highlevel.messaging import MESSAGES, registered


@pytest.fixture
async def client(base_url: str, lamplight: Location) -> AsyncIterator[HighLevel]:
    """Pointed at this server in the one way that it offers."""

    class Here(HighLevel):  # type: ignore[misc]
        BASE_URL = base_url

    client = Here(private_integration_token=lamplight.place.highlevel.secret)
    yield client
    await client.close()


async def test_it_sends_lists_and_exports(client: HighLevel, lamplight: Location) -> None:
    talk, contact = client.conversations, lamplight.contact()
    sent = await talk.send_a_new_message({"type": "SMS", "contactId": contact, "message": "Hello"})
    mail = await talk.send_a_new_message({"type": "Email", "contactId": contact, "html": "<p>Hi</p>"})
    came = await talk.add_an_inbound_message({"type": "SMS", "contactId": contact, "message": "Hello?"})
    assert came["success"] is True
    listed = await talk.get_messages(sent["conversationId"], limit=20, type="TYPE_SMS")
    assert [each["id"] for each in listed["messages"]["messages"]] == [came["messageId"], sent["messageId"]]
    exported = await talk.export_messages_by_location(location_id=lamplight.id, channel="Email")
    assert [each["id"] for each in exported["messages"]] == [mail["messageId"]]
    # These two ask for a literal `{id}` (a defect of theirs), so they are asked for as §10 says.
    read = (await client.request(method="GET", url=f"{MESSAGES}/{sent['messageId']}")).json()
    assert (read["id"], read["message"]["id"]) == (sent["messageId"], sent["messageId"])
    email = (await client.request(method="GET", url=f"{MESSAGES}/email/{mail['emailMessageId']}")).json()
    assert email["emailMessage"]["body"] == "<p>Hi</p>"


async def test_it_cancels_what_was_scheduled(client: HighLevel, lamplight: Location) -> None:
    talk, later = client.conversations, int(time.time()) + 3600
    body = {"contactId": lamplight.contact(), "scheduledTimestamp": later}
    text = await talk.send_a_new_message({"type": "SMS", "message": "x", **body})
    mail = await talk.send_a_new_message({"type": "Email", "html": "x", **body})
    assert (await talk.cancel_scheduled_message(text["messageId"]))["status"] == 200
    assert (await talk.cancel_scheduled_email_message(mail["emailMessageId"]))["status"] == 200
    with pytest.raises(GHLError) as refused:
        await talk.cancel_scheduled_message(text["messageId"])
    assert refused.value.status_code == 400


async def test_it_tells_what_became_of_messages(
    client: HighLevel, lamplight: Location, database: Database, world: World
) -> None:
    talk, contact = client.conversations, lamplight.contact()
    mails = await registered(database, world, lamplight.place, "email")
    calls = await registered(database, world, lamplight.place, "call")
    named = {"type": "Custom", "contactId": contact, "html": "x", "conversationProviderId": mails.id}
    mail = await talk.send_a_new_message(named)
    assert (await talk.update_message_status(mail["messageId"], {"status": "delivered"}))["status"] == "delivered"
    told = await talk.update_email_message_status(mail["emailMessageId"], {"status": "opened", "events": {"opened": 1}})
    assert told["success"] is True
    call = await talk.add_an_outbound_message(
        {"type": "Call", "contactId": contact, "conversationProviderId": calls.id, "call": {"status": "completed"}}
    )
    await talk.add_message_attachments(call["messageId"], {"attachments": ["https://example.com/a.wav"]})
    typing = {"locationId": lamplight.id, "isTyping": "true", "visitorId": "v"}
    typed = await talk.live_chat_agent_typing({**typing, "conversationId": mail["conversationId"]})
    assert typed["success"] is True
    review = {"locationId": lamplight.id, "conversationId": mail["conversationId"], "message": "Thanks"}
    assert (await talk.send_review_reply(review))["conversationId"] == mail["conversationId"]


async def test_it_is_told_why_something_is_refused(client: HighLevel, lamplight: Location) -> None:
    with pytest.raises(GHLError) as refused:
        await client.conversations.send_a_new_message({"type": "SMS", "contactId": lamplight.contact()})
    assert refused.value.status_code == 422
    assert refused.value.response["canonicalCode"] == "CONVERSATIONS_MSG_NO_CONTENT"
    with pytest.raises(GHLError) as unknown:
        await client.conversations.send_a_new_message({"type": "sms", "contactId": "x", "message": "x"})
    assert "type must be a valid enum value" in str(unknown.value)
