"""What was said elsewhere, and what became of what was sent (contracts/highlevel.md §6.5 to §6.7)."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest

from koine.core.providers.model import Provider
from koine.demo import World
from koine.dialects.highlevel import ids
from koine.postgres.database import Database
from tests.dialects.highlevel.conftest import Issue, Untouched
from tests.dialects.highlevel.locations import Location, an_id_of_nobody, headers, without_trace
from tests.dialects.highlevel.messaging import MESSAGES, bring, listed, log_call, message, registered, send

HTML = "<p>Hello?</p>"


async def test_what_a_contact_said_is_unread_and_theirs(lamplight: Location, sql: asyncpg.Connection) -> None:
    answer = await bring(lamplight)
    body = answer.json()
    assert (answer.status_code, body["success"], body["contactId"]) == (200, True, lamplight.contact())
    found = await message(lamplight, answer)
    assert (found["direction"], found["status"], found["messageType"]) == ("inbound", "delivered", "TYPE_SMS")
    assert "source" not in found
    conversation = (await lamplight.http.get(f"/conversations/{body['conversationId']}")).json()
    assert conversation["unreadCount"] == 1
    await bring(lamplight)
    assert (await lamplight.http.get(f"/conversations/{body['conversationId']}")).json()["unreadCount"] == 2
    row = await sql.fetchrow("select * from messages where uuid = $1", ids.known(body["messageId"]))
    assert row is not None
    assert (row["author_kind"], row["author_id"]) == ("contact", lamplight.place.contacts[0].id)


async def test_either_id_is_enough_and_none_is_not(lamplight: Location, untouched: Untouched) -> None:
    conversation = (await bring(lamplight)).json()["conversationId"]
    answer = await bring(lamplight, contactId=None, conversationId=conversation)
    assert (answer.status_code, answer.json()["conversationId"]) == (200, conversation)
    async with untouched():
        neither = await bring(lamplight, contactId=None)
        of_another = await bring(lamplight, 1, conversationId=conversation)
    assert neither.status_code == 422
    assert "contactId should not be empty" in neither.json()["message"]
    assert of_another.json()["message"] == f"Contact with id {lamplight.contact(1)} not found"


async def test_an_unknown_conversation_is_the_same_as_another_locations(
    lamplight: Location, harbour: Location, untouched: Untouched
) -> None:
    theirs = (await bring(harbour)).json()["conversationId"]
    for id in (an_id_of_nobody(), theirs):
        async with untouched():
            answer = await bring(lamplight, contactId=None, conversationId=id)
        assert without_trace(answer.json()) == {
            "statusCode": 400,
            "message": f"Conversation with id {id} not found",
            "error": "Bad Request",
        }


async def test_the_same_id_of_the_same_provider_lands_once(
    lamplight: Location, database: Database, world: World
) -> None:
    one, other = [await registered(database, world, lamplight.place) for _ in range(2)]
    same = {"type": "Custom", "altId": "their-1"}
    answers = await asyncio.gather(*(bring(lamplight, conversationProviderId=one.id, **same) for _ in range(5)))
    assert len({answer.json()["messageId"] for answer in answers}) == 1
    elsewhere = await bring(lamplight, conversationProviderId=other.id, **same)
    assert elsewhere.json()["messageId"] != answers[0].json()["messageId"]
    assert (await message(lamplight, answers[0]))["altId"] == "their-1"
    assert len((await listed(lamplight, elsewhere.json()["conversationId"]))["messages"]) == 2


async def test_an_email_that_lands_twice_keeps_its_id(lamplight: Location) -> None:
    first, second = [await bring(lamplight, type="Email", html=HTML, altId="mail-1") for _ in range(2)]
    assert first.json()["emailMessageId"] == second.json()["emailMessageId"]


async def test_what_was_said_earlier_stands_where_it_was_said(lamplight: Location) -> None:
    now = await bring(lamplight, message="now")
    then = await bring(lamplight, message="then", date="2024-03-27T18:13:49.000Z")
    assert then.json()["dateAdded"] == "2024-03-27T18:13:49.000Z"
    page = await listed(lamplight, now.json()["conversationId"])
    assert [each["body"] for each in page["messages"]] == ["now", "then"]


async def test_an_answer_by_mail_joins_its_thread(lamplight: Location) -> None:
    first = (await send(lamplight, type="Email", html=HTML, subject="The lamp")).json()
    answer = (await bring(lamplight, type="Email", html=HTML, emailMessageId=first["emailMessageId"])).json()
    email = (await lamplight.http.get(f"{MESSAGES}/email/{answer['emailMessageId']}")).json()
    assert (email["threadId"], email["direction"]) == (first["messageId"], "inbound")
    assert email["from"] == lamplight.place.contacts[0].email


async def test_a_message_can_be_said_to_have_gone_out(lamplight: Location) -> None:
    found = await message(lamplight, await bring(lamplight, direction="outbound"))
    assert (found["direction"], found["status"], found["source"]) == ("outbound", "delivered", "api")


async def test_a_call_is_taken_down_with_who_called_whom(lamplight: Location, database: Database, world: World) -> None:
    provider = await registered(database, world, lamplight.place, "call")
    found = await message(lamplight, await log_call(lamplight, provider))
    assert (found["messageType"], found["type"], found["direction"]) == ("TYPE_CUSTOM_CALL", 34, "outbound")
    assert found["meta"] == {"callStatus": "completed", "call": {"status": "completed"}}
    assert (found["from"], found["to"]) == ("+15550100999", "+15550100101")
    call = {"to": "+15550100999", "from": "+15550100101", "status": "voicemail"}
    inbound = await bring(lamplight, type="Call", message=None, conversationProviderId=provider.id, call=call)
    assert (await message(lamplight, inbound))["direction"] == "inbound"


# ── Whose provider ──────────────────────────────────────────────────────────────────────────────────────────────────

NO_ACCESS = "CONVERSATIONS_MSG_PROVIDER_NO_ACCESS"


@pytest.mark.parametrize("type_", ["Custom", "Call"])
async def test_some_types_take_a_provider(lamplight: Location, untouched: Untouched, type_: str) -> None:
    async with untouched():
        answer = await bring(lamplight, type=type_)
    assert (answer.status_code, answer.json()["message"]) == (400, "No conversationProviderId passed in body")


@pytest.mark.parametrize(
    ("kind", "type_"), [("sms", "Email"), ("sms", "Call"), ("email", "SMS"), ("call", "Custom"), ("sms", "WhatsApp")]
)
async def test_a_provider_brings_only_its_kind(
    lamplight: Location, database: Database, world: World, kind: Any, type_: str
) -> None:
    provider = await registered(database, world, lamplight.place, kind)
    answer = await bring(lamplight, type=type_, html=HTML, conversationProviderId=provider.id)
    assert (answer.status_code, answer.json()["message"]) == (400, "Incorrect conversationProviderId/type")
    assert answer.json()["canonicalCode"] == "CONVERSATIONS_MSG_CONVERSATION_PROVIDER_MISMATCH"


async def test_only_the_app_that_owns_a_provider_brings_messages_and_their_status(
    lamplight: Location, database: Database, world: World, issue: Issue, untouched: Untouched
) -> None:
    """The first token owns it: what another one is told, and that the owner is not."""
    provider = await registered(database, world, lamplight.place, token_id=lamplight.place.highlevel.id)
    named = {"type": "Custom", "conversationProviderId": provider.id}
    brought, sent = await bring(lamplight, **named), await send(lamplight, **named)
    assert (brought.status_code, sent.status_code) == (200, 200)
    other = headers(await issue(lamplight.place, ["conversations/message.write"]))
    status = f"{MESSAGES}/{sent.json()['messageId']}/status"
    async with untouched():
        body = {"contactId": lamplight.contact(), "message": "x", **named}
        foreign = await lamplight.http.post(f"{MESSAGES}/inbound", json=body, headers=other)
        told = await lamplight.http.put(status, json={"status": "read"}, headers=other)
    for answer in (foreign, told):
        assert answer.status_code == 401
        assert without_trace(answer.json()) == {
            "statusCode": 401,
            "message": f"You don't have access to the conversationProvider with id: {provider.id}",
            "error": "Unauthorized",
            "canonicalCode": NO_ACCESS,
        }
    assert (await lamplight.http.put(status, json={"status": "read"})).status_code == 200


# ── What became of it ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def provider(lamplight: Location, database: Database, world: World) -> Provider:
    """One that carries texts."""
    return await registered(database, world, lamplight.place)


async def test_a_status_is_kept_with_why_it_failed_and_told_once(
    lamplight: Location, provider: Provider, sql: asyncpg.Connection
) -> None:
    sent = await send(lamplight, type="Custom", conversationProviderId=provider.id)
    id = sent.json()["messageId"]
    error = {"code": "30003", "type": "saas", "message": "Unreachable handset"}
    for _ in range(2):
        answer = await lamplight.http.put(f"{MESSAGES}/{id}/status", json={"status": "failed", "error": error})
        assert (answer.status_code, answer.json()["status"], answer.json()["messageId"]) == (200, "failed", id)
    found = await message(lamplight, sent)
    assert (found["status"], found["error"]) == ("failed", "Unreachable handset")
    told = await sql.fetch(
        "select e.data from events e join messages m on m.id = e.message_id"
        " where m.uuid = $1 and e.kind = 'message.status_changed'",
        ids.known(id),
    )
    assert [row["data"] for row in told] == ['{"to": "failed", "from": "pending"}']


async def test_a_message_that_nobody_carried_has_no_status_to_tell(lamplight: Location, untouched: Untouched) -> None:
    id = (await send(lamplight)).json()["messageId"]
    async with untouched():
        answer = await lamplight.http.put(f"{MESSAGES}/{id}/status", json={"status": "read"})
    assert answer.status_code == 403
    assert without_trace(answer.json()) == {
        "statusCode": 403,
        "message": "No conversation provider found for this message",
        "error": "Forbidden",
    }


async def test_the_status_of_an_unknown_message_is_the_same_as_of_another_locations(
    lamplight: Location, harbour: Location
) -> None:
    theirs = (await send(harbour)).json()["messageId"]
    for id in (an_id_of_nobody(), theirs, "x"):
        answer = await lamplight.http.put(f"{MESSAGES}/{id}/status", json={"status": "read"})
        assert answer.status_code == 401
        assert without_trace(answer.json()) == {
            "statusCode": 401,
            "message": f"No message found for the id: {id} passed in params",
            "error": "Unauthorized",
        }


@pytest.mark.parametrize("status", ["sent", "", None, 1])
async def test_only_four_statuses_are_written(lamplight: Location, status: object) -> None:
    answer = await lamplight.http.put(f"{MESSAGES}/x/status", json={"status": status})
    assert (answer.status_code, answer.json()["message"][0]) == (422, "status must be a valid enum value")


@pytest.fixture
async def mail(lamplight: Location, database: Database, world: World) -> str:
    """The id of an e-mail that a provider carries."""
    carrier = await registered(database, world, lamplight.place, "email", extra=False)
    sent = await send(lamplight, type="Email", html=HTML, conversationProviderId=carrier.id)
    id: str = sent.json()["emailMessageId"]
    return id


async def test_what_happened_to_an_email_implies_more(lamplight: Location, mail: str, sql: asyncpg.Connection) -> None:
    path, v3 = f"{MESSAGES}/email/{mail}/status", {"Version": "v3"}
    who = {"emailId": "cc@example.com", "status": "failed", "failReason": "550"}
    body = {"status": "clicked", "events": {"clicked": 3, "failed": 0}, "recipients": [who]}
    answer = await lamplight.http.put(path, json=body, headers=v3)
    assert (answer.status_code, answer.json()["success"]) == (200, True)
    await lamplight.http.put(path, json={"status": "clicked", "events": {"opened": 5, "clicked": 0}}, headers=v3)
    row = await sql.fetchrow(
        "select events - array['delivered_at', 'opened_at', 'clicked_at'] as counts,"
        " events ?& array['delivered_at', 'opened_at', 'clicked_at'] as dated, outcomes, status from emails"
        " where uuid = $1",
        ids.known(mail),
    )
    assert row is not None
    assert row["counts"] == '{"opened": 5, "clicked": 3, "accepted": 1, "delivered": 1}'
    assert row["dated"] is True
    assert row["outcomes"] == '{"cc@example.com": {"status": "failed", "fail_reason": "550"}}'
    read = (await lamplight.http.get(f"{MESSAGES}/email/{mail}")).json()
    assert read["status"] == "opened"


async def test_an_email_that_nobody_carried_takes_no_status(lamplight: Location) -> None:
    id = (await send(lamplight, type="Email", html=HTML)).json()["emailMessageId"]
    answer = await lamplight.http.put(f"{MESSAGES}/email/{id}/status", json={"status": "sent"})
    assert answer.status_code == 403
    unknown = await lamplight.http.put(f"{MESSAGES}/email/{an_id_of_nobody()}/status", json={"status": "sent"})
    assert unknown.status_code == 400
