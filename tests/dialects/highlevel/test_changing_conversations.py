"""Changing and deleting conversations (contracts/highlevel.md §5.4, §5.5)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import asyncpg
import httpx
import pytest

from koine.demo import World
from koine.dialects.highlevel import ids
from koine.postgres.database import Database
from tests.dialects.highlevel.conftest import Untouched
from tests.dialects.highlevel.locations import Location, an_id_of_nobody, without_trace
from tests.dialects.highlevel.test_conversations import by_mail


async def put(at: Location, id: str, **fields: Any) -> httpx.Response:
    return await at.http.put(f"/conversations/{id}", json={"locationId": at.id} | fields)


async def told(sql: asyncpg.Connection, id: str) -> list[tuple[str, Any]]:
    rows = await sql.fetch(
        "select e.kind, e.data::text from events e join conversations c on c.id = e.conversation_id where c.uuid = $1"
        " and e.kind not in ('conversation.opened', 'message.posted', 'conversation.assigned') order by e.id",
        ids.known(id),
    )
    return [(row["kind"], json.loads(row["data"])) for row in rows]


async def test_an_update_is_answered_in_the_contracts_shape(
    lamplight: Location, world: World, database: Database
) -> None:
    opened = await by_mail(database, world, lamplight.place)
    id, ada = ids.write(opened.uuid), ids.write(world.ada.uuid)
    answer = await put(lamplight, id, unreadCount=0, starred=True)
    assert answer.status_code == 200
    body = answer.json()
    date = body["conversation"].pop("lastMessageDate")
    assert date.isdigit()
    assert len(date) == 13
    assert body == {
        "success": True,
        "conversation": {
            "id": id,
            "locationId": lamplight.id,
            "contactId": lamplight.contact(),
            "lastMessageBody": "Hello?",
            "lastMessageType": "TYPE_SMS",
            "unreadCount": 0,
            "inbox": True,
            "starred": True,
            "deleted": False,
            "assignedTo": ada,
            "userId": ada,
        },
    }
    read = (await lamplight.http.get(f"/conversations/{id}")).json()
    assert (read["unreadCount"], read["starred"]) == (0, True)


async def test_what_changes_is_told_of_and_what_does_not_is_not(lamplight: Location, sql: asyncpg.Connection) -> None:
    id = (await lamplight.open()).json()["conversation"]["id"]
    for fields in (
        {"unreadCount": 2},
        {"unreadCount": 2, "starred": False},
        {"starred": True, "unreadCount": None},
        {},
    ):
        assert (await put(lamplight, id, **fields)).status_code == 200
    assert await told(sql, id) == [
        ("conversation.unread_changed", {"from": 0, "to": 2}),
        ("conversation.starred", {"starred": True}),
    ]


async def test_feedback_is_told_of(lamplight: Location, sql: asyncpg.Connection) -> None:
    id = (await lamplight.open()).json()["conversation"]["id"]
    for feedback in ({"score": 5}, "positive", "negative"):
        assert (await put(lamplight, id, feedback=feedback)).status_code == 200
    assert [data["feedback"] for _, data in await told(sql, id)] == [{"score": 5}, "positive", "negative"]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("unreadCount", "2", "unreadCount must be a number conforming to the specified constraints"),
        ("unreadCount", -1, "unreadCount must not be less than 0"),
        ("unreadCount", 2**31, "unreadCount must not be greater than 2147483647"),
        ("starred", "yes", "starred must be a boolean value"),
        ("feedback", "fine", "feedback must be a valid enum value"),
        ("feedback", 5, "feedback must be an object"),
    ],
)
async def test_what_is_no_change_is_refused(
    lamplight: Location, untouched: Untouched, field: str, value: Any, message: str
) -> None:
    id = (await lamplight.open()).json()["conversation"]["id"]
    async with untouched():
        answer = await put(lamplight, id, **{field: value})
    assert (answer.status_code, answer.json()["message"]) == (422, [message])


async def test_an_update_says_where(lamplight: Location, harbour: Location, untouched: Untouched) -> None:
    id = (await lamplight.open()).json()["conversation"]["id"]
    async with untouched():
        answer = await lamplight.http.put(f"/conversations/{id}", json={"starred": True})
        assert (answer.status_code, answer.json()["message"]) == (
            422,
            ["locationId must be a string", "locationId should not be empty"],
        )
        assert (await put(lamplight, id, locationId=harbour.id, starred=True)).status_code == 403


async def test_a_deleted_conversation_leaves_the_search_and_can_be_read(
    lamplight: Location, sql: asyncpg.Connection
) -> None:
    id = (await lamplight.open()).json()["conversation"]["id"]
    for _ in range(2):  # twice is once
        answer = await lamplight.http.delete(f"/conversations/{id}")
        assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert (await lamplight.http.get("/conversations/search")).json()["conversations"] == []
    assert (await lamplight.http.get(f"/conversations/{id}")).json()["deleted"] is True
    assert await told(sql, id) == [("conversation.deleted", {})]
    again = await lamplight.open()
    assert (again.status_code, again.json()["conversation"]["id"]) == (200, id)
    assert (await lamplight.http.get("/conversations/search")).json()["total"] == 1


async def test_an_unknown_conversation_is_neither_changed_nor_deleted(
    lamplight: Location, untouched: Untouched
) -> None:
    for id in (an_id_of_nobody(), "x", "searching"):
        async with untouched():
            answers = [await put(lamplight, id, starred=True), await lamplight.http.delete(f"/conversations/{id}")]
        for answer in answers:
            assert answer.status_code == 400
            assert without_trace(answer.json()) == {
                "statusCode": 400,
                "message": f"Conversation with id {id} not found",
                "error": "Bad Request",
            }


async def test_of_many_changes_at_once_each_is_told_from_what_was_there(
    lamplight: Location, sql: asyncpg.Connection
) -> None:
    id = (await lamplight.open()).json()["conversation"]["id"]
    await asyncio.gather(*(put(lamplight, id, unreadCount=count) for count in range(1, 9)))
    changes = [data for kind, data in await told(sql, id) if kind == "conversation.unread_changed"]
    assert [change["from"] for change in changes] == [0, *(change["to"] for change in changes[:-1])]
