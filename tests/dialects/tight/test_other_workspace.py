"""An id of another company has no effect and leaves no trace: the answer is, to the byte, that it does not exist."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest

from koine import demo
from koine.core.actor import system
from koine.core.users import users
from koine.core.workspaces import workspaces
from koine.demo import World
from koine.postgres.database import Database
from tests.dialects.tight.speaking import Json, Speaker, page, problems, results, speaker

SAID = {"subject": "A question", "message": {"text": "What is this?"}}
NOTHING = 999_999_999


@dataclass(frozen=True)
class Ids:
    """The numbers of one of each thing that has an id."""

    conversation: int
    message: int
    file: int
    company: int
    entity: str
    user: str
    email: str


Ask = Callable[[Speaker, Ids, str], Awaitable[httpx.Response]]


def _save(item: Callable[[Ids, str], Json]) -> Ask:
    return lambda who, ids, mine: who.save(item(ids, mine))


def _query(filter: Callable[[Ids], Json]) -> Ask:
    return lambda who, ids, mine: who.query(filter=filter(ids))


# Every place where an id can stand; `mine` is a conversation of the caller's own.
PLACES: dict[str, Ask] = {
    "GET conversation": lambda who, ids, mine: who.get(f"/v6/conversations/con_{ids.conversation}"),
    "GET its messages": lambda who, ids, mine: who.get(f"/v6/conversations/con_{ids.conversation}/messages"),
    "GET message": lambda who, ids, mine: who.get(f"/v6/messages/msg_{ids.message}"),
    "DELETE conversation": lambda who, ids, mine: who.delete(f"/v6/conversations/con_{ids.conversation}"),
    "react": lambda who, ids, mine: who.post(f"/v6/messages/msg_{ids.message}/reactions", {"emojiCode": "tada"}),
    "take a reaction back": lambda who, ids, mine: who.delete(f"/v6/messages/msg_{ids.message}/reactions/tada"),
    "change nothing": _save(lambda ids, mine: {"id": f"con_{ids.conversation}"}),
    "mark as read": _save(lambda ids, mine: {"id": f"con_{ids.conversation}", "readStatus": "READ"}),
    "rename": _save(lambda ids, mine: {"id": f"con_{ids.conversation}", "subject": "Mine"}),
    "delete": _save(lambda ids, mine: {"id": f"con_{ids.conversation}", "status": "DELETED"}),
    "attach": _save(lambda ids, mine: {"id": f"con_{ids.conversation}", "attachedEntityId": "btxn_1"}),
    "attach the same": _save(lambda ids, mine: {"id": f"con_{ids.conversation}", "attachedEntityId": ids.entity}),
    "reply by a save": _save(lambda ids, mine: {"id": f"con_{ids.conversation}", "message": {"text": "Hello"}}),
    "a wrong change": _save(lambda ids, mine: {"id": f"con_{ids.conversation}", "subject": 5, "message": {}}),
    "reply": lambda who, ids, mine: who.say({"conversationId": f"con_{ids.conversation}", "text": "Hello"}),
    "a wrong reply": lambda who, ids, mine: who.say({"conversationId": f"con_{ids.conversation}", "text": 5}),
    "reply with a file": lambda who, ids, mine: who.say(
        {"conversationId": f"con_{ids.conversation}", "attachmentIds": [f"att_{ids.file}"]}
    ),
    "reply to two": lambda who, ids, mine: who.say(
        {"conversationId": f"con_{ids.conversation}", "text": "Hello"},
        {"conversationId": f"con_{NOTHING - 1}", "text": "Hello"},
    ),
    "a file in a message": lambda who, ids, mine: who.say(
        {"conversationId": mine, "attachmentIds": [f"att_{ids.file}"]}
    ),
    "an upload in a message": lambda who, ids, mine: who.say(
        {"conversationId": mine, "text": "x", "attachmentIds": [f"fil_{ids.file}"]}
    ),
    "a file in a create": _save(lambda ids, mine: {**SAID, "message": {"attachmentIds": [f"att_{ids.file}"]}}),
    "a file in a change": _save(lambda ids, mine: {"id": mine, "message": {"attachmentIds": [f"att_{ids.file}"]}}),
    "a company in a create": _save(lambda ids, mine: {**SAID, "attachedEntityId": f"co_{ids.company}"}),
    "a company in a change": _save(lambda ids, mine: {"id": mine, "attachedEntityId": f"co_{ids.company}"}),
    "get a file": lambda who, ids, mine: who.get(f"/v6/files/fil_{ids.file}"),
    "delete a file": lambda who, ids, mine: who.http.delete(f"/v6/files/att_{ids.file}", headers=who.headers),
    "describe a file": lambda who, ids, mine: who.post(
        "/v6/files", {"data": [{"id": f"fil_{ids.file}", "notes": "x"}]}
    ),
    "upload to a company": lambda who, ids, mine: who.http.post(
        f"/v6/files/upload/co_{ids.company}",
        data={"data": '{"description": "x"}'},
        files={"file": b"x"},
        headers=who.headers,
    ),
    "filter files by company": lambda who, ids, mine: who.post(
        "/v6/files/query", {"filter": {"company": {"in": [f"co_{ids.company}"]}}}
    ),
    "filter by entity": _query(lambda ids: {"attachedEntity": {"id": {"in": [ids.entity]}}}),
    "filter by company": _query(lambda ids: {"company": {"in": [f"co_{ids.company}"]}}),
    "filter by user": _query(lambda ids: {"authorUserId": {"equal": ids.user}}),
    "filter by address": _query(lambda ids: {"authorEmail": {"contain": ids.email}}),
}


async def ids_of(grace: Speaker, world: World, sql: asyncpg.Connection) -> Ids:
    """One of each in Harbour."""
    made = await grace.opened(attachedEntityId="btxn_harbour")
    insert = """insert into attachments (workspace_id, uuid, file_name, content_type, size, storage_key)
                values ($1, $2, 'x.pdf', 'application/pdf', 1, gen_random_uuid()) returning id"""
    return Ids(
        conversation=int(made["id"].removeprefix("con_")),
        message=int(made["latestMessage"]["id"].removeprefix("msg_")),
        file=await sql.fetchval(insert, world.harbour.workspace.id, uuid.uuid4()),
        company=world.harbour.workspace.id,
        entity="btxn_harbour",
        user=world.grace.external_id or "",
        email=world.grace.email,
    )


async def state(sql: asyncpg.Connection, world: World) -> list[Any]:
    """All that is in Harbour, and how much there is in Lamplight."""
    harbour, lamplight = world.harbour.workspace.id, world.lamplight.workspace.id
    tables = (
        "conversations",
        "messages",
        "events",
        "read_marks",
        "conversation_entities",
        "message_attachments",
        "reactions",
        "attachments",
    )
    return [
        await sql.fetch(f"select * from {table} where workspace_id = $1 order by 2", harbour) for table in tables
    ] + [await sql.fetchval(f"select count(*) from {table} where workspace_id = $1", lamplight) for table in tables]


async def test_what_is_another_companys_does_not_exist(
    ada: Speaker, grace: Speaker, world: World, sql: asyncpg.Connection
) -> None:
    theirs = await ids_of(grace, world, sql)
    nothing = Ids(NOTHING, NOTHING, NOTHING, NOTHING, "btxn_nowhere", "user-nobody", "nobody@example.com")
    mine = (await ada.opened())["id"]
    before = await state(sql, world)
    for place, ask in PLACES.items():
        foreign, missing = await ask(ada, theirs, mine), await ask(ada, nothing, mine)
        assert foreign.status_code == missing.status_code, place
        assert foreign.content == missing.content, place
        assert dict(foreign.headers) | {"date": ""} == dict(missing.headers) | {"date": ""}, place
        assert await state(sql, world) == before, place


async def test_the_same_places_work_for_those_whose_they_are(
    grace: Speaker, world: World, sql: asyncpg.Connection
) -> None:
    """So that the test above does not pass for a reason of its own."""
    refused = {"a wrong change", "a wrong reply", "reply to two", "a company in a change", "attach"}
    for place, ask in PLACES.items():
        theirs = await ids_of(grace, world, sql)
        other = (await grace.opened(attachedEntityId="btxn_other"))["id"]
        answer = await ask(grace, theirs, other)
        assert (answer.status_code == 200) == (place not in refused), (place, answer.text)
        if place.startswith("filter"):
            assert answer.json()["data"], place


@pytest.fixture
async def third(world: World, database: Database, http: httpx.AsyncClient) -> tuple[int, Speaker]:
    """A company that only its owner and the partner see: its number, and its owner."""
    name = f"user-third-{uuid.uuid4().hex[:8]}"
    async with database.writing(()) as tx:
        by = system(world.account_id)
        place = await workspaces.found(tx, by, "Third")
        owner = await users.create(tx, by, email=f"{name}@example.com", external_id=name)
        await users.add(tx, system(world.account_id, place.id), owner, place.id, role="Owner")
    return place.id, await speaker(http, world, userId=name)


async def test_a_bookkeeper_learns_nothing_of_a_third_company(third: tuple[int, Speaker], blaise: Speaker) -> None:
    number, owner = third
    made = await owner.opened(attachedEntityId="btxn_third")
    for item, nothing in (
        ({**SAID, "attachedEntityId": "btxn_third"}, {**SAID, "attachedEntityId": "btxn_nowhere"}),
        ({**SAID, "attachedEntityId": f"co_{number}"}, {**SAID, "attachedEntityId": f"co_{NOTHING}"}),
        ({"id": made["id"], "readStatus": "READ"}, {"id": f"con_{NOTHING}", "readStatus": "READ"}),
    ):
        foreign, missing = await blaise.save(item), await blaise.save(nothing)
        assert foreign.status_code == 400
        assert foreign.content == missing.content
    (result,) = results(await blaise.save({**SAID, "attachedEntityId": "btxn_third"}), 400)
    assert problems(result) == [("REQUIRED", "attachedEntityId")]


async def test_an_entity_of_a_third_company_does_not_blur_who_is_meant(
    third: tuple[int, Speaker], http: httpx.AsyncClient, world: World, ada: Speaker, blaise: Speaker
) -> None:
    """Two companies talk about it, of which the bookkeeper sees one and the partner both."""
    _, owner = third
    await owner.opened(attachedEntityId="btxn_both")
    await ada.opened(attachedEntityId="btxn_both")
    made = await blaise.opened(attachedEntityId="btxn_both")
    assert (await ada.seen(made))["id"] == made["id"]
    partner = await speaker(http, world)
    (result,) = results(await partner.save({**SAID, "attachedEntityId": "btxn_both"}), 400)
    assert problems(result) == [("REQUIRED", "attachedEntityId")]


async def test_a_cursor_with_a_foreign_id_leads_into_ones_own_list(ada: Speaker, grace: Speaker) -> None:
    theirs, mine = await grace.opened(), await ada.opened()
    cursor = page(await ada.query(limit=1))["cursor"]["after"]
    said = json.loads(base64.urlsafe_b64decode(cursor))

    def forged(id: int) -> str:
        return base64.urlsafe_b64encode(json.dumps({**said, "AFTER": id}, separators=(",", ":")).encode()).decode()

    number = int(theirs["id"].removeprefix("con_"))
    foreign, missing = [await ada.query(cursor=forged(id)) for id in (number, number + NOTHING)]
    assert foreign.status_code == 200
    listed = [{shown["id"] for shown in answer.json()["data"]} for answer in (foreign, missing)]
    assert all(theirs["id"] not in ids for ids in listed)
    assert listed[0] <= {mine["id"], *listed[1]}


async def test_another_accounts_partner_sees_nothing_of_this_one(
    http: httpx.AsyncClient, database: Database, world: World, ada: Speaker
) -> None:
    made = await ada.opened(attachedEntityId="btxn_ours")
    other = await demo.make(database, mark=f"-{uuid.uuid4().hex[:8]}")
    stranger = await speaker(http, other)
    assert made["id"] not in [shown["id"] for shown in await stranger.listed(limit=250)]
    foreign, missing = [await stranger.get(f"/v6/conversations/{id}") for id in (made["id"], f"con_{NOTHING}")]
    assert (foreign.status_code, foreign.content) == (404, missing.content)
    for entity in ("btxn_ours", f"co_{world.lamplight.workspace.id}"):
        nowhere = "btxn_nowhere" if entity == "btxn_ours" else f"co_{NOTHING}"
        foreign, missing = [await stranger.save({**SAID, "attachedEntityId": one}) for one in (entity, nowhere)]
        assert (foreign.status_code, foreign.content) == (400, missing.content)
