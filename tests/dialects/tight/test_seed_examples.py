"""The examples of the vendor's pages: their requests work, and answers have their members in their order."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from koine.demo import World
from tests.dialects.tight.speaking import Json, Speaker

PAGES = {
    "save conversations": "000_d7f23c2addb560d2.txt",
    "save messages": "001_08dadf501e481af3.txt",
    "query conversations": "002_2f240330437cfa03.txt",
}


@pytest.fixture
def examples(contracts: Path) -> dict[str, tuple[Json, Json]]:
    """Request and answer of each page."""
    found = {}
    for name, file in PAGES.items():
        text = (contracts / "seeds" / file).read_text()
        request = re.search(r"--data '\n(\{.*?\n\})\n'", text, re.DOTALL)
        assert request is not None
        answer, _ = json.JSONDecoder().raw_decode(text[request.end() :].lstrip())
        found[name] = (json.loads(request[1]), answer)
    return found


def shape(value: Any) -> Any:
    """Members in their order, without values: a list is what its first element is."""
    if isinstance(value, dict):
        return [(name, shape(inner)) for name, inner in value.items()]
    return [shape(inner) for inner in value[:1]] if isinstance(value, list) else None


def answered(example: Json, *, cursor: bool = False) -> Any:
    """The shape of a page's answer, without what the generator puts into error lists; lists end with an empty one."""
    for item in example["data"]:
        if "error" in item:
            item["error"] = []
    return shape({**example, "error": []})


def emails(value: Any) -> list[Any]:
    """Every value of a member of this name, however deep."""
    if isinstance(value, dict):
        return [v for name, inner in value.items() for v in ([inner] if name == "email" else emails(inner))]
    return [v for inner in value for v in emails(inner)] if isinstance(value, list) else []


async def test_the_example_of_save_conversations_updates_one(
    ada: Speaker, examples: dict[str, tuple[Json, Json]]
) -> None:
    request, answer = examples["save conversations"]
    (item,) = request["data"]
    made = await ada.opened()
    item["id"] = made["id"]
    item["message"] = {"text": "Which invoice is this for?", "attachmentIds": []}
    got = await ada.post("/v6/conversations", request)
    assert got.status_code == 200, got.text
    assert shape(got.json()) == answered(answer)
    (result,) = got.json()["data"]
    for name in ("id", "subject", "attachedEntityId", "status", "readStatus", "resolutionStatus"):
        assert result["data"][name] == item[name]
    assert result["data"]["latestMessage"]["text"] == "Which invoice is this for?"


async def test_the_example_of_save_conversations_without_its_id_creates_one(
    ada: Speaker, examples: dict[str, tuple[Json, Json]]
) -> None:
    request, answer = examples["save conversations"]
    (item,) = request["data"]
    del item["id"]
    item["message"]["attachmentIds"] = []
    got = await ada.post("/v6/conversations", request)
    assert got.status_code == 200, got.text
    assert shape(got.json()) == answered(answer)
    (result,) = got.json()["data"]
    for name in ("subject", "attachedEntityId", "status", "readStatus", "resolutionStatus"):
        assert result["data"][name] == item[name]


async def test_the_example_of_save_messages_says_something(
    ada: Speaker, world: World, sql: asyncpg.Connection, examples: dict[str, tuple[Json, Json]]
) -> None:
    request, answer = examples["save messages"]
    (item,) = request["data"]
    item["conversationId"] = (await ada.opened())["id"]
    item["text"] = "Let's discuss the new feature requirements"
    item["attachmentIds"] = []
    got = await ada.post("/v6/messages", request)
    assert got.status_code == 200, got.text
    (said,) = got.json()["data"]
    assert said["data"]["text"] == item["text"]
    message = int(said["data"]["id"].removeprefix("msg_"))
    place = world.lamplight.workspace.id
    await sql.execute("insert into reactions values ($1, $2, 'thumbs_up', 'user', $3)", place, message, world.blaise.id)
    file = await sql.fetchval(
        "insert into attachments (workspace_id, uuid, file_name, content_type, size, storage_key)"
        " values ($1, gen_random_uuid(), 'receipt.pdf', 'application/pdf', 24576, gen_random_uuid()) returning id",
        place,
    )
    await sql.execute("insert into message_attachments values ($1, $2, $3)", place, message, file)
    shown = (await ada.get(f"/v6/messages/msg_{message}")).json()
    ((expected,), (plain,)) = answer["data"], got.json()["data"]
    assert shape(shown["data"]) == shape(expected["data"])
    assert list(plain) == list(expected)
    assert list(plain["data"]) == list(expected["data"])
    assert shown["data"]["attachments"][0]["fileSize"] == expected["data"]["attachments"][0]["fileSize"]


async def test_the_example_of_query_conversations_is_answered(
    ada: Speaker, examples: dict[str, tuple[Json, Json]]
) -> None:
    request, answer = examples["query conversations"]
    request["cursor"] = None
    request["limit"] = 123
    texts = {"notEqual": "x", "greaterThan": "!", "greaterThanEqual": "!", "lessThan": "~", "lessThanEqual": "~"}
    mine = (await ada.opened(subject="Rent", attachedEntityId="btxn_1", resolutionStatus="OPEN"))["author"]
    for field, value in (("subject", "Rent"), ("authorUserId", mine["userId"]), ("authorEmail", mine["email"])):
        assert set(request["filter"][field]) == {*texts, "equal", "contain"}
        request["filter"][field] = {**texts, "equal": value, "contain": value[1:]}
    request["filter"]["attachedEntity"]["id"]["in"] = ["btxn_1"]
    assert set(request["filter"]) == {*_FIELDS}
    empty = await ada.post("/v6/conversations/query", request)
    assert (empty.status_code, empty.json()["data"]) == (200, [])  # OPEN, but not OPEN
    for field in ("resolutionStatus", "readStatus"):
        del request["filter"][field]["notIn"]
    got = await ada.post("/v6/conversations/query", request)
    assert got.status_code == 200, got.text
    assert shape(got.json()) == answered(answer)
    assert [shown["subject"] for shown in got.json()["data"]] == ["Rent"]
    assert set(emails(got.json())) == {mine["email"]}


_FIELDS = ["subject", "attachedEntity", "resolutionStatus", "readStatus", "authorUserId", "authorEmail"]
