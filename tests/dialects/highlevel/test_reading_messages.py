"""Reading messages: pages, e-mails, exports, calls (contracts/highlevel.md §6.2, §6.9 to §6.12)."""

from __future__ import annotations

from typing import Any

import asyncpg
import httpx
import orjson
import pytest

from koine.core.conversations import typing
from koine.core.conversations.store import letters
from koine.demo import World
from koine.dialects.highlevel import ids
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from tests.dialects.highlevel.conftest import Issue
from tests.dialects.highlevel.locations import Location, an_id_of_nobody, headers, without_trace
from tests.dialects.highlevel.messaging import MESSAGES, bring, listed, log_call, registered, send
from tests.waiting import until

HTML = "<p>Hello</p>"


async def export(at: Location, **asked: Any) -> httpx.Response:
    return await at.http.get(f"{MESSAGES}/export", params={"locationId": at.id} | asked)


async def test_a_page_goes_on_from_the_last_message(lamplight: Location) -> None:
    for number in range(5):
        conversation = (await send(lamplight, message=str(number))).json()["conversationId"]
    seen: list[str] = []
    asked: dict[str, Any] = {"limit": 2}
    while True:
        page = await listed(lamplight, conversation, **asked)
        assert page["lastMessageId"] == page["messages"][-1]["id"]
        seen += [each["body"] for each in page["messages"]]
        if not page["nextPage"]:
            break
        asked["lastMessageId"] = page["lastMessageId"]
    assert seen == ["4", "3", "2", "1", "0"]


async def test_a_conversation_without_messages_is_an_empty_page(lamplight: Location) -> None:
    conversation = (await lamplight.open()).json()["conversation"]["id"]
    assert await listed(lamplight, conversation) == {"lastMessageId": "", "nextPage": False, "messages": []}


async def test_types_filter_and_the_comments_have_two_names(lamplight: Location) -> None:
    conversation = (await send(lamplight)).json()["conversationId"]
    await send(lamplight, type="Email", html=HTML)
    await send(lamplight, type="InternalComment")
    for asked, found in (
        ("TYPE_SMS", ["TYPE_SMS"]),
        ("TYPE_SMS,TYPE_EMAIL", ["TYPE_EMAIL", "TYPE_SMS"]),
        ("TYPE_INTERNAL_COMMENTS", ["TYPE_INTERNAL_COMMENT"]),
        ("TYPE_INTERNAL_COMMENT", ["TYPE_INTERNAL_COMMENT"]),
        ("TYPE_CALL", []),
    ):
        page = await listed(lamplight, conversation, type=asked)
        assert [each["messageType"] for each in page["messages"]] == found


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"limit": "many"}, "limit must be a number conforming to the specified constraints"),
        ({"limit": 0}, "limit must not be less than 1"),
        ({"limit": 1.5}, "limit must be a number conforming to the specified constraints"),
        ({"type": "TYPE_SMS,NONE"}, "type must be a valid enum value"),
        ({"type": "type_sms"}, "type must be a valid enum value"),
    ],
)
async def test_what_is_asked_wrongly_is_refused(lamplight: Location, asked: dict[str, Any], says: str) -> None:
    answer = await lamplight.http.get(f"/conversations/{an_id_of_nobody()}/messages", params=asked)
    assert (answer.status_code, answer.json()["message"]) == (422, [says])


async def test_a_limit_beyond_the_most_is_the_most(lamplight: Location) -> None:
    conversation = (await send(lamplight)).json()["conversationId"]
    assert len((await listed(lamplight, conversation, limit=100_000))["messages"]) == 1


async def test_a_cursor_of_another_conversation_is_refused(lamplight: Location) -> None:
    conversation = (await send(lamplight)).json()["conversationId"]
    other = (await send(lamplight, 1)).json()["messageId"]
    for id in (other, an_id_of_nobody(), "x"):
        answer = await lamplight.http.get(f"/conversations/{conversation}/messages", params={"lastMessageId": id})
        assert (answer.status_code, answer.json()["message"]) == (400, f"Message with id {id} not found")


async def test_of_another_location_there_is_nothing_to_read(lamplight: Location, harbour: Location) -> None:
    theirs = (await send(harbour, type="Email", html=HTML)).json()
    nobody = an_id_of_nobody()
    for path, id in (
        ("/conversations/{}/messages", theirs["conversationId"]),
        (f"{MESSAGES}/{{}}", theirs["messageId"]),
        (f"{MESSAGES}/email/{{}}", theirs["emailMessageId"]),
        (f"{MESSAGES}/{{}}/locations/{lamplight.id}/recording", theirs["messageId"]),
        (f"/conversations/locations/{lamplight.id}/messages/{{}}/transcription", theirs["messageId"]),
    ):
        told, unknown = [await lamplight.http.get(path.format(each)) for each in (id, nobody)]
        assert (told.status_code, unknown.status_code) == (400, 400)
        one, other = without_trace(told.json()), without_trace(unknown.json())
        assert one["message"].replace(id, "ID") == other["message"].replace(nobody, "ID")
        assert {**one, "message": ""} == {**other, "message": ""}


async def test_messages_are_read_with_their_scope(lamplight: Location, issue: Issue) -> None:
    sent = (await send(lamplight)).json()
    secret = await issue(lamplight.place, ["conversations/message.write", "conversations.readonly"])
    for path in (f"/conversations/{sent['conversationId']}/messages", f"{MESSAGES}/{sent['messageId']}"):
        assert (await lamplight.http.get(path, headers=headers(secret))).status_code == 401


async def test_an_email_needs_no_version(lamplight: Location) -> None:
    sent = (await send(lamplight, type="Email", html=HTML)).json()
    token = {"Authorization": f"Bearer {lamplight.place.highlevel.secret}"}
    async with httpx.AsyncClient(base_url=lamplight.http.base_url, headers=token) as http:
        assert (await http.get(f"{MESSAGES}/email/{sent['emailMessageId']}")).status_code == 200
        assert (await http.delete(f"{MESSAGES}/email/{sent['emailMessageId']}/schedule")).status_code == 400
        assert (await http.get(f"{MESSAGES}/{sent['messageId']}")).status_code == 401


# ── Export ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("order", ["createdAt", "updatedAt"])
@pytest.mark.parametrize("way", ["asc", "desc"])
async def test_an_export_meets_every_message_once(lamplight: Location, order: str, way: str) -> None:
    for number in range(25):
        await send(lamplight, number % 3, message=str(number))
    seen: list[str] = []
    asked: dict[str, Any] = {"limit": 10, "sortBy": order, "sortOrder": way}
    while True:
        body = (await export(lamplight, **asked)).json()
        assert body["total"] == 25
        seen += [each["body"] for each in body["messages"]]
        if body["nextCursor"] is None:
            break
        asked["cursor"] = body["nextCursor"]
    numbers = [str(number) for number in range(25)]
    assert seen == (numbers if way == "asc" else numbers[::-1])


async def test_an_export_that_takes_too_long_to_count_says_how_much_it_shows(
    lamplight: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(15):
        await send(lamplight, message=str(number))
    monkeypatch.setattr(letters, "PATIENCE", 1e-6)
    first = (await export(lamplight, limit=10)).json()
    rest = (await export(lamplight, limit=10, cursor=first["nextCursor"])).json()
    assert (first["total"], rest["total"], rest["nextCursor"]) == (10, 5, None)
    assert [each["body"] for each in (*first["messages"], *rest["messages"])] == [str(n) for n in range(14, -1, -1)]


@pytest.mark.parametrize("few", [1, 2000])
@pytest.mark.parametrize("order", ["createdAt", "updatedAt"])
async def test_an_export_since_a_time_meets_what_was_said_since_however_much_changed(
    lamplight: Location, monkeypatch: pytest.MonkeyPatch, sql: asyncpg.Connection, few: int, order: str
) -> None:
    monkeypatch.setattr(letters, "FEW", few)
    for number in range(24):
        await send(lamplight, message=str(number))
    await bring(lamplight, date="2020-05-05T00:00:00Z", message="brought later")
    await sql.execute(  # said long ago, but for every third; half of them changed since
        "update messages set created_at = case when body_text::int % 3 = 0 then created_at else '2021-01-01' end,"
        " updated_at = case when body_text::int % 2 = 0 or body_text::int % 3 = 0 then updated_at else '2021-01-01' end"
        " where workspace_id = $1 and body_text ~ '^[0-9]+$'",
        lamplight.place.workspace.id,
    )
    seen: list[str] = []
    cursor: dict[str, Any] = {}
    while True:
        body = (
            await export(lamplight, limit=10, startDate="2022-01-01", sortBy=order, sortOrder="asc", **cursor)
        ).json()
        assert (body["total"], len(body["messages"])) == (8, 8)
        seen += [each["body"] for each in body["messages"]]
        if body["nextCursor"] is None:
            break
        cursor = {"cursor": body["nextCursor"]}
    assert seen == [str(number) for number in range(0, 24, 3)]


async def test_an_export_is_counted_once_for_all_its_pages(lamplight: Location) -> None:
    for number in range(12):
        await send(lamplight, message=str(number))
    first = (await export(lamplight, limit=10)).json()
    await send(lamplight, message="later")
    rest = (await export(lamplight, limit=10, cursor=first["nextCursor"])).json()
    assert (first["total"], rest["total"], (await export(lamplight)).json()["total"]) == (12, 12, 13)


async def test_an_export_has_emails_only_when_it_is_asked_for_them(
    lamplight: Location, database: Database, world: World
) -> None:
    provider = await registered(database, world, lamplight.place, "call")
    await send(lamplight)
    await send(lamplight, type="Email", html=HTML)
    await bring(lamplight, 1, type="WhatsApp")
    await log_call(lamplight, provider)
    for channel, types in (
        (None, {"TYPE_SMS", "TYPE_WHATSAPP", "TYPE_CUSTOM_CALL"}),
        ("Email", {"TYPE_EMAIL"}),
        ("SMS", {"TYPE_SMS"}),
        ("Call", {"TYPE_CUSTOM_CALL"}),
        ("WhatsApp", {"TYPE_WHATSAPP"}),
        ("Facebook", set()),
    ):
        body = (await export(lamplight, **({"channel": channel} if channel else {}))).json()
        assert {each["messageType"] for each in body["messages"]} == types
        assert body["total"] == len(body["messages"])


async def test_an_export_is_of_one_contact_conversation_or_time(lamplight: Location, harbour: Location) -> None:
    first = (await send(lamplight)).json()
    await send(lamplight, 1)
    await bring(lamplight, date="2020-05-05T00:00:00Z")
    theirs = (await send(harbour)).json()
    for asked, count in (
        ({"contactId": lamplight.contact()}, 2),
        ({"conversationId": first["conversationId"]}, 2),
        ({"conversationId": theirs["conversationId"]}, 0),
        ({"contactId": "x"}, 0),
        ({"endDate": "2021-01-01"}, 1),
        ({"startDate": "2021-01-01T00:00:00.000Z"}, 2),
    ):
        assert (await export(lamplight, **asked)).json()["total"] == count, asked


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"limit": 9}, "limit must not be less than 10"),
        ({"limit": 501}, "limit must not be greater than 500"),
        ({"sortBy": "name"}, "sortBy must be a valid enum value"),
        ({"channel": "sms"}, "channel must be a valid enum value"),
        ({"startDate": "yesterday"}, "startDate must be a valid ISO 8601 date string"),
        ({"cursor": "forged"}, "cursor must be a cursor of an earlier answer"),
        ({"cursor": "WyJ4IiwxLG51bGxd", "sortBy": "updatedAt"}, "cursor must be a cursor of an earlier answer"),
        ({"cursor": "WzEsMl0"}, "cursor must be a cursor of an earlier answer"),
        ({"cursor": "WyJ4IiwxLC0xXQ"}, "cursor must be a cursor of an earlier answer"),
    ],
)
async def test_an_export_that_is_asked_wrongly_is_refused(
    lamplight: Location, asked: dict[str, Any], says: str
) -> None:
    answer = await export(lamplight, **asked)
    assert (answer.status_code, answer.json()["message"]) == (422, [says])


async def test_an_export_is_of_the_tokens_location(lamplight: Location, harbour: Location) -> None:
    assert (await lamplight.http.get(f"{MESSAGES}/export")).status_code == 422
    answer = await export(lamplight, locationId=harbour.id)
    assert (answer.status_code, answer.json()["message"]) == (403, "The token does not have access to this location.")


# ── Calls ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_call_that_was_not_recorded_has_no_recording(
    lamplight: Location, harbour: Location, database: Database, world: World
) -> None:
    provider = await registered(database, world, lamplight.place, "call")
    call = (await log_call(lamplight, provider)).json()["messageId"]
    transcription = f"/conversations/locations/{lamplight.id}/messages/{call}/transcription"
    for path in (
        f"{MESSAGES}/{call}/locations/{lamplight.id}/recording",
        transcription,
        f"{transcription}/download",
    ):
        answer = await lamplight.http.get(path)
        assert answer.status_code == 400
        assert without_trace(answer.json()) == {
            "statusCode": 400,
            "message": "Recording not found",
            "error": "Bad Request",
            "canonicalCode": "CONVERSATIONS_MSG_RECORDING_NOT_FOUND",
        }
        assert (await lamplight.http.get(path.replace(lamplight.id, harbour.id))).status_code == 403


# ── Typing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("given", "heard"), [("true", True), (True, True), ("false", False), (False, False)])
async def test_typing_is_whispered_and_not_kept(
    lamplight: Location, house_notices: Notices, sql: asyncpg.Connection, given: object, heard: bool
) -> None:
    conversation = (await send(lamplight)).json()["conversationId"]
    whispers: list[Any] = []

    def hear(text: str) -> None:
        if text:
            whispers.append(orjson.loads(text))

    house_notices.hear(typing.CHANNEL, hear)
    before = await sql.fetchval("select count(*) from events where conversation_id is not null")
    body = {"locationId": lamplight.id, "isTyping": given, "visitorId": "v", "conversationId": conversation}

    async def came() -> bool:
        """Whoever begins to listen hears what is whispered from then on."""
        answer = await lamplight.http.post("/conversations/providers/live-chat/typing", json=body)
        assert answer.status_code == 201
        assert without_trace(answer.json()) == {"success": True}
        return any(each["conversation"] == str(ids.known(conversation)) for each in whispers)

    await until(came)
    house_notices.unhear(typing.CHANNEL, hear)
    assert {each["typing"] for each in whispers if each["conversation"] == str(ids.known(conversation))} == {heard}
    assert await sql.fetchval("select count(*) from events where conversation_id is not null") == before


async def test_typing_in_nothing_is_refused(lamplight: Location, harbour: Location) -> None:
    theirs = (await send(harbour)).json()["conversationId"]
    for id in (an_id_of_nobody(), theirs):
        body = {"locationId": lamplight.id, "isTyping": "true", "visitorId": "v", "conversationId": id}
        answer = await lamplight.http.post("/conversations/providers/live-chat/typing", json=body)
        assert (answer.status_code, answer.json()["message"]) == (400, f"Conversation with id {id} not found")
    empty = await lamplight.http.post("/conversations/providers/live-chat/typing", json={"isTyping": "maybe"})
    assert empty.status_code == 422
