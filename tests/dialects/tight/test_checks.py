"""The checks that a compatible server should pass (contracts/tight.md §15); the twelfth waits for uploads."""

from __future__ import annotations

from datetime import datetime, timedelta

import asyncpg
import httpx
import pytest

from koine.demo import World
from tests.dialects.tight.speaking import Speaker, found, page, problems, refused, results, speaker

SAID = {"subject": "A question", "message": {"text": "What is this?"}}


async def test_01_a_new_conversation_is_active_open_and_has_its_message(ada: Speaker) -> None:
    (result,) = results(await ada.save(SAID), 200)
    conversation = result["data"]
    assert conversation["id"].startswith("con_")
    assert (conversation["status"], conversation["resolutionStatus"]) == ("ACTIVE", "OPEN")
    assert conversation["latestMessage"]["text"] == "What is this?"


async def test_02_saving_an_id_and_a_resolution_leaves_subject_and_messages(ada: Speaker) -> None:
    before = await ada.opened()
    after = await ada.saved({"id": before["id"], "resolutionStatus": "RESOLVED"})
    assert after.pop("resolutionStatus") == "RESOLVED"
    assert before.pop("resolutionStatus") == "OPEN"
    assert after.pop("lastUpdatedDateTime") >= before.pop("lastUpdatedDateTime")
    assert after == before


async def test_03_a_good_and_a_bad_item_give_207_and_each_its_own_result(ada: Speaker) -> None:
    good, bad = results(await ada.save(SAID, {**SAID, "subject": 5}), 207)
    assert good["result"] == "SUCCESS"
    assert (bad["result"], bad["statusCode"], problems(bad)) == ("FAILURE", 400, [("INVALID_FORMAT", "subject")])
    assert [shown["id"] for shown in await ada.listed(filter={"subject": {"equal": "A question"}})] == [
        good["data"]["id"]
    ]


async def test_04_an_item_without_subject_and_message_is_told_of_both(ada: Speaker) -> None:
    (result,) = results(await ada.save({}), 400)
    assert problems(result) == [("REQUIRED", "subject"), ("REQUIRED", "message")]
    assert [error["message"] for error in result["error"]] == ["Subject is required", "Message is required"]


async def test_05_a_page_has_250_at_most(ada: Speaker) -> None:
    assert len(await ada.listed(limit=250)) == 1
    assert refused(await ada.query(limit=251), 400) == [("INVALID_VALUE", "limit")]


async def test_06_five_conversations_are_three_pages_of_two_both_ways(ada: Speaker) -> None:
    made = [(await ada.opened(subject=f"Number {n}"))["id"] for n in range(5)]
    question = {"limit": 2, "filter": {"subject": {"contain": "number"}}}
    first = page(await ada.query(**question))
    second = page(await ada.query(**question, cursor=first["cursor"]["after"]))
    third = page(await ada.query(**question, cursor=second["cursor"]["after"]))
    assert [shown["id"] for at in (first, second, third) for shown in at["data"]] == made[::-1]
    assert first["cursor"]["before"] is None
    assert third["cursor"]["after"] is None
    back = page(await ada.query(**question, cursor=third["cursor"]["before"]))
    start = page(await ada.query(**question, cursor=back["cursor"]["before"]))
    assert (back["data"], start["data"]) == (second["data"], first["data"])
    assert start["cursor"]["before"] is None


async def test_07_contain_in_not_in_and_two_fields_together(ada: Speaker) -> None:
    late = await ada.opened(subject="Invoice is late", attachedEntityId="btxn_1")
    paid = await ada.opened(subject="Invoice is paid", attachedEntityId="btxn_2", resolutionStatus="RESOLVED")

    async def ids(**filter: object) -> list[str]:
        return [shown["id"] for shown in await ada.listed(filter=filter)]

    assert await ids(subject={"contain": "INVOICE"}) == [paid["id"], late["id"]]
    assert await ids(attachedEntity={"id": {"in": ["btxn_1", "btxn_9"]}}) == [late["id"]]
    assert await ids(resolutionStatus={"notIn": ["OPEN"]}) == [paid["id"]]
    assert await ids(subject={"contain": "invoice"}, resolutionStatus={"in": ["OPEN"]}) == [late["id"]]


async def test_08_a_new_message_comes_first_and_is_unread_for_the_others(ada: Speaker, blaise: Speaker) -> None:
    conversation = await ada.opened()
    message = await blaise.said(conversation, "It is the rent.")
    listed = page(await ada.get(f"/v6/conversations/{conversation['id']}/messages"))["data"]
    assert [shown["text"] for shown in listed] == ["It is the rent.", "What is this?"]
    assert listed[0] == message
    mine, yours = await blaise.seen(conversation), await ada.seen(conversation)
    assert mine["latestMessage"]["id"] == yours["latestMessage"]["id"] == message["id"]
    assert (mine["readStatus"], yours["readStatus"]) == ("READ", "UNREAD")


async def test_09_tokens_missing_expired_and_only_for_reading(
    http: httpx.AsyncClient, world: World, sql: asyncpg.Connection
) -> None:
    assert refused(await http.post("/v6/conversations", json={"data": [SAID]}), 401) == [("INVALID_TOKEN", None)]
    reader = await speaker(http, world, scope="read", userId=world.ada.external_id or "")
    assert refused(await reader.save(SAID), 403) == [("INVALID_TOKEN", None)]
    assert len(await reader.listed()) == 1
    late = await speaker(http, world)
    past = datetime.now().astimezone() - timedelta(seconds=1)
    await sql.execute("update tokens set expires_at = $1 where id = (select max(id) from tokens)", past)
    assert refused(await late.query(), 401) == [("EXPIRED_TOKEN", None)]


async def test_10_only_those_of_the_company_see_its_conversations(
    ada: Speaker, grace: Speaker, blaise: Speaker, partner: Speaker
) -> None:
    path = f"/v6/conversations/{(await grace.opened())['id']}"
    assert refused(await ada.get(path), 404) == [("INVALID_VALUE", "id")]
    for allowed in (grace, blaise, partner):
        assert found(await allowed.get(path))["subject"] == "A question"


@pytest.mark.parametrize("path", ["/v6/conversations", "/v6/conversations/query", "/v6/messages"])
async def test_11_broken_json_is_a_json_error(ada: Speaker, path: str) -> None:
    assert refused(await ada.send(path, b'{"data": ['), 400) == [("JSON_ERROR", None)]
