"""Saving and getting conversations (contracts/tight.md §4.5, §6)."""

from __future__ import annotations

import asyncio
import re
from itertools import product
from typing import Any

import asyncpg
import httpx

from koine.core.actor import system
from koine.core.conversations import opening
from koine.core.conversations.model import Opening
from koine.demo import World
from koine.postgres.database import Database
from tests.dialects.tight.speaking import Json, Speaker, found, problems, refused, results, speaker

SAID = {"subject": "A question", "message": {"text": "What is this?"}}
FIELDS = [
    "id",
    "attachedEntityId",
    "subject",
    "author",
    "latestMessage",
    "status",
    "readStatus",
    "resolutionStatus",
    "createdDateTime",
    "lastUpdatedDateTime",
]


async def kinds(sql: asyncpg.Connection, conversation: Json) -> list[str]:
    """What is recorded of a conversation, in order."""
    number = int(conversation["id"].removeprefix("con_"))
    return [
        row["kind"] for row in await sql.fetch("select kind from events where conversation_id = $1 order by id", number)
    ]


async def count(sql: asyncpg.Connection, world: World) -> int:
    """How many conversations Lamplight has."""
    place = world.lamplight.workspace.id
    found: int = await sql.fetchval("select count(*) from conversations where workspace_id = $1", place)
    return found


# ── Creating ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_new_conversation_has_every_member_in_order(
    ada: Speaker, world: World, sql: asyncpg.Connection
) -> None:
    made = await ada.opened(subject="Rent", attachedEntityId="btxn_67890")
    author = {"userId": world.ada.external_id, "email": world.ada.email}
    assert list(made) == FIELDS
    assert list(made["latestMessage"]) == ["id", "author", "text"]
    assert re.fullmatch(r"con_[1-9][0-9]*", made["id"])
    assert re.fullmatch(r"msg_[1-9][0-9]*", made["latestMessage"]["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", made["createdDateTime"])
    assert (made["attachedEntityId"], made["subject"], made["author"]) == ("btxn_67890", "Rent", author)
    assert (made["latestMessage"]["author"], made["latestMessage"]["text"]) == (author, "What is this?")
    assert (made["status"], made["readStatus"], made["resolutionStatus"]) == ("ACTIVE", "READ", "OPEN")
    assert made["createdDateTime"] == made["lastUpdatedDateTime"]
    assert await ada.seen(made) == made
    assert await kinds(sql, made) == ["conversation.opened", "message.posted"]


async def test_a_new_conversation_is_as_it_was_sent(ada: Speaker, blaise: Speaker) -> None:
    for status, read, resolution in product(["ACTIVE", "DELETED"], ["READ", "UNREAD"], ["OPEN", "RESOLVED"]):
        wanted = {"status": status, "readStatus": read, "resolutionStatus": resolution}
        made = await ada.opened(**wanted)
        assert {name: made[name] for name in wanted} == wanted
        assert await ada.seen(made) == made
        assert await blaise.seen(made) == {**made, "readStatus": "UNREAD"}
        listed = [shown["id"] for shown in await ada.listed()]
        assert (made["id"] in listed) == (status == "ACTIVE")


async def test_unknown_members_are_ignored(ada: Speaker) -> None:
    made = await ada.opened(
        customData={"a": 1}, author={"userId": "somebody else"}, createdDateTime="1999-01-01T00:00:00Z"
    )
    assert made["author"]["userId"] != "somebody else"
    assert not made["createdDateTime"].startswith("1999")


async def test_a_repeated_create_makes_a_second_conversation(ada: Speaker) -> None:
    first, second = await ada.opened(), await ada.opened()
    assert first["id"] != second["id"]


WRONG_CREATES: list[tuple[Json, list[Any]]] = [
    ({"subject": None}, [("REQUIRED", "subject")]),
    ({"subject": ""}, [("REQUIRED", "subject")]),
    ({"subject": " \t\u3000"}, [("REQUIRED", "subject")]),
    ({"subject": 5}, [("INVALID_FORMAT", "subject")]),
    ({"subject": "x" * 256}, [("INVALID_VALUE", "subject")]),
    ({"subject": "a\x00b"}, [("INVALID_FORMAT", "subject")]),
    ({"message": None}, [("REQUIRED", "message")]),
    ({"message": "Hello"}, [("INVALID_FORMAT", "message")]),
    ({"message": []}, [("INVALID_FORMAT", "message")]),
    ({"message": {}}, [("REQUIRED", "message.text")]),
    ({"message": {"text": None}}, [("REQUIRED", "message.text")]),
    ({"message": {"text": " \n"}}, [("REQUIRED", "message.text")]),
    ({"message": {"text": 5}}, [("INVALID_FORMAT", "message.text")]),
    ({"message": {"text": "x" * 10_001}}, [("INVALID_VALUE", "message.text")]),
    ({"message": {"text": "x", "attachmentIds": None}}, [("REQUIRED", "message.attachmentIds")]),
    ({"message": {"text": "x", "attachmentIds": "att_1"}}, [("INVALID_FORMAT", "message.attachmentIds")]),
    ({"message": {"text": "x", "attachmentIds": [1, 2]}}, [("INVALID_FORMAT", "message.attachmentIds")] * 2),
    ({"message": {"text": "x", "attachmentIds": ["att_1"]}}, [("INVALID_VALUE", "message.attachmentIds")]),
    ({"message": {"text": "x", "attachmentIds": ["<string>"]}}, [("INVALID_VALUE", "message.attachmentIds")]),
    ({"message": {"text": "x", "attachmentIds": ["att_1", "fil_1"]}}, [("INVALID_VALUE", "message.attachmentIds")]),
    (
        {"message": {"text": "x", "attachmentIds": [f"att_{n}" for n in range(21)]}},
        [("INVALID_VALUE", "message.attachmentIds")],
    ),
    ({"attachedEntityId": 5}, [("INVALID_FORMAT", "attachedEntityId")]),
    ({"attachedEntityId": ""}, [("INVALID_FORMAT", "attachedEntityId")]),
    ({"attachedEntityId": "btxn"}, [("INVALID_FORMAT", "attachedEntityId")]),
    ({"attachedEntityId": "btxn_"}, [("INVALID_FORMAT", "attachedEntityId")]),
    ({"attachedEntityId": "btxn_1 2"}, [("INVALID_FORMAT", "attachedEntityId")]),
    ({"attachedEntityId": "btxn_1\n"}, [("INVALID_FORMAT", "attachedEntityId")]),
    ({"attachedEntityId": "btxn_\x00"}, [("INVALID_FORMAT", "attachedEntityId")]),
    ({"attachedEntityId": "btxn_" + "1" * 251}, [("INVALID_VALUE", "attachedEntityId")]),
    ({"attachedEntityId": "co_999999999"}, [("INVALID_VALUE", "attachedEntityId")]),
    ({"attachedEntityId": "co_x"}, [("INVALID_VALUE", "attachedEntityId")]),
    ({"status": "GONE"}, [("INVALID_VALUE", "status")]),
    ({"status": "active"}, [("INVALID_VALUE", "status")]),
    ({"status": 1}, [("INVALID_FORMAT", "status")]),
    ({"status": None}, [("REQUIRED", "status")]),
    ({"readStatus": "MAYBE"}, [("INVALID_VALUE", "readStatus")]),
    ({"readStatus": None}, [("REQUIRED", "readStatus")]),
    ({"resolutionStatus": "CLOSED"}, [("INVALID_VALUE", "resolutionStatus")]),
    ({"resolutionStatus": []}, [("INVALID_FORMAT", "resolutionStatus")]),
    ({"id": None}, [("INVALID_VALUE", "id")]),
    (
        {"subject": 1, "message": {"text": ""}, "status": "x", "attachedEntityId": {}, "readStatus": False},
        [
            ("INVALID_FORMAT", "subject"),
            ("REQUIRED", "message.text"),
            ("INVALID_FORMAT", "attachedEntityId"),
            ("INVALID_VALUE", "status"),
            ("INVALID_FORMAT", "readStatus"),
        ],
    ),
    (
        {"subject": "", "message": {"text": "x", "attachmentIds": ["att_7"]}},
        [("REQUIRED", "subject"), ("INVALID_VALUE", "message.attachmentIds")],
    ),
]


async def test_a_wrong_create_is_told_everything_and_writes_nothing(
    ada: Speaker, sql: asyncpg.Connection, world: World
) -> None:
    for wrong, expected in WRONG_CREATES:
        (result,) = results(await ada.save({**SAID, **wrong}), 400)
        assert (result["statusCode"], problems(result)) == (400, expected), wrong
    assert await count(sql, world) == 1


async def test_limits_are_the_last_good_value(ada: Speaker) -> None:
    made = await ada.opened(subject="é" * 255, message={"text": "😀" * 10_000}, attachedEntityId="btxn_" + "1" * 250)
    assert (await ada.seen(made))["latestMessage"]["text"] == "😀" * 10_000


async def test_text_is_kept_as_it_is(ada: Speaker) -> None:
    text = " <b>not bold</b> &amp;\r\n\t'quoted' \u202e%_\\ \ufeff "
    made = await ada.opened(subject=text, message={"text": text})
    again = await ada.seen(made)
    assert (again["subject"], again["latestMessage"]["text"]) == (text, text)


# ── The company of a new conversation ───────────────────────────────────────────────────────────────────────────────


async def test_a_company_that_cannot_be_decided_is_asked_for(blaise: Speaker, partner: Speaker) -> None:
    for who in (blaise, partner):
        for item in (SAID, {**SAID, "attachedEntityId": "btxn_never_seen"}):
            (result,) = results(await who.save(item), 400)
            assert problems(result) == [("REQUIRED", "attachedEntityId")]
            assert result["error"][0]["message"] == "Attached entity is required"


async def test_everything_is_said_at_once_also_the_company(partner: Speaker) -> None:
    (result,) = results(await partner.save({"message": {"text": "", "attachmentIds": ["att_1"]}}), 400)
    assert problems(result) == [
        ("REQUIRED", "subject"),
        ("REQUIRED", "attachedEntityId"),
        ("INVALID_VALUE", "message.attachmentIds"),
    ]


async def test_the_company_itself_can_be_what_it_is_about(
    ada: Speaker, grace: Speaker, blaise: Speaker, partner: Speaker, world: World
) -> None:
    harbour = f"co_{world.harbour.workspace.id}"
    made = [await who.opened(attachedEntityId=harbour) for who in (grace, blaise, partner)]
    assert {one["attachedEntityId"] for one in made} == {harbour}
    assert [one["id"] for one in await grace.listed()] == [one["id"] for one in reversed(made)]
    (result,) = results(await ada.save({**SAID, "attachedEntityId": harbour}), 400)
    assert problems(result) == [("INVALID_VALUE", "attachedEntityId")]


async def test_an_entity_that_one_company_talks_about_already_decides(
    ada: Speaker, grace: Speaker, blaise: Speaker, partner: Speaker
) -> None:
    await grace.opened(attachedEntityId="btxn_7")
    for who in (blaise, partner):
        made = await who.opened(attachedEntityId="btxn_7")
        assert (await grace.seen(made))["id"] == made["id"]
    await ada.opened(attachedEntityId="btxn_7")
    (result,) = results(await blaise.save({**SAID, "attachedEntityId": "btxn_7"}), 400)
    assert problems(result) == [("REQUIRED", "attachedEntityId")]


async def test_a_partner_with_one_company_needs_to_name_none(
    http: httpx.AsyncClient, world: World, sql: asyncpg.Connection
) -> None:
    partner = await speaker(http, world)
    await sql.execute(
        "update tokens set workspaces = $1 where client_id = $2", [world.harbour.workspace.id], world.tight.id
    )
    made = await partner.opened(attachedEntityId="btxn_new")
    number = int(made["id"].removeprefix("con_"))
    assert (
        await sql.fetchval("select workspace_id from conversations where id = $1", number) == world.harbour.workspace.id
    )


async def test_the_author_is_the_user_and_nobody_for_a_partner(blaise: Speaker, partner: Speaker, world: World) -> None:
    lamplight = f"co_{world.lamplight.workspace.id}"
    made = await blaise.opened(attachedEntityId=lamplight)
    assert made["author"] == {"userId": world.blaise.external_id, "email": world.blaise.email}
    made = await partner.opened(attachedEntityId=lamplight)
    assert made["author"] == made["latestMessage"]["author"] == {"userId": None, "email": None}
    assert (await partner.seen(made), made["readStatus"]) == (made, "READ")


# ── Updating ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_update_merges(ada: Speaker, sql: asyncpg.Connection) -> None:
    made = await ada.opened()
    renamed = await ada.saved({"id": made["id"], "subject": "Rent"})
    attached = await ada.saved({"id": made["id"], "attachedEntityId": "btxn_5"})
    resolved = await ada.saved({"id": made["id"], "resolutionStatus": "RESOLVED"})
    assert (resolved["subject"], resolved["attachedEntityId"], resolved["resolutionStatus"]) == (
        "Rent",
        "btxn_5",
        "RESOLVED",
    )
    assert list(resolved) == FIELDS
    assert await ada.seen(made) == resolved
    moments = [one["lastUpdatedDateTime"] for one in (made, renamed, attached, resolved)]
    assert moments == sorted(moments)
    assert moments[0] < moments[3]
    assert await kinds(sql, made) == [
        "conversation.opened",
        "message.posted",
        "conversation.subject_changed",
        "conversation.entity_attached",
        "conversation.status_changed",
    ]


async def test_everything_can_change_in_one_save(ada: Speaker, blaise: Speaker, sql: asyncpg.Connection) -> None:
    made = await ada.opened()
    item = {
        "id": made["id"],
        "subject": "Rent",
        "message": {"text": "Paid."},
        "attachedEntityId": "btxn_5",
        "status": "DELETED",
        "readStatus": "UNREAD",
        "resolutionStatus": "RESOLVED",
    }
    changed = await blaise.saved(item)
    assert changed["latestMessage"]["text"] == "Paid."
    assert {name: changed[name] for name in item if name != "message"} == {
        name: value for name, value in item.items() if name != "message"
    }
    assert len(await kinds(sql, made)) == 2 + 6


async def test_a_save_that_changes_nothing_records_nothing(ada: Speaker, sql: asyncpg.Connection) -> None:
    made = await ada.opened(attachedEntityId="btxn_5")
    same = {name: made[name] for name in ("subject", "attachedEntityId", "status", "readStatus", "resolutionStatus")}
    nothing = {"subject": None, "message": None, "attachedEntityId": None, "status": None, "readStatus": None}
    for item in ({}, same, nothing, {"resolutionStatus": None}, {"unknown": 1}):
        assert await ada.saved({"id": made["id"], **item}) == made
    assert await kinds(sql, made) == ["conversation.opened", "message.posted"]
    assert await sql.fetchval("select count(*) from read_marks where conversation_id = $1", int(made["id"][4:])) == 0


async def test_an_entity_is_attached_once_and_for_all(ada: Speaker, world: World) -> None:
    made = await ada.opened(attachedEntityId="btxn_5")
    (result,) = results(await ada.save({"id": made["id"], "attachedEntityId": "btxn_6", "subject": "Not either"}), 400)
    assert problems(result) == [("NOT_MODIFIABLE", "attachedEntityId")]
    assert await ada.seen(made) == made
    other = await ada.opened()
    (result,) = results(await ada.save({"id": other["id"], "attachedEntityId": "co_999999999"}), 400)
    assert problems(result) == [("INVALID_VALUE", "attachedEntityId")]
    own = f"co_{world.lamplight.workspace.id}"
    assert (await ada.saved({"id": other["id"], "attachedEntityId": own}))["attachedEntityId"] == own


async def test_a_message_in_an_update_is_added(ada: Speaker, blaise: Speaker) -> None:
    made = await ada.opened()
    replied = await blaise.saved({"id": made["id"], "message": {"text": "Rent."}, "resolutionStatus": "RESOLVED"})
    assert replied["latestMessage"]["author"]["userId"] != made["author"]["userId"]
    assert (replied["readStatus"], replied["resolutionStatus"], replied["author"]) == (
        "READ",
        "RESOLVED",
        made["author"],
    )
    assert (await ada.seen(made))["readStatus"] == "UNREAD"
    texts = [shown["text"] for shown in (await ada.get(f"/v6/conversations/{made['id']}/messages")).json()["data"]]
    assert texts == ["Rent.", "What is this?"]


async def test_a_read_status_beside_a_message_is_the_last_word(ada: Speaker, blaise: Speaker) -> None:
    made = await ada.opened()
    for before, read in product(["READ", "UNREAD"], repeat=2):
        await blaise.saved({"id": made["id"], "readStatus": before})
        after = await blaise.saved({"id": made["id"], "message": {"text": "Rent."}, "readStatus": read})
        assert after["readStatus"] == (await blaise.seen(made))["readStatus"] == read


WRONG_UPDATES: list[tuple[Json, list[Any]]] = [
    ({"subject": ""}, [("REQUIRED", "subject")]),
    ({"subject": 1.5}, [("INVALID_FORMAT", "subject")]),
    ({"message": {}}, [("REQUIRED", "message.text")]),
    ({"message": {"text": None, "attachmentIds": None}}, [("REQUIRED", "message.text")]),
    ({"message": {"attachmentIds": ["att_1"]}}, [("INVALID_VALUE", "message.attachmentIds")]),
    ({"attachedEntityId": "none"}, [("INVALID_FORMAT", "attachedEntityId")]),
    ({"attachedEntityId": "btxn_2"}, [("NOT_MODIFIABLE", "attachedEntityId")]),
    ({"status": "x", "readStatus": 0}, [("INVALID_VALUE", "status"), ("INVALID_FORMAT", "readStatus")]),
    (
        {"subject": "", "attachedEntityId": "btxn_2", "message": {"text": "x", "attachmentIds": ["att_1"]}},
        [
            ("REQUIRED", "subject"),
            ("NOT_MODIFIABLE", "attachedEntityId"),
            ("INVALID_VALUE", "message.attachmentIds"),
        ],
    ),
]


async def test_a_wrong_update_is_told_everything_and_changes_nothing(ada: Speaker, sql: asyncpg.Connection) -> None:
    made = await ada.opened(attachedEntityId="btxn_1")
    for wrong, expected in WRONG_UPDATES:
        (result,) = results(await ada.save({"id": made["id"], "resolutionStatus": "RESOLVED", **wrong}), 400)
        assert (result["statusCode"], problems(result)) == (400, expected), wrong
    assert await ada.seen(made) == made
    assert await kinds(sql, made) == ["conversation.opened", "message.posted"]


NOWHERE = ["con_999999999", "con_0", "con_01", "con_-1", "con_", "con", "", "1", "msg_1", "CON_1", "con_1 ", " con_1"]
NOWHERE += [
    "con_9223372036854775807",
    "con_9223372036854775808",
    "con_99999999999999999999",
    "con_\u0661",
    "con_1e3",
    "x" * 300,
]


async def test_an_unknown_id_is_never_created(ada: Speaker, sql: asyncpg.Connection, world: World) -> None:
    for id in NOWHERE:
        (result,) = results(await ada.save({**SAID, "id": id}), 400)
        assert (result["statusCode"], problems(result)) == (404, [("INVALID_VALUE", "id")]), id
        assert result["error"][0]["message"] == "The conversation provided is not valid"
    (result,) = results(await ada.save({"id": "con_999999999", "subject": 5}), 400)
    assert (result["statusCode"], problems(result)) == (400, [("INVALID_FORMAT", "subject"), ("INVALID_VALUE", "id")])
    (result,) = results(await ada.save({"id": 5}), 400)
    assert (result["statusCode"], problems(result)) == (400, [("INVALID_FORMAT", "id")])
    assert await count(sql, world) == 1


# ── Reading, resolving, deleting ────────────────────────────────────────────────────────────────────────────────────


async def test_read_status_is_each_readers_own(ada: Speaker, blaise: Speaker, partner: Speaker) -> None:
    made = await ada.opened()
    assert [(await who.seen(made))["readStatus"] for who in (ada, blaise, partner)] == ["READ", "UNREAD", "UNREAD"]
    await blaise.saved({"id": made["id"], "readStatus": "READ"})
    assert [(await who.seen(made))["readStatus"] for who in (ada, blaise, partner)] == ["READ", "READ", "UNREAD"]
    await ada.saved({"id": made["id"], "readStatus": "UNREAD"})
    await partner.saved({"id": made["id"], "readStatus": "READ"})
    assert [(await who.seen(made))["readStatus"] for who in (ada, blaise, partner)] == ["UNREAD", "READ", "READ"]
    await partner.said(made, "News.")
    assert [(await who.seen(made))["readStatus"] for who in (ada, blaise, partner)] == ["UNREAD", "UNREAD", "READ"]


async def test_reading_changes_nothing_not_even_the_time(
    ada: Speaker, blaise: Speaker, sql: asyncpg.Connection
) -> None:
    made = await ada.opened()
    await blaise.seen(made)
    await blaise.get(f"/v6/conversations/{made['id']}/messages")
    await blaise.listed()
    assert (await blaise.seen(made))["readStatus"] == "UNREAD"
    marked = await blaise.saved({"id": made["id"], "readStatus": "READ"})
    assert marked["lastUpdatedDateTime"] == made["lastUpdatedDateTime"]


async def test_two_tokens_of_one_user_are_one_reader(http: httpx.AsyncClient, world: World, ada: Speaker) -> None:
    made = await ada.opened()
    again = await speaker(http, world, userId=world.ada.external_id or "")
    await again.saved({"id": made["id"], "readStatus": "UNREAD"})
    assert (await ada.seen(made))["readStatus"] == "UNREAD"


async def test_a_new_message_does_not_reopen(ada: Speaker, blaise: Speaker) -> None:
    made = await ada.opened(resolutionStatus="RESOLVED")
    await blaise.said(made, "One more thing.")
    assert (await ada.seen(made))["resolutionStatus"] == "RESOLVED"
    assert (await ada.saved({"id": made["id"], "resolutionStatus": "OPEN"}))["resolutionStatus"] == "OPEN"


async def test_a_snoozed_conversation_is_open_and_stays_snoozed(ada: Speaker, sql: asyncpg.Connection) -> None:
    made = await ada.opened()
    number = int(made["id"].removeprefix("con_"))
    snooze = """update conversations c set status_id = s.id from statuses s
                where c.id = $1 and s.workspace_id = c.workspace_id and s.name = 'Snoozed' returning s.id"""
    snoozed = await sql.fetchval(snooze, number)
    assert (await ada.saved({"id": made["id"], "resolutionStatus": "OPEN"}))["resolutionStatus"] == "OPEN"
    assert await sql.fetchval("select status_id from conversations where id = $1", number) == snoozed


async def test_a_deleted_conversation_is_found_not_listed_and_takes_no_message(ada: Speaker) -> None:
    made = await ada.opened()
    gone = await ada.saved({"id": made["id"], "status": "DELETED"})
    assert gone["status"] == (await ada.seen(made))["status"] == "DELETED"
    assert made["id"] not in [shown["id"] for shown in await ada.listed()]
    (result,) = results(await ada.say({"conversationId": made["id"], "text": "Hello?"}), 400)
    assert problems(result) == [("INVALID_VALUE", "conversationId")]
    (result,) = results(await ada.save({"id": made["id"], "message": {"text": "Hello?"}, "subject": "Not this"}), 400)
    assert problems(result) == [("INVALID_VALUE", "id")]
    assert await ada.seen(made) == gone
    assert len(found(await ada.get(f"/v6/messages/{made['latestMessage']['id']}"))) == 9


async def test_a_deleted_conversation_can_be_restored_and_spoken_in_at_once(
    ada: Speaker, sql: asyncpg.Connection
) -> None:
    made = await ada.opened(status="DELETED")
    back = await ada.saved({"id": made["id"], "status": "ACTIVE", "message": {"text": "There it is."}})
    assert (back["status"], back["latestMessage"]["text"]) == ("ACTIVE", "There it is.")
    assert made["id"] in [shown["id"] for shown in await ada.listed()]
    assert (await kinds(sql, made))[2:] == ["conversation.deleted", "conversation.restored", "message.posted"]


async def test_a_message_and_the_bin_fit_into_one_save(ada: Speaker) -> None:
    made = await ada.opened()
    gone = await ada.saved({"id": made["id"], "status": "DELETED", "message": {"text": "Never mind."}})
    assert (gone["status"], gone["latestMessage"]["text"]) == ("DELETED", "Never mind.")


# ── Batches ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_results_stand_in_the_order_of_items(ada: Speaker) -> None:
    made = await ada.opened()
    items: list[Any] = [
        {**SAID, "subject": "first"},
        {"id": made["id"], "subject": "second"},
        "no item",
        {**SAID, "subject": "fourth", "readStatus": "UNREAD"},
        {**SAID, "subject": ""},
        {"id": "con_999999999", "subject": "sixth"},
        {**SAID, "subject": "seventh"},
        {**SAID, "subject": "eighth"},
    ]
    answered = results(await ada.save(*items), 207)
    assert [one["statusCode"] for one in answered] == [200, 200, 400, 200, 400, 404, 200, 200]
    assert [one["data"] and one["data"]["subject"] for one in answered] == [
        "first",
        "second",
        None,
        "fourth",
        None,
        None,
        "seventh",
        "eighth",
    ]
    assert problems(answered[2]) == [("INVALID_FORMAT", None)]
    assert len(await ada.listed()) == 6
    for one in answered:
        if one["data"]:
            assert await ada.seen(one["data"]) == one["data"]


async def test_a_batch_without_a_good_item_is_400_with_all_errors(ada: Speaker) -> None:
    answered = results(await ada.save({}, {"id": "con_999999999"}), 400)
    assert [problems(one) for one in answered] == [
        [("REQUIRED", "subject"), ("REQUIRED", "message")],
        [("INVALID_VALUE", "id")],
    ]


async def test_later_items_see_what_earlier_ones_did(ada: Speaker, blaise: Speaker, partner: Speaker) -> None:
    made = await ada.opened()
    items = [
        {"id": made["id"], "status": "DELETED"},
        {"id": made["id"], "message": {"text": "Too late."}},
        {"id": made["id"], "status": "ACTIVE"},
        {"id": made["id"], "message": {"text": "In time."}, "attachedEntityId": "btxn_8"},
        {**SAID, "attachedEntityId": "btxn_8"},
        {"id": made["id"], "attachedEntityId": "btxn_9"},
    ]
    answered = results(await blaise.save(*items), 207)
    assert [one["statusCode"] for one in answered] == [200, 400, 200, 200, 200, 400]
    assert answered[3]["data"]["latestMessage"]["text"] == "In time."
    assert (await ada.seen(answered[4]["data"]))["attachedEntityId"] == "btxn_8"


async def test_250_items_are_one_statement_and_251_are_refused(
    ada: Speaker, sql: asyncpg.Connection, world: World
) -> None:
    items = [{**SAID, "subject": f"Number {n}"} for n in range(250)]
    answered = results(await ada.save(*items), 200)
    assert [one["data"]["subject"] for one in answered] == [item["subject"] for item in items]
    numbers = [int(one["data"]["id"].removeprefix("con_")) for one in answered]
    assert numbers == sorted(numbers)
    inserted = await sql.fetch("select distinct xmin, cmin from conversations where id = any ($1::bigint[])", numbers)
    assert len(inserted) == 1
    assert refused(await ada.save(*items, SAID), 400) == [("BAD_REQUEST", "data")]
    assert await count(sql, world) == 251


async def test_a_body_without_items_is_refused_as_a_whole(ada: Speaker) -> None:
    for body, expected in (
        (b"{}", ("REQUIRED", "data")),
        (b'{"data": null}', ("REQUIRED", "data")),
        (b'{"data": []}', ("REQUIRED", "data")),
        (b'{"data": {}}', ("INVALID_FORMAT", "data")),
        (b'{"data": "x"}', ("INVALID_FORMAT", "data")),
        (b'{"data": {"0": {}}}', ("INVALID_FORMAT", "data")),
        (b"[]", ("REQUIRED", "data")),
        (b"5", ("INVALID_FORMAT", None)),
        (b'"data"', ("INVALID_FORMAT", None)),
        (b"null", ("INVALID_FORMAT", None)),
        (b'{"data": [' + b"null," * 250 + b"null]}", ("BAD_REQUEST", "data")),
    ):
        for path in ("/v6/conversations", "/v6/messages"):
            assert refused(await ada.send(path, body), 400) == [expected], body


async def test_a_bare_array_is_taken_for_the_list(ada: Speaker) -> None:
    (result,) = results(await ada.post("/v6/conversations", [SAID]), 200)
    assert result["data"]["subject"] == "A question"


async def test_batches_that_change_the_same_in_other_orders_do_not_block_each_other(
    ada: Speaker, blaise: Speaker
) -> None:
    made = [(await ada.opened())["id"] for _ in range(6)]
    forth = [{"id": id, "message": {"text": "forth"}} for id in made]
    back = [{"id": id, "message": {"text": "back"}} for id in reversed(made)]
    said = [{"conversationId": id, "text": "said"} for id in (*made[3:], *made[:3])]
    answers = await asyncio.gather(
        *(
            call
            for _ in range(4)
            for call in (ada.save(*forth), blaise.save(*back), ada.say(*said), blaise.say(*said[::-1]))
        )
    )
    assert [answer.status_code for answer in answers] == [200] * 16


async def test_two_who_resolve_at_once_record_it_once(ada: Speaker, blaise: Speaker, sql: asyncpg.Connection) -> None:
    made = await ada.opened()
    item = {"id": made["id"], "resolutionStatus": "RESOLVED"}
    answers = await asyncio.gather(*(who.save(item) for who in (ada, blaise) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {200}
    assert (await kinds(sql, made)).count("conversation.status_changed") == 1


# ── Getting ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_does_not_exist_is_404(ada: Speaker) -> None:
    bodies = set()
    for id in NOWHERE:
        if id and "/" not in id:
            answer = await ada.get(f"/v6/conversations/{id}")
            assert refused(answer, 404) == [("INVALID_VALUE", "id")], id
            bodies.add(answer.content)
    assert len(bodies) == 1


async def test_a_conversation_without_messages_has_no_latest_message(
    ada: Speaker, world: World, database: Database
) -> None:
    """Opened through another contract, for a contact, by a contact."""
    place = world.lamplight
    by = system(world.account_id, place.workspace.id)
    async with database.writing(by.workspaces) as tx:
        wanted = Opening(place.workspace.id, contact_id=place.contacts[0].id, inbox_id=place.inbox.id)
        (opened,) = await opening.open(tx, by, [wanted])
    shown = await ada.seen({"id": f"con_{opened.id}"})
    assert list(shown) == FIELDS
    assert (shown["latestMessage"], shown["attachedEntityId"], shown["subject"]) == (None, None, "")
    assert (shown["author"], shown["readStatus"]) == ({"userId": None, "email": None}, "UNREAD")
    assert (await ada.saved({"id": shown["id"], "readStatus": "READ"}))["readStatus"] == "READ"
