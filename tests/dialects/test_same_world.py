"""One world: the same deed through each dialect is stored alike, and each reads what the others wrote."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest

from koine.demo import World
from koine.dialects.highlevel import ids as highlevel_ids
from tests.dialects.conftest import Clients

Json = dict[str, Any]


async def by_tight(clients: Clients, world: World) -> None:
    item = {"subject": "The lamp", "message": {"text": "It does not light."}}
    answer = await clients.tight.post("/v6/conversations", json={"data": [item]})
    assert answer.status_code == 200, answer.text


async def by_highlevel(clients: Clients, world: World) -> None:
    body = {
        "locationId": highlevel_ids.write(world.lamplight.workspace.uuid),
        "contactId": highlevel_ids.write(world.lamplight.contacts[0].uuid),
    }
    answer = await clients.highlevel.post("/conversations/", json=body)
    assert answer.status_code == 200, answer.text


async def by_libredesk(clients: Clients, world: World) -> None:
    body = {
        "subject": "The lamp",
        "content": "It does not light.",
        "inbox_id": world.lamplight.inbox.id,
        "contact_email": world.lamplight.contacts[1].email,
        "first_name": "Otto",
        "initiator": "agent",
    }
    answer = await clients.libredesk.post("/api/v1/conversations", json=body)
    assert answer.status_code == 200, answer.text


Deed = Callable[[Clients, World], Awaitable[None]]
DEEDS: dict[str, Deed] = {"tight": by_tight, "highlevel": by_highlevel, "libredesk": by_libredesk}


async def newest(sql: asyncpg.Connection, world: World) -> Json:
    row = await sql.fetchrow(
        "select * from conversations where workspace_id = $1 order by id desc limit 1", world.lamplight.workspace.id
    )
    assert row is not None
    return dict(row)


# ── The same rows ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("dialect", DEEDS)
async def test_a_conversation_is_stored_once_and_alike(
    dialect: str, clients: Clients, world: World, sql: asyncpg.Connection
) -> None:
    before = await sql.fetchval(
        "select count(*) from conversations where workspace_id = $1", world.lamplight.workspace.id
    )
    await DEEDS[dialect](clients, world)
    stored = await newest(sql, world)
    after = await sql.fetchval(
        "select count(*) from conversations where workspace_id = $1", world.lamplight.workspace.id
    )
    assert after == before + 1
    assert stored["number"] == 101
    status = await sql.fetchval("select name from statuses where id = $1", stored["status_id"])
    alike = {name: stored[name] for name in ("resolved", "deleted_at", "snoozed_until", "closed_at", "waiting_since")}
    assert status == "Open"
    assert alike == {
        "resolved": False,
        "deleted_at": None,
        "snoozed_until": None,
        "closed_at": None,
        "waiting_since": None,
    }
    assert stored["created_at"] == stored["updated_at"] == stored["last_message_at"]
    events = await sql.fetch("select kind from events where conversation_id = $1 order by id", stored["id"])
    expected = ["conversation.opened"] + (["message.posted"] if stored["last_message_id"] else [])
    assert [event["kind"] for event in events] == expected


async def test_a_first_message_is_stored_alike(clients: Clients, world: World, sql: asyncpg.Connection) -> None:
    messages = []
    for deed in (by_tight, by_libredesk):
        await deed(clients, world)
        stored = await newest(sql, world)
        message = await sql.fetchrow("select * from messages where id = $1", stored["last_message_id"])
        assert message is not None
        assert stored["last_message_author_id"] == message["author_id"]
        messages.append({name: message[name] for name in ("direction", "kind", "author_kind", "body_text")})
    assert messages[0] == messages[1]
    assert messages[0] == {
        "direction": "out",
        "kind": "message",
        "author_kind": "user",
        "body_text": "It does not light.",
    }


# ── Read through the others ─────────────────────────────────────────────────────────────────────────────────────────


async def read(clients: Clients, stored: Json) -> dict[str, httpx.Response]:
    """The same conversation through each contract."""
    return {
        "tight": await clients.tight.get(f"/v6/conversations/con_{stored['id']}"),
        "highlevel": await clients.highlevel.get(f"/conversations/{highlevel_ids.write(stored['uuid'])}"),
        "libredesk": await clients.libredesk.get(f"/api/v1/conversations/{stored['uuid']}"),
    }


async def test_a_tight_conversation_is_read_by_libredesk_and_has_no_contact_for_highlevel(
    clients: Clients, world: World, sql: asyncpg.Connection
) -> None:
    await by_tight(clients, world)
    stored = await newest(sql, world)
    seen = await read(clients, stored)
    assert seen["tight"].json()["data"]["subject"] == "The lamp"
    libredesk = seen["libredesk"].json()["data"]
    assert libredesk["subject"] == f"The lamp - #{stored['number']}"
    assert libredesk["reference_number"] == str(stored["number"])
    assert libredesk["last_message"] == "It does not light."
    # HighLevel's conversation is always one with a contact: there is no way to say this one in its contract.
    assert seen["highlevel"].status_code == 400


async def test_a_highlevel_conversation_is_read_by_the_others(
    clients: Clients, world: World, sql: asyncpg.Connection
) -> None:
    await by_highlevel(clients, world)
    stored = await newest(sql, world)
    seen = await read(clients, stored)
    assert seen["highlevel"].json()["contactId"] == highlevel_ids.write(world.lamplight.contacts[0].uuid)
    tight = seen["tight"].json()["data"]
    assert (tight["id"], tight["latestMessage"], tight["resolutionStatus"]) == (f"con_{stored['id']}", None, "OPEN")
    libredesk = seen["libredesk"].json()["data"]
    assert libredesk["contact"]["email"] == world.lamplight.contacts[0].email
    assert libredesk["contact_id"] == world.lamplight.contacts[0].id


async def test_a_libredesk_conversation_is_read_by_the_others(
    clients: Clients, world: World, sql: asyncpg.Connection
) -> None:
    await by_libredesk(clients, world)
    stored = await newest(sql, world)
    seen = await read(clients, stored)
    assert seen["libredesk"].json()["data"]["id"] == stored["id"]
    tight = seen["tight"].json()["data"]
    assert tight["subject"] == "The lamp"
    assert tight["latestMessage"]["text"] == "It does not light."
    assert tight["author"] == {"userId": world.linus.external_id, "email": world.linus.email}
    assert seen["highlevel"].json()["contactId"] == highlevel_ids.write(world.lamplight.contacts[1].uuid)


async def test_a_message_by_tight_shows_as_the_last_one_everywhere(
    clients: Clients, world: World, sql: asyncpg.Connection
) -> None:
    await by_libredesk(clients, world)
    stored = await newest(sql, world)
    item = {"conversationId": f"con_{stored['id']}", "text": "A new one is on its way."}
    answer = await clients.tight.post("/v6/messages", json={"data": [item]})
    assert answer.status_code == 200, answer.text
    seen = await read(clients, stored)
    assert seen["libredesk"].json()["data"]["last_message"] == "A new one is on its way."
    assert seen["tight"].json()["data"]["readStatus"] == "READ"
    assert seen["highlevel"].json()["id"] == highlevel_ids.write(stored["uuid"])


async def test_a_contact_who_wrote_by_libredesk_has_a_conversation_in_highlevel(
    clients: Clients, world: World, sql: asyncpg.Connection
) -> None:
    await by_libredesk(clients, world)
    stored = await newest(sql, world)
    body = {
        "locationId": highlevel_ids.write(world.lamplight.workspace.uuid),
        "contactId": highlevel_ids.write(world.lamplight.contacts[1].uuid),
    }
    answer = await clients.highlevel.post("/conversations/", json=body)
    assert answer.status_code == 400
    assert answer.json()["conversationId"] == highlevel_ids.write(stored["uuid"])


async def test_resolving_by_tight_resolves_for_libredesk(
    clients: Clients, world: World, sql: asyncpg.Connection
) -> None:
    await by_libredesk(clients, world)
    stored = await newest(sql, world)
    item = {"id": f"con_{stored['id']}", "resolutionStatus": "RESOLVED"}
    answer = await clients.tight.post("/v6/conversations", json={"data": [item]})
    assert answer.status_code == 200, answer.text
    libredesk = (await read(clients, stored))["libredesk"].json()["data"]
    assert (libredesk["status"], libredesk["resolved_at"] is not None) == ("Resolved", True)


async def test_what_highlevel_sends_is_read_by_tight_and_libredesk_and_the_other_way_round(
    clients: Clients, world: World, sql: asyncpg.Connection
) -> None:
    contact = highlevel_ids.write(world.lamplight.contacts[0].uuid)
    sent = await clients.highlevel.post(
        "/conversations/messages", json={"type": "SMS", "contactId": contact, "message": "It is on its way."}
    )
    assert sent.status_code == 200, sent.text
    stored = await newest(sql, world)
    seen = await read(clients, stored)
    assert seen["tight"].json()["data"]["latestMessage"]["text"] == "It is on its way."
    assert seen["libredesk"].json()["data"]["last_message"] == "It is on its way."
    item = {"conversationId": f"con_{stored['id']}", "text": "It has arrived."}
    assert (await clients.tight.post("/v6/messages", json={"data": [item]})).status_code == 200
    path = f"/conversations/{highlevel_ids.write(stored['uuid'])}/messages"
    page = (await clients.highlevel.get(path)).json()["messages"]["messages"]
    assert [(each["body"], each["source"]) for each in page] == [
        ("It has arrived.", "app"),
        ("It is on its way.", "api"),
    ]


async def test_a_comment_and_what_is_said_later_are_shown_to_no_reader_of_tight(
    clients: Clients, world: World, sql: asyncpg.Connection
) -> None:
    said = {"type": "SMS", "contactId": highlevel_ids.write(world.lamplight.contacts[0].uuid), "message": "Hello"}
    later = {"message": "Later", "scheduledTimestamp": 4_000_000_000}
    comment = {"type": "InternalComment", "message": "A difficult customer"}
    for body in (said, said | comment, said | later):
        assert (await clients.highlevel.post("/conversations/messages", json=body)).status_code == 200
    stored = await newest(sql, world)
    listed = (await clients.tight.get(f"/v6/conversations/con_{stored['id']}/messages")).json()["data"]
    assert [each["text"] for each in listed] == ["Hello"]
    seen = await read(clients, stored)
    assert seen["tight"].json()["data"]["latestMessage"]["text"] == "Hello"
    assert seen["libredesk"].json()["data"]["last_message"] == "Hello"
    page = await clients.highlevel.get(f"/conversations/{highlevel_ids.write(stored['uuid'])}/messages")
    assert {each["body"] for each in page.json()["messages"]["messages"]} == {"Hello", "A difficult customer", "Later"}
