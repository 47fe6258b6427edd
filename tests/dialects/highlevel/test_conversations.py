"""Conversations: one for each contact (contracts/highlevel.md §5.1, §5.3)."""

from __future__ import annotations

import asyncio
from datetime import datetime

import asyncpg
import pytest

from koine.core.actor import Actor, system
from koine.core.conversations import changing, finding, opening
from koine.core.conversations.model import Conversation, Opened, Opening, Said
from koine.demo import Place, World
from koine.dialects.highlevel import ids
from koine.postgres.database import Database
from tests.dialects.highlevel.conftest import Untouched
from tests.dialects.highlevel.locations import Location, an_id_of_nobody, without_trace


def by_koine(world: World) -> Actor:
    return system(world.account_id, world.lamplight.workspace.id, world.harbour.workspace.id)


async def by_mail(database: Database, world: World, place: Place, number: int = 0) -> Opened:
    """A conversation that the contact began by e-mail, assigned to the owner."""
    wanted = Opening(
        place.workspace.id,
        "A question",
        Said("Hello?", direction="in"),
        inbox_id=place.inbox.id,
        contact_id=place.contacts[number].id,
        assignee_id=place.owner.id,
    )
    async with database.writing((place.workspace.id,)) as tx:
        (opened,) = await opening.open(tx, by_koine(world), [wanted])
    return opened


async def stored(database: Database, world: World, id: str) -> Conversation:
    by = by_koine(world)
    async with database.reading(by.workspaces) as tx:
        return await finding.by_uuid(tx, by, ids.known(id))


async def delete(database: Database, world: World, id: str) -> None:
    conversation = await stored(database, world, id)
    async with database.writing((conversation.workspace_id,)) as tx:
        await changing.delete(tx, by_koine(world), conversation)


# ── Create ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_created_conversation_is_answered_in_the_contracts_shape(lamplight: Location) -> None:
    answer = await lamplight.open()
    body = answer.json()
    assert list(body) == ["success", "conversation"]
    assert body["success"] is True
    conversation = body["conversation"]
    assert len(conversation.pop("id")) == 20
    dates = [conversation.pop(name) for name in ("dateUpdated", "dateAdded", "lastMessageDate")]
    assert len(set(dates)) == 1
    assert datetime.strptime(dates[0], "%Y-%m-%dT%H:%M:%S.%f%z").tzname() == "UTC"
    assert dates[0][19] == "."
    assert dates[0][23:] == "Z"
    assert conversation == {"deleted": False, "contactId": lamplight.contact(), "locationId": lamplight.id}


@pytest.mark.parametrize(
    ("version", "status"), [("2021-07-28", 200), ("2021-04-15", 201), ("2023-02-21", 201), ("v3", 201)]
)
@pytest.mark.parametrize("path", ["/conversations/", "/conversations"])
async def test_the_version_decides_the_status_and_the_slash_nothing(
    lamplight: Location, version: str, status: int, path: str
) -> None:
    answer = await lamplight.http.post(path, json=lamplight.conversation(), headers={"Version": version})
    assert answer.status_code == status


async def test_a_created_conversation_is_stored_once_with_its_event(
    lamplight: Location, sql: asyncpg.Connection
) -> None:
    id = ids.known((await lamplight.open()).json()["conversation"]["id"])
    row = await sql.fetchrow("select * from conversations where uuid = $1", id)
    assert row is not None
    assert (row["workspace_id"], row["contact_id"]) == (lamplight.place.workspace.id, lamplight.place.contacts[0].id)
    assert (row["continuous"], row["last_message_id"], row["deleted_at"]) == (True, None, None)
    assert (row["opened_by_kind"], row["opened_by_id"]) == ("app", lamplight.place.highlevel.id)
    events = await sql.fetch("select kind, contact_id, actor_id from events where conversation_id = $1", row["id"])
    assert [tuple(event) for event in events] == [("conversation.opened", row["contact_id"], row["opened_by_id"])]


async def test_properties_that_the_contract_does_not_have_are_passed_over(lamplight: Location) -> None:
    body = lamplight.conversation() | {"deleted": True, "id": "x", "unreadCount": -1, "__proto__": {}}
    answer = await lamplight.http.post("/conversations/", json=body)
    assert answer.status_code == 200
    assert answer.json()["conversation"]["deleted"] is False


async def test_a_second_create_is_refused_with_the_id_of_the_first(lamplight: Location, untouched: Untouched) -> None:
    id = (await lamplight.open()).json()["conversation"]["id"]
    async with untouched():
        answer = await lamplight.open(headers={"Version": "v3"})
    assert answer.status_code == 400
    assert without_trace(answer.json()) == {
        "statusCode": 400,
        "message": f"Conversation with the contact id:{lamplight.contact()} already exists!",
        "error": "Bad Request",
        "conversationId": id,
    }


async def test_the_newest_conversation_counts_whoever_opened_it(
    lamplight: Location, database: Database, world: World
) -> None:
    await by_mail(database, world, lamplight.place)
    newest = await by_mail(database, world, lamplight.place)
    answer = await lamplight.open()
    assert (answer.status_code, answer.json()["conversationId"]) == (400, ids.write(newest.uuid))


async def test_an_unknown_contact_is_a_bad_request(lamplight: Location, untouched: Untouched) -> None:
    for id in (an_id_of_nobody(), "x", "z" * 20, " ", "é" * 20, "a" * 10_000):
        async with untouched():
            answer = await lamplight.open(id)
        assert answer.status_code == 400
        assert without_trace(answer.json()) == {
            "statusCode": 400,
            "message": f"Contact with id {id} not found",
            "error": "Bad Request",
        }


async def test_a_deleted_contact_is_not_there(lamplight: Location, sql: asyncpg.Connection) -> None:
    await sql.execute("update contacts set deleted_at = now() where id = $1", lamplight.place.contacts[0].id)
    assert (await lamplight.open()).json()["message"] == f"Contact with id {lamplight.contact()} not found"


async def test_of_twenty_creates_at_once_one_opens_and_the_others_are_told_its_id(
    lamplight: Location, sql: asyncpg.Connection
) -> None:
    answers = await asyncio.gather(*(lamplight.open() for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 19
    (opened,) = [answer.json()["conversation"]["id"] for answer in answers if answer.status_code == 200]
    assert {answer.json()["conversationId"] for answer in answers if answer.status_code == 400} == {opened}
    rows = "select count(*) from conversations where contact_id = $1"
    assert await sql.fetchval(rows, lamplight.place.contacts[0].id) == 1
    told = "select count(*) from events where contact_id = $1 and kind = 'conversation.opened'"
    assert await sql.fetchval(told, lamplight.place.contacts[0].id) == 1


# ── Revival ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("version", "status"), [("2021-07-28", 200), ("v3", 201)])
async def test_a_deleted_conversation_comes_back_under_its_id(
    lamplight: Location, database: Database, world: World, sql: asyncpg.Connection, version: str, status: int
) -> None:
    first = (await lamplight.open()).json()["conversation"]
    await delete(database, world, first["id"])
    answer = await lamplight.open(headers={"Version": version})
    again = answer.json()["conversation"]
    assert answer.status_code == status
    assert {name: again[name] for name in again if name != "dateUpdated"} == {
        name: first[name] for name in first if name != "dateUpdated"
    }
    assert again["dateUpdated"] >= first["dateUpdated"]
    conversation = await stored(database, world, first["id"])
    assert not conversation.deleted
    kinds = await sql.fetch("select kind from events where conversation_id = $1 order by id", conversation.id)
    assert [row["kind"] for row in kinds] == ["conversation.opened", "conversation.deleted", "conversation.restored"]
    assert (await lamplight.open()).json()["conversationId"] == first["id"]


async def test_of_twenty_revivals_at_once_one_succeeds(
    lamplight: Location, database: Database, world: World, sql: asyncpg.Connection
) -> None:
    id = (await lamplight.open()).json()["conversation"]["id"]
    await delete(database, world, id)
    answers = await asyncio.gather(*(lamplight.open() for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 19
    assert {answer.json().get("conversationId", id) for answer in answers} == {id}
    told = "select count(*) from events where contact_id = $1 and kind = 'conversation.restored'"
    assert await sql.fetchval(told, lamplight.place.contacts[0].id) == 1


async def test_whoever_had_it_has_it_again(
    lamplight: Location, database: Database, world: World, sql: asyncpg.Connection
) -> None:
    first = (await lamplight.open()).json()["conversation"]
    uuid = ids.known(first["id"])
    await sql.execute("update conversations set assignee_id = $2 where uuid = $1", uuid, world.ada.id)
    await delete(database, world, first["id"])
    assert (await lamplight.open()).json()["conversation"]["assignedTo"] == ids.write(world.ada.uuid)


async def test_a_deleted_conversation_from_elsewhere_is_left_where_it_is(
    lamplight: Location, database: Database, world: World
) -> None:
    mailed = ids.write((await by_mail(database, world, lamplight.place)).uuid)
    await delete(database, world, mailed)
    answer = await lamplight.open()
    assert answer.status_code == 200
    assert answer.json()["conversation"]["id"] != mailed
    assert (await stored(database, world, mailed)).deleted


# ── Get ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_conversation_is_read_as_a_flat_object(lamplight: Location) -> None:
    id = (await lamplight.open()).json()["conversation"]["id"]
    for path in (f"/conversations/{id}", f"/conversations/{id}/"):
        answer = await lamplight.http.get(path)
        assert answer.status_code == 200
        assert without_trace(answer.json()) == {
            "contactId": lamplight.contact(),
            "locationId": lamplight.id,
            "deleted": False,
            "inbox": True,
            "type": 1,
            "unreadCount": 0,
            "id": id,
            "starred": False,
        }


async def test_a_conversation_by_mail_is_read_with_its_kind_its_count_and_its_assignee(
    lamplight: Location, database: Database, world: World
) -> None:
    id = ids.write((await by_mail(database, world, lamplight.place)).uuid)
    body = (await lamplight.http.get(f"/conversations/{id}")).json()
    assert (body["type"], body["unreadCount"], body["inbox"]) == (2, 1, True)
    assert body["assignedTo"] == ids.write(world.ada.uuid)


async def test_what_is_resolved_has_left_the_inbox(lamplight: Location, database: Database, world: World) -> None:
    id = (await lamplight.open()).json()["conversation"]["id"]
    conversation = await stored(database, world, id)
    async with database.writing((conversation.workspace_id,)) as tx:
        await changing.set_category(tx, by_koine(world), conversation, "resolved")
    body = (await lamplight.http.get(f"/conversations/{id}")).json()
    assert (body["inbox"], body["deleted"]) == (False, False)


async def test_a_deleted_conversation_is_still_read(lamplight: Location, database: Database, world: World) -> None:
    id = (await lamplight.open()).json()["conversation"]["id"]
    await delete(database, world, id)
    body = (await lamplight.http.get(f"/conversations/{id}")).json()
    assert (body["inbox"], body["deleted"]) == (False, True)


async def test_an_unknown_conversation_is_a_bad_request(lamplight: Location) -> None:
    for id in (an_id_of_nobody(), "x", "z" * 20, "search-for-it", "é" * 20):
        answer = await lamplight.http.get(f"/conversations/{id}")
        assert answer.status_code == 400
        assert without_trace(answer.json()) == {
            "statusCode": 400,
            "message": f"Conversation with id {id} not found",
            "error": "Bad Request",
        }


async def test_a_conversation_with_nobody_in_particular_cannot_be_said_here(lamplight: Location, world: World) -> None:
    answer = await lamplight.http.get(f"/conversations/{ids.write(world.the_broken_lamp.uuid)}")
    assert answer.status_code == 400
