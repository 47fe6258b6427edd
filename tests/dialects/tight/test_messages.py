"""Saving, getting and listing messages (contracts/tight.md §7, §8.1)."""

from __future__ import annotations

import re
import uuid
from typing import Any

import asyncpg
import pytest

from koine.demo import World
from koine.dialects.tight import wire
from tests.dialects.tight.speaking import Json, Speaker, found, one, page, problems, refused, results

FIELDS = [
    "id",
    "conversationId",
    "author",
    "text",
    "status",
    "createdDateTime",
    "lastUpdatedDateTime",
    "reactions",
    "attachments",
]


def number(entity: Json) -> int:
    return int(entity["id"].partition("_")[2])


async def attached(sql: asyncpg.Connection, workspace_id: int, name: str = "receipt.pdf", size: int = 24_576) -> int:
    """A file that was uploaded."""
    insert = """insert into attachments (workspace_id, uuid, file_name, content_type, size, storage_key)
                values ($1, $2, $3, 'application/pdf', $4, gen_random_uuid()) returning id"""
    id: int = await sql.fetchval(insert, workspace_id, uuid.uuid4(), name, size)
    return id


# ── Saving ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_new_message_has_every_member_in_order(ada: Speaker, world: World, sql: asyncpg.Connection) -> None:
    made = await ada.opened()
    message = await ada.said(made, "Anybody?")
    assert list(message) == FIELDS
    assert re.fullmatch(r"msg_[1-9][0-9]*", message["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", message["createdDateTime"])
    assert message["author"] == {"userId": world.ada.external_id, "email": world.ada.email}
    assert (message["conversationId"], message["text"], message["status"]) == (made["id"], "Anybody?", "ACTIVE")
    assert (message["reactions"], message["attachments"]) == ([], [])
    assert message["createdDateTime"] == message["lastUpdatedDateTime"]
    assert found(await ada.get(f"/v6/messages/{message['id']}")) == message
    recorded = await sql.fetch("select kind from events where message_id = $1", number(message))
    assert [row["kind"] for row in recorded] == ["message.posted"]


async def test_a_message_moves_its_conversation_and_no_other(ada: Speaker, blaise: Speaker) -> None:
    other, made = await ada.opened(), await ada.opened(subject="Rent")
    message = await blaise.said(made, "Paid.")
    moved = await ada.seen(made)
    assert moved["latestMessage"] == {name: message[name] for name in ("id", "author", "text")}
    assert moved["lastUpdatedDateTime"] == message["createdDateTime"]
    assert {name: moved[name] for name in ("subject", "author", "status", "resolutionStatus", "createdDateTime")} == {
        name: made[name] for name in ("subject", "author", "status", "resolutionStatus", "createdDateTime")
    }
    assert await ada.seen(other) == other


async def test_a_partner_speaks_as_nobody(ada: Speaker, partner: Speaker) -> None:
    message = await partner.said(await ada.opened(), "From the platform.")
    assert message["author"] == {"userId": None, "email": None}
    assert found(await ada.get(f"/v6/messages/{message['id']}")) == message


WRONG: list[tuple[Json, list[Any]]] = [
    ({"conversationId": None}, [("REQUIRED", "conversationId")]),
    ({"conversationId": ""}, [("REQUIRED", "conversationId")]),
    ({"conversationId": 5}, [("INVALID_FORMAT", "conversationId")]),
    ({"conversationId": "con_999999999"}, [("INVALID_VALUE", "conversationId")]),
    ({"conversationId": "con_0"}, [("INVALID_VALUE", "conversationId")]),
    ({"conversationId": "con_99999999999999999999"}, [("INVALID_VALUE", "conversationId")]),
    ({"conversationId": "msg_1"}, [("INVALID_VALUE", "conversationId")]),
    ({"conversationId": "con_\x00"}, [("INVALID_FORMAT", "conversationId")]),
    ({"text": None}, [("REQUIRED", "text")]),
    ({"text": ""}, [("REQUIRED", "text")]),
    ({"text": " \n\t"}, [("REQUIRED", "text")]),
    ({"text": ["x"]}, [("INVALID_FORMAT", "text")]),
    ({"text": "x" * 10_001}, [("INVALID_VALUE", "text")]),
    ({"text": "\x00"}, [("INVALID_FORMAT", "text")]),
    ({"attachmentIds": None}, [("INVALID_VALUE", "attachmentIds")]),
    ({"attachmentIds": {}}, [("INVALID_FORMAT", "attachmentIds")]),
    ({"attachmentIds": ["att_1"]}, [("INVALID_VALUE", "attachmentIds")]),
    ({"attachmentIds": ["att_1", "att_1"]}, [("INVALID_VALUE", "attachmentIds")]),
    ({"attachmentIds": [f"fil_{n}" for n in range(21)]}, [("INVALID_VALUE", "attachmentIds")]),
    ({"id": "msg_1"}, [("NOT_MODIFIABLE", "id")]),
    ({"id": None}, [("NOT_MODIFIABLE", "id")]),
    (
        {"id": 1, "conversationId": "con_999999999", "text": 5},
        [("NOT_MODIFIABLE", "id"), ("INVALID_FORMAT", "text"), ("INVALID_VALUE", "conversationId")],
    ),
    (
        {"conversationId": "con_999999999", "attachmentIds": ["att_1"]},
        [("INVALID_VALUE", "conversationId"), ("INVALID_VALUE", "attachmentIds")],
    ),
    ({"text": "", "attachmentIds": ["att_x"]}, [("INVALID_VALUE", "attachmentIds")]),
    ({"text": 5, "attachmentIds": ["att_1"]}, [("INVALID_FORMAT", "text"), ("INVALID_VALUE", "attachmentIds")]),
]


async def test_a_wrong_message_is_told_everything_and_says_nothing(ada: Speaker, sql: asyncpg.Connection) -> None:
    made = await ada.opened()
    for wrong, expected in WRONG:
        (result,) = results(await ada.say({"conversationId": made["id"], "text": "Hello", **wrong}), 400)
        assert (result["statusCode"], problems(result)) == (400, expected), wrong
    (result,) = results(await ada.say({}), 400)
    assert problems(result) == [("REQUIRED", "conversationId"), ("REQUIRED", "text")]
    (result,) = results(await ada.say({"conversationId": "con_999999999", "text": "Hello"}), 400)
    assert result["error"][0]["message"] == "The conversation provided is not valid"
    assert await ada.seen(made) == made
    assert await sql.fetchval("select count(*) from messages where conversation_id = $1", number(made)) == 1


async def test_a_batch_says_what_is_right_in_its_order(ada: Speaker) -> None:
    first, second = await ada.opened(), await ada.opened()
    gone = await ada.opened(status="DELETED")
    items: list[Any] = [
        {"conversationId": first["id"], "text": "one"},
        {"conversationId": second["id"], "text": "two"},
        {"conversationId": "con_999999999", "text": "three"},
        None,
        {"conversationId": first["id"], "text": "five"},
        {"conversationId": gone["id"], "text": "six"},
        {"conversationId": first["id"], "text": ""},
        {"conversationId": first["id"], "text": "eight"},
    ]
    answered = results(await ada.say(*items), 207)
    assert [result["statusCode"] for result in answered] == [200, 200, 400, 400, 200, 400, 400, 200]
    assert [result["data"] and result["data"]["text"] for result in answered] == [
        "one",
        "two",
        None,
        None,
        "five",
        None,
        None,
        "eight",
    ]
    listed = page(await ada.get(f"/v6/conversations/{first['id']}/messages"))["data"]
    assert [shown["text"] for shown in listed] == ["eight", "five", "one", "What is this?"]
    assert (await ada.seen(first))["latestMessage"]["text"] == "eight"
    assert (await ada.seen(second))["latestMessage"]["text"] == "two"
    assert [problems(result) for result in results(await ada.say({"text": "x"}, {"id": "x", "text": "x"}), 400)] == [
        [("REQUIRED", "conversationId")],
        [("NOT_MODIFIABLE", "id"), ("REQUIRED", "conversationId")],
    ]


async def test_250_messages_are_one_statement_and_251_are_refused(ada: Speaker, sql: asyncpg.Connection) -> None:
    made = await ada.opened()
    items = [{"conversationId": made["id"], "text": f"Number {n}"} for n in range(250)]
    results(await ada.say(*items), 200)
    written = await sql.fetch(
        "select distinct xmin, cmin from messages where conversation_id = $1 and id <> $2",
        number(made),
        number(made["latestMessage"]),
    )
    assert len(written) == 1
    assert refused(await ada.say(*items, items[0]), 400) == [("BAD_REQUEST", "data")]


# ── Files and reactions ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_file_is_said_with_a_message(ada: Speaker, world: World, sql: asyncpg.Connection) -> None:
    made = await ada.opened()
    file = await attached(sql, world.lamplight.workspace.id)
    for id in (f"att_{file}", f"fil_{file}"):
        message = one(await ada.say({"conversationId": made["id"], "attachmentIds": [id]}))
        assert (message["text"], list(message)) == ("", FIELDS)
        (shown,) = message["attachments"]
        assert list(shown) == ["id", "url", "fileName", "fileSize", "createdDateTime", "iconUrl"]
        assert (shown["id"], shown["fileName"], shown["fileSize"]) == (f"att_{file}", "receipt.pdf", "24 KB")
        assert shown["url"].endswith("/receipt.pdf")
        assert shown["iconUrl"].endswith("/icons/attachments/pdf.svg")
        assert found(await ada.get(f"/v6/messages/{message['id']}")) == message
    opened = await ada.opened(message={"text": "Look.", "attachmentIds": [f"att_{file}"]})
    changed = await ada.saved({"id": opened["id"], "message": {"attachmentIds": [f"att_{file}"]}})
    assert changed["latestMessage"]["text"] == ""
    listed = page(await ada.get(f"/v6/conversations/{opened['id']}/messages"))["data"]
    assert [len(shown["attachments"]) for shown in listed] == [1, 1]


async def test_a_deleted_or_foreign_file_is_none(ada: Speaker, world: World, sql: asyncpg.Connection) -> None:
    made = await ada.opened()
    gone, theirs = await attached(sql, world.lamplight.workspace.id), await attached(sql, world.harbour.workspace.id)
    await sql.execute("update attachments set deleted_at = now() where id = $1", gone)
    for id in (gone, theirs):
        (result,) = results(await ada.say({"conversationId": made["id"], "attachmentIds": [f"att_{id}"]}), 400)
        assert problems(result) == [("INVALID_VALUE", "attachmentIds")]


@pytest.mark.parametrize(
    ("bytes_", "says"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1 KB"),
        (1100, "1 KB"),
        (24_576, "24 KB"),
        (1_048_000, "1023 KB"),
        (1_048_576, "1 MB"),
        (1_572_864, "1.5 MB"),
        (10_485_760, "10 MB"),
        (5_368_709_120, "5120 MB"),
    ],
)
def test_sizes_are_said_as_people_do(bytes_: int, says: str) -> None:
    assert wire.size(bytes_) == says


async def test_reactions_are_one_entry_an_emoji(ada: Speaker, world: World, sql: asyncpg.Connection) -> None:
    message = await ada.said(await ada.opened(), "Good?")
    for at, (emoji, user) in enumerate((("thumbs_up", world.ada), ("heart", world.ada), ("thumbs_up", world.blaise))):
        await sql.execute(
            "insert into reactions values ($1, $2, $3, 'user', $4, now() + make_interval(secs => $5))",
            world.lamplight.workspace.id,
            number(message),
            emoji,
            user.id,
            float(at),
        )
    shown = found(await ada.get(f"/v6/messages/{message['id']}"))["reactions"]
    people = [{"userId": user.external_id, "email": user.email} for user in (world.ada, world.blaise)]
    assert shown == [{"emojiCode": "thumbs_up", "authorInfo": people}, {"emojiCode": "heart", "authorInfo": people[:1]}]


# ── Reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_does_not_exist_is_404(ada: Speaker) -> None:
    for id in ("msg_999999999", "msg_0", "msg_", "con_1", "msg_99999999999999999999", "1", "msg_1%00", "msg_\u0661"):
        answer = await ada.get(f"/v6/messages/{id}")
        assert refused(answer, 404) == [("INVALID_VALUE", "id")], id
        assert answer.json()["error"][0]["message"] == "The message provided is not valid"
        assert refused(await ada.get(f"/v6/conversations/{id}/messages"), 404) == [("INVALID_VALUE", "id")], id


async def test_a_deleted_message_is_found_and_not_listed(ada: Speaker, sql: asyncpg.Connection) -> None:
    made = await ada.opened()
    message = await ada.said(made, "Forget this.")
    await sql.execute("update messages set deleted_at = now() where id = $1", number(message))
    assert found(await ada.get(f"/v6/messages/{message['id']}"))["status"] == "DELETED"
    listed = page(await ada.get(f"/v6/conversations/{made['id']}/messages"))["data"]
    assert [shown["text"] for shown in listed] == ["What is this?"]


async def test_messages_are_paged_newest_first_both_ways(ada: Speaker) -> None:
    made = await ada.opened()
    path = f"/v6/conversations/{made['id']}/messages"
    for n in range(4):
        await ada.said(made, f"Number {n}")
    everything = page(await ada.get(path))
    assert everything["cursor"] == {"after": None, "before": None}
    assert [shown["text"] for shown in everything["data"]] == [
        "Number 3",
        "Number 2",
        "Number 1",
        "Number 0",
        "What is this?",
    ]
    first = page(await ada.get(path, limit=2))
    second = page(await ada.get(path, limit=2, cursor=first["cursor"]["after"]))
    third = page(await ada.get(path, limit=2, cursor=second["cursor"]["after"]))
    assert first["data"] + second["data"] + third["data"] == everything["data"]
    assert (first["cursor"]["before"], third["cursor"]["after"]) == (None, None)
    back = page(await ada.get(path, limit=2, cursor=third["cursor"]["before"]))
    assert back["data"] == second["data"]
    await ada.said(made, "Number 4")
    again = page(await ada.get(path, limit=250, cursor=first["cursor"]["after"]))
    assert again["data"] == second["data"] + third["data"]
    newer = page(await ada.get(path, limit=2, cursor=second["cursor"]["before"]))
    assert (newer["data"], newer["cursor"]["before"] is None) == (first["data"], False)


async def test_the_default_page_has_100_messages(ada: Speaker) -> None:
    made = await ada.opened()
    await ada.say(*({"conversationId": made["id"], "text": f"Number {n}"} for n in range(120)))
    path = f"/v6/conversations/{made['id']}/messages"
    assert len(page(await ada.get(path))["data"]) == 100
    assert len(page(await ada.get(path, limit=250))["data"]) == 121
    assert len(page(await ada.get(f"{path}?cursor=&limit="))["data"]) == 100


async def test_wrong_parameters_are_told_at_once(ada: Speaker) -> None:
    made, other = await ada.opened(), await ada.opened()
    path = f"/v6/conversations/{made['id']}/messages"
    await ada.said(made, "More.")
    await ada.said(other, "More.")
    limit, cursor = ("INVALID_VALUE", "limit"), ("INVALID_VALUE", "cursor")
    for query in ("limit=0", "limit=251", "limit=-1", "limit=99999999999999999999999", "limit=1&limit=2"):
        assert refused(await ada.get(f"{path}?{query}"), 400) == [limit], query
    for query in (
        "limit=x",
        "limit=1.5",
        "limit=1e1",
        "limit=%201",
        "limit=1_0",
        "limit=%D9%A1",
        "limit=%00",
        "limit=null",
    ):
        assert refused(await ada.get(f"{path}?{query}"), 400) == [("INVALID_FORMAT", "limit")], query
    for query in ("cursor=x", "cursor=%00", "cursor=null", "cursor=a&cursor=b", "cursor=%FF%FE"):
        assert refused(await ada.get(f"{path}?{query}"), 400) == [cursor], query
    assert refused(await ada.get(f"{path}?cursor=x&limit=0"), 400) == [cursor, limit]
    assert refused(await ada.get(f"{path}?" + "&".join(f"a{n}=1" for n in range(500))), 400) == [("BAD_REQUEST", None)]
    elsewhere = page(await ada.get(f"/v6/conversations/{other['id']}/messages", limit=1))["cursor"]["after"]
    assert refused(await ada.get(path, cursor=elsewhere), 400) == [cursor]
    of_query = page(await ada.query(limit=1))["cursor"]["after"]
    assert refused(await ada.get(path, cursor=of_query), 400) == [cursor]
    assert len(page(await ada.get(f"{path}?unknown=1&sort=x"))["data"]) == 2
