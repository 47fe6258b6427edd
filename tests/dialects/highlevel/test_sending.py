"""Sending messages (contracts/highlevel.md §6.4, §7)."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import asyncpg
import pytest

from koine.core.actor import system
from koine.core.conversations import changing, finding
from koine.core.conversations.correspondence import recipients, sending
from koine.core.conversations.correspondence.model import Whom
from koine.core.conversations.model import Said
from koine.demo import World
from koine.dialects.highlevel import ids
from koine.postgres.database import Database
from tests.dialects.highlevel.conftest import Issue, Untouched
from tests.dialects.highlevel.locations import Location, an_id_of_nobody, headers, without_trace
from tests.dialects.highlevel.messaging import MESSAGES, listed, log_call, message, registered, send

HTML = "<p>Hello</p>"


async def test_a_text_opens_the_contacts_conversation_and_stands_in_it(
    lamplight: Location, sql: asyncpg.Connection
) -> None:
    answer = await send(lamplight)
    body = answer.json()
    assert (answer.status_code, body["status"], body["msg"]) == (200, "pending", "Message queued successfully.")
    found = await message(lamplight, answer)
    assert (found["messageType"], found["type"], found["direction"]) == ("TYPE_SMS", 2, "outbound")
    assert (found["body"], found["source"], found["to"]) == ("Hello", "api", "+15550100101")
    row = await sql.fetchrow("select * from conversations where uuid = $1", ids.known(body["conversationId"]))
    assert row is not None
    assert (row["continuous"], row["last_message_preview"], row["unread_count"]) == (True, "Hello", 0)
    told = await sql.fetch("select kind from events where conversation_id = $1 order by id", row["id"])
    assert [each["kind"] for each in told] == ["conversation.opened", "message.posted"]


async def test_a_second_text_stands_in_the_same_conversation(lamplight: Location) -> None:
    first, second = await send(lamplight), await send(lamplight, message="Again")
    assert first.json()["conversationId"] == second.json()["conversationId"]
    page = await listed(lamplight, first.json()["conversationId"])
    assert [each["body"] for each in page["messages"]] == ["Again", "Hello"]


async def test_twenty_first_texts_at_once_stand_in_one_conversation(lamplight: Location) -> None:
    answers = await asyncio.gather(*(send(lamplight, message=str(number)) for number in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["conversationId"] for answer in answers}) == 1
    page = await listed(lamplight, answers[0].json()["conversationId"])
    assert {each["body"] for each in page["messages"]} == {str(number) for number in range(20)}


async def test_a_deleted_conversation_comes_back_when_something_is_said(
    lamplight: Location, database: Database, world: World, sql: asyncpg.Connection
) -> None:
    first = (await send(lamplight)).json()["conversationId"]
    by = system(world.account_id, lamplight.place.workspace.id)
    async with database.writing(by.workspaces) as tx:
        await changing.delete(tx, by, await finding.by_uuid(tx, by, ids.known(first)))
    again = await send(lamplight)
    assert (again.status_code, again.json()["conversationId"]) == (200, first)
    told = await sql.fetch(
        "select kind from events e join conversations c on c.id = e.conversation_id where c.uuid = $1 order by e.id",
        ids.known(first),
    )
    assert [row["kind"] for row in told][-2:] == ["conversation.restored", "message.posted"]


@pytest.mark.parametrize(
    ("type_", "stored"),
    [
        ("RCS", "TYPE_RCS"),
        ("WhatsApp", "TYPE_WHATSAPP"),
        ("IG", "TYPE_INSTAGRAM"),
        ("FB", "TYPE_FACEBOOK"),
        ("Live_Chat", "TYPE_LIVE_CHAT"),
        ("TIKTOK", "TYPE_TIKTOK"),
    ],
)
async def test_every_type_is_stored_as_its_own(lamplight: Location, type_: str, stored: str) -> None:
    assert (await message(lamplight, await send(lamplight, type=type_)))["messageType"] == stored


async def test_the_status_that_is_given_is_kept(lamplight: Location) -> None:
    answer = await send(lamplight, status="delivered", subType={})
    assert (answer.status_code, answer.json()["status"]) == (200, "delivered")
    assert (await message(lamplight, answer))["status"] == "delivered"


async def test_files_alone_are_content_and_their_addresses_are_shown_as_given(lamplight: Location) -> None:
    urls = ["https://example.com/a.png", "not even an address"]
    answer = await send(lamplight, message=None, attachments=urls)
    assert (await message(lamplight, answer))["attachments"] == urls


# ── E-mail ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_email_has_an_id_of_its_own_and_is_read_by_it(lamplight: Location) -> None:
    html = '<p style="color: red">Hello</p>'
    answer = await send(
        lamplight,
        type="Email",
        html=html,
        subject="The lamp",
        emailFrom="Shop <shop@example.com>",
        emailCc=["cc@example.com"],
        emailBcc=["bcc@example.com"],
    )
    id = answer.json()["emailMessageId"]
    found = await message(lamplight, answer)
    assert (found["messageType"], found["meta"]) == ("TYPE_EMAIL", {"email": {"messageIds": [id]}})
    email = (await lamplight.http.get(f"{MESSAGES}/email/{id}")).json()
    assert email["emailMessage"] == {name: email[name] for name in email["emailMessage"]}
    assert (email["id"], email["threadId"]) == (id, answer.json()["messageId"])
    assert (email["subject"], email["body"], email["from"]) == ("The lamp", html, "Shop <shop@example.com>")
    assert (email["to"], email["cc"], email["bcc"]) == (
        [lamplight.place.contacts[0].email],
        ["cc@example.com"],
        ["bcc@example.com"],
    )


async def test_an_email_in_a_list_comes_without_its_words(lamplight: Location) -> None:
    answer = await send(lamplight, type="Email", html=HTML)
    page = await listed(lamplight, answer.json()["conversationId"])
    assert "body" not in page["messages"][0]
    assert (await message(lamplight, answer))["body"] == HTML


async def test_other_readers_get_the_html_of_an_email_made_harmless(
    lamplight: Location, sql: asyncpg.Connection
) -> None:
    answer = await send(lamplight, type="Email", html="<p onclick='x()'>Hi</p><script>x()</script>")
    row = await sql.fetchrow(
        "select body_html, body_text from messages where uuid = $1", ids.known(answer.json()["messageId"])
    )
    assert row is not None
    assert (row["body_html"], row["body_text"]) == ("<p>Hi</p>", "Hi")


async def test_an_answer_joins_the_thread_of_what_it_answers(lamplight: Location) -> None:
    first = (await send(lamplight, type="Email", html=HTML)).json()
    for answered in (first["emailMessageId"], first["messageId"]):
        second = (await send(lamplight, type="Email", html=HTML, replyMessageId=answered)).json()
        email = (await lamplight.http.get(f"{MESSAGES}/email/{second['emailMessageId']}")).json()
        assert (email["threadId"], email["replyToMessageId"]) == (first["messageId"], answered)


async def test_an_answer_to_nothing_or_to_somebody_elses_is_refused(lamplight: Location, untouched: Untouched) -> None:
    other = (await send(lamplight, 1, type="Email", html=HTML)).json()["emailMessageId"]
    await send(lamplight, 0)
    for answered in (an_id_of_nobody(), other, "x"):
        async with untouched():
            answer = await send(lamplight, type="Email", html=HTML, replyMessageId=answered)
        assert (answer.status_code, answer.json()["message"]) == (400, f"Message with id {answered} not found")


async def test_an_address_that_is_not_the_contacts_is_refused(lamplight: Location, untouched: Untouched) -> None:
    async with untouched():
        answer = await send(lamplight, type="Email", html=HTML, emailTo="other@example.com")
    assert (answer.status_code, answer.json()["canonicalCode"]) == (400, "CONVERSATIONS_MSG_INVALID_EMAILTO")
    theirs = lamplight.place.contacts[0].email
    assert theirs is not None
    assert (await send(lamplight, type="Email", html=HTML, emailTo=theirs.upper())).status_code == 200


async def test_an_email_is_passed_on_with_its_words(lamplight: Location) -> None:
    first = (await send(lamplight, type="Email", html=HTML)).json()
    forward = {"isForwarded": True, "messageId": first["messageId"], "toEmail": "other@example.com"}
    answer = await send(lamplight, type="Email", html=None, message=None, forward=forward)
    assert answer.json()["forwardData"] == {
        "forwardWholeThread": False,
        "messageId": first["messageId"],
        "forwardToEmail": "other@example.com",
    }
    email = (await lamplight.http.get(f"{MESSAGES}/email/{answer.json()['emailMessageId']}")).json()
    assert (email["body"], email["to"]) == (HTML, ["other@example.com"])


# ── Refusals ────────────────────────────────────────────────────────────────────────────────────────────────────────

NO_CONTENT = {
    "statusCode": 422,
    "message": "There is no message or attachments for this message. Skip sending.",
    "error": "Unprocessable Entity",
    "canonicalCode": "CONVERSATIONS_MSG_NO_CONTENT",
}


@pytest.mark.parametrize(
    "body",
    [
        {"message": None},
        {"message": ""},
        {"message": None, "attachments": []},
        {"type": "Email", "message": "only html counts"},
        {"type": "Email", "html": ""},
        {"type": "InternalComment", "message": ""},
    ],
)
async def test_a_message_without_content_is_refused(
    lamplight: Location, untouched: Untouched, body: dict[str, Any]
) -> None:
    async with untouched():
        answer = await send(lamplight, **body)
    assert answer.status_code == 422
    assert without_trace(answer.json()) == NO_CONTENT


@pytest.mark.parametrize("type_", ["sms", None, 1, "Call", ""])
async def test_an_unknown_type_is_refused(lamplight: Location, untouched: Untouched, type_: object) -> None:
    async with untouched():
        answer = await send(lamplight, type=type_)
    assert answer.status_code == 422
    assert "type must be a valid enum value" in answer.json()["message"]


async def test_whoever_does_not_want_to_be_disturbed_is_not(
    lamplight: Location, untouched: Untouched, sql: asyncpg.Connection
) -> None:
    await sql.execute("update contacts set dnd = true where id = $1", lamplight.place.contacts[0].id)
    for type_, body in (("SMS", {}), ("Email", {"html": HTML}), ("WhatsApp", {})):
        async with untouched():
            answer = await send(lamplight, type=type_, **body)
        assert answer.status_code == 400
        assert without_trace(answer.json()) == {
            "statusCode": 400,
            "message": f"Cannot send message as DND is active for {type_}",
            "error": "Bad Request",
        }
    assert (await send(lamplight, 1)).status_code == 200
    assert (await send(lamplight, type="InternalComment")).status_code == 200


@pytest.mark.parametrize("status", ["active", "permanent"])
async def test_one_channel_can_be_refused_by_itself(lamplight: Location, status: str) -> None:
    given = {"locationId": lamplight.id, "email": f"{status}@example.com", "phone": f"+1555020{len(status):04d}"}
    settings = {"SMS": {"status": status}, "Email": {"status": "inactive"}}
    contact = (await lamplight.http.post("/contacts/", json=given | {"dndSettings": settings})).json()["contact"]["id"]
    refused = await send(lamplight, contactId=contact)
    assert (refused.status_code, refused.json()["message"]) == (400, "Cannot send message as DND is active for SMS")
    assert (await send(lamplight, contactId=contact, type="Email", html=HTML)).status_code == 200


async def test_a_contact_without_a_number_or_an_address_cannot_be_reached_there(lamplight: Location) -> None:
    made = {"locationId": lamplight.id, "firstName": "Nobody"}
    contact = (await lamplight.http.post("/contacts/", json=made)).json()["contact"]["id"]
    for type_, lacks in (("SMS", "phone"), ("WhatsApp", "phone"), ("Email", "email")):
        answer = await send(lamplight, contactId=contact, type=type_, html=HTML)
        assert (answer.status_code, answer.json()["message"]) == (400, f"The contact has no {lacks}")
    assert (await send(lamplight, contactId=contact, type="Live_Chat")).status_code == 200


async def test_an_unknown_contact_is_the_same_as_another_locations(
    lamplight: Location, harbour: Location, untouched: Untouched
) -> None:
    for id in (an_id_of_nobody(), harbour.contact(), "x"):
        async with untouched():
            answer = await send(lamplight, contactId=id)
        assert answer.status_code == 400
        assert without_trace(answer.json()) == {
            "statusCode": 400,
            "message": f"Contact with id {id} not found",
            "error": "Bad Request",
        }


# ── Providers ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_unknown_provider_is_the_same_as_another_locations(
    lamplight: Location, harbour: Location, database: Database, world: World, untouched: Untouched
) -> None:
    theirs = await registered(database, world, harbour.place)
    for id in ("0" * 24, theirs.id, "x"):
        async with untouched():
            answer = await send(lamplight, type="Custom", conversationProviderId=id)
        assert answer.status_code == 400
        assert answer.json() == {
            "message": "Invalid conversationProviderId",
            "error": "Bad Request",
            "statusCode": 400,
        }


async def test_a_provider_gives_custom_messages_their_type(
    lamplight: Location, database: Database, world: World
) -> None:
    for kind, type_ in (("sms", "TYPE_CUSTOM_PROVIDER_SMS"), ("email", "TYPE_CUSTOM_PROVIDER_EMAIL")):
        provider = await registered(database, world, lamplight.place, kind)  # type: ignore[arg-type]
        answer = await send(lamplight, type="Custom", html=HTML, conversationProviderId=provider.id)
        found = await message(lamplight, answer)
        assert (found["messageType"], found["conversationProviderId"]) == (type_, provider.id)


async def test_a_provider_of_another_kind_is_refused(
    lamplight: Location, database: Database, world: World, untouched: Untouched
) -> None:
    provider = await registered(database, world, lamplight.place, "email")
    async with untouched():
        answer = await send(lamplight, conversationProviderId=provider.id)
    assert answer.status_code == 400
    assert without_trace(answer.json()) == {
        "statusCode": 400,
        "message": "Incorrect conversationProviderId/type",
        "error": "Bad Request",
        "canonicalCode": "CONVERSATIONS_MSG_CONVERSATION_PROVIDER_MISMATCH",
    }
    assert (await send(lamplight, type="Custom")).json()["message"] == "No conversationProviderId passed in body"


async def test_the_usual_provider_carries_what_names_no_other(
    lamplight: Location, database: Database, world: World
) -> None:
    usual = await registered(database, world, lamplight.place, extra=False)
    assert (await message(lamplight, await send(lamplight)))["conversationProviderId"] == usual.id
    email = await send(lamplight, type="Email", html=HTML)
    assert "conversationProviderId" not in await message(lamplight, email)


# ── Comments ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_comment_is_a_note_that_moves_nothing(
    lamplight: Location, world: World, sql: asyncpg.Connection
) -> None:
    first = await send(lamplight)
    mary, linus = ids.write(world.mary.uuid), ids.write(world.linus.uuid)
    answer = await send(
        lamplight, type="InternalComment", message=f"See @Linus<userId>{linus}</userId>", mentions=[linus], userId=mary
    )
    assert answer.json()["conversationId"] == first.json()["conversationId"]
    found = await message(lamplight, answer)
    assert (found["messageType"], found["type"], found["userId"]) == ("TYPE_INTERNAL_COMMENT", 37, mary)
    assert found["mentions"] == [linus]
    row = await sql.fetchrow("select * from messages where uuid = $1", ids.known(answer.json()["messageId"]))
    assert row is not None
    assert (row["kind"], row["direction"]) == ("note", "none")
    mentioned = await sql.fetch("select user_id from mentions where message_id = $1", row["id"])
    assert [each["user_id"] for each in mentioned] == [world.linus.id]
    conversation = await sql.fetchrow("select * from conversations where id = $1", row["conversation_id"])
    assert conversation is not None
    assert conversation["last_message_preview"] == "Hello"


async def test_a_note_that_was_written_elsewhere_is_a_comment_with_those_whom_it_names(
    lamplight: Location, world: World, database: Database
) -> None:
    sent = (await send(lamplight)).json()
    by = system(world.account_id, lamplight.place.workspace.id)
    async with database.writing(by.workspaces) as tx:
        whom = Whom(conversation=ids.known(sent["conversationId"]))
        recipient = await recipients.of(tx, lamplight.place.workspace.id, whom)
        note = await sending.note(tx, by, recipient, Said("See here", channel="email"), [world.mary.id])
        await sending.note(tx, by, recipient, Said("Nobody in particular"))
    read = (await lamplight.http.get(f"{MESSAGES}/{ids.write(note.uuid)}")).json()
    assert (read["messageType"], read["mentions"]) == ("TYPE_INTERNAL_COMMENT", [ids.write(world.mary.uuid)])
    page = await listed(lamplight, sent["conversationId"])
    assert [each.get("mentions") for each in page["messages"]] == [[], [ids.write(world.mary.uuid)], None]
    mentioning = {"locationId": lamplight.id, "mentions": ids.write(world.mary.uuid)}
    found = (await lamplight.http.get("/conversations/search", params=mentioning)).json()
    assert [(row["id"], row["mentions"]) for row in found["conversations"]] == [
        (sent["conversationId"], [ids.write(world.mary.uuid)])
    ]


async def test_a_comment_names_members_only(lamplight: Location, world: World, untouched: Untouched) -> None:
    for body in ({"userId": ids.write(world.grace.uuid)}, {"mentions": [ids.write(world.grace.uuid)]}):
        async with untouched():
            answer = await send(lamplight, type="InternalComment", **body)
        assert answer.status_code == 400
        assert answer.json()["message"] == f"User with id {ids.write(world.grace.uuid)} not found"


# ── Later ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_scheduled_waits_and_is_not_the_last_message(
    lamplight: Location, sql: asyncpg.Connection
) -> None:
    first = await send(lamplight)
    answer = await send(lamplight, message="Later", scheduledTimestamp=time.time() + 3600)
    assert (answer.status_code, answer.json()["status"]) == (200, "pending")
    assert (await message(lamplight, answer))["status"] == "scheduled"
    row = await sql.fetchrow(
        "select last_message_preview from conversations where uuid = $1", ids.known(first.json()["conversationId"])
    )
    assert row is not None
    assert row["last_message_preview"] == "Hello"


@pytest.mark.parametrize("email", [False, True])
async def test_what_is_scheduled_can_be_cancelled_once(lamplight: Location, email: bool) -> None:
    body: dict[str, Any] = {"type": "Email", "html": HTML} if email else {}
    sent = (await send(lamplight, scheduledTimestamp=time.time() + 3600, **body)).json()
    path = f"{MESSAGES}/email/{sent['emailMessageId']}" if email else f"{MESSAGES}/{sent['messageId']}"
    answer = await lamplight.http.delete(f"{path}/schedule")
    assert (answer.status_code, answer.json()["status"]) == (200, 200)
    for id in (path, f"{MESSAGES}/{an_id_of_nobody()}"):
        again = await lamplight.http.delete(f"{id}/schedule")
        assert again.status_code == 400
        assert without_trace(again.json()) == {"status": 404, "message": "Failed cancel the scheduled message"}
    assert (await listed(lamplight, sent["conversationId"]))["messages"] == []


async def test_what_was_sent_cannot_be_cancelled(lamplight: Location) -> None:
    sent = (await send(lamplight, scheduledTimestamp=1)).json()
    assert (await lamplight.http.delete(f"{MESSAGES}/{sent['messageId']}/schedule")).status_code == 400


@pytest.mark.parametrize("at", [-1, 1e12, "soon", True, 1e400])
async def test_a_time_that_is_none_is_refused(lamplight: Location, at: object) -> None:
    if at == 1e400:
        raw = '{"type":"SMS","contactId":"x","message":"y","scheduledTimestamp":1e400}'
        answer = await lamplight.http.post(MESSAGES, content=raw, headers={"content-type": "application/json"})
    else:
        answer = await send(lamplight, scheduledTimestamp=at)
    assert answer.status_code == 422


# ── The rest ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_review_is_answered_where_it_stands(lamplight: Location) -> None:
    conversation = (await send(lamplight)).json()["conversationId"]
    body = {"conversationId": conversation, "locationId": lamplight.id, "message": "Thank you"}
    answer = await lamplight.http.post(f"{MESSAGES}/review-reply", json=body)
    assert (answer.status_code, answer.json()["conversationId"]) == (200, conversation)
    assert (await message(lamplight, answer))["messageType"] == "TYPE_REVIEW"


async def test_a_call_takes_files_afterwards_and_a_text_does_not(
    lamplight: Location, database: Database, world: World
) -> None:
    provider = await registered(database, world, lamplight.place, "call")
    call = (await log_call(lamplight, provider)).json()["messageId"]
    urls = [f"https://example.com/{number}.wav" for number in range(5)]
    answer = await lamplight.http.put(f"{MESSAGES}/{call}/attachments", json={"attachments": urls})
    assert answer.status_code == 200
    assert (await lamplight.http.get(f"{MESSAGES}/{call}")).json()["attachments"] == urls
    six = await lamplight.http.put(f"{MESSAGES}/{call}/attachments", json={"attachments": [*urls, "x"]})
    assert six.json()["message"] == ["attachments must contain no more than 5 elements"]
    text = (await send(lamplight)).json()["messageId"]
    refused = await lamplight.http.put(f"{MESSAGES}/{text}/attachments", json={"attachments": urls})
    assert (refused.status_code, refused.json()["message"]) == (403, "Message type does not support attachment updates")
    unknown = await lamplight.http.put(f"{MESSAGES}/{an_id_of_nobody()}/attachments", json={"attachments": urls})
    assert (unknown.status_code, unknown.json()["message"]) == (404, "Message not found")


async def test_sending_takes_its_scope(lamplight: Location, issue: Issue) -> None:
    secret = await issue(lamplight.place, ["conversations/message.readonly"])
    body = {"type": "SMS", "contactId": lamplight.contact(), "message": "x"}
    answer = await lamplight.http.post(MESSAGES, json=body, headers=headers(secret))
    assert (answer.status_code, answer.json()["message"]) == (401, "The token is not authorized for this scope.")
    secret = await issue(lamplight.place, ["conversations/message.write"])
    assert (await lamplight.http.post(MESSAGES, json=body, headers=headers(secret))).status_code == 200


async def test_a_text_sent_again_with_its_key_is_sent_once(lamplight: Location) -> None:
    body = {"type": "SMS", "contactId": lamplight.contact(), "message": "x"}
    key = {"Idempotency-Key": "once"}
    first, second = [await lamplight.http.post(MESSAGES, json=body, headers=key) for _ in range(2)]
    assert first.json() == second.json()
    assert len((await listed(lamplight, first.json()["conversationId"]))["messages"]) == 1
