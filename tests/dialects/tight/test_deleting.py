"""Deleting a conversation, as Tight's other resources are deleted (contracts/tight.md §3); ours beyond the contract."""

from __future__ import annotations

import asyncio

import asyncpg
import httpx
import pytest

from koine.demo import World
from tests.dialects.tight.speaking import Json, Speaker, found, one, refused, speaker


def path(conversation: Json) -> str:
    return f"/v6/conversations/{conversation['id']}"


async def deletions(sql: asyncpg.Connection, conversation: Json) -> int:
    number = int(conversation["id"].removeprefix("con_"))
    count: int = await sql.fetchval(
        "select count(*) from events where conversation_id = $1 and kind = 'conversation.deleted'", number
    )
    return count


async def test_a_deleted_conversation_leaves_the_list_and_can_be_read_and_restored(ada: Speaker) -> None:
    kept, made = await ada.opened(), await ada.opened()
    deleted = found(await ada.delete(path(made)))
    assert deleted == {**made, "status": "DELETED", "lastUpdatedDateTime": deleted["lastUpdatedDateTime"]}
    assert deleted["lastUpdatedDateTime"] >= made["lastUpdatedDateTime"]
    assert await ada.seen(made) == deleted
    listed = [shown["id"] for shown in await ada.listed()]
    assert kept["id"] in listed
    assert made["id"] not in listed
    assert one(await ada.save({"id": made["id"], "status": "ACTIVE"}))["status"] == "ACTIVE"


async def test_deleting_twice_answers_the_same_and_tells_nothing_more(ada: Speaker, sql: asyncpg.Connection) -> None:
    made = await ada.opened()
    first = await ada.delete(path(made))
    second = await ada.delete(path(made))
    assert (second.status_code, second.content) == (200, first.content)
    assert await deletions(sql, made) == 1


async def test_of_many_at_once_one_deletes(ada: Speaker, sql: asyncpg.Connection) -> None:
    made = await ada.opened()
    answers = await asyncio.gather(*(ada.delete(path(made)) for _ in range(8)))
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert await deletions(sql, made) == 1


async def test_it_is_what_a_save_of_the_status_does(ada: Speaker) -> None:
    one_way, other_way = await ada.opened(), await ada.opened()
    by_delete = found(await ada.delete(path(one_way)))
    by_save = one(await ada.save({"id": other_way["id"], "status": "DELETED"}))
    apart = ("id", "latestMessage", "createdDateTime", "lastUpdatedDateTime")
    assert {k: v for k, v in by_delete.items() if k not in apart} == {
        k: v for k, v in by_save.items() if k not in apart
    }


@pytest.mark.parametrize("id", ["con_999999999", "con_0", "con_99999999999999999999", "msg_1", "x", "%00"])
async def test_what_is_not_there_is_not_found(ada: Speaker, id: str) -> None:
    assert refused(await ada.delete(f"/v6/conversations/{id}"), 404) == [("INVALID_VALUE", "id")]


async def test_another_companys_conversation_is_not_there_to_the_byte(ada: Speaker, grace: Speaker) -> None:
    made = await ada.opened()
    foreign, missing = await grace.delete(path(made)), await grace.delete("/v6/conversations/con_999999999")
    assert (foreign.status_code, foreign.content) == (404, missing.content)
    assert (await ada.seen(made))["status"] == "ACTIVE"


async def test_a_token_that_only_reads_may_not_delete(http: httpx.AsyncClient, world: World, ada: Speaker) -> None:
    made = await ada.opened()
    reader = await speaker(http, world, userId=world.ada.external_id or "", scope="read")
    assert refused(await reader.delete(path(made)), 403) == [("INVALID_TOKEN", None)]
    assert (await ada.seen(made))["status"] == "ACTIVE"


async def test_bookkeeper_and_partner_may_delete(blaise: Speaker, partner: Speaker, ada: Speaker) -> None:
    for who in (blaise, partner):
        made = await ada.opened()
        assert found(await who.delete(path(made)))["status"] == "DELETED"
