"""One world: contacts, messages, deletion and what is unread, between HighLevel and the others, both ways."""

from __future__ import annotations

from typing import Any

import asyncpg
import httpx

from koine.demo import World
from koine.dialects.highlevel import ids
from tests.dialects.conftest import Clients
from tests.dialects.test_same_world import by_libredesk, by_tight, newest, read

Json = dict[str, Any]


def ok(answer: httpx.Response) -> Any:
    """The body of an answer that is none of a refusal."""
    assert answer.is_success, answer.text
    return answer.json()


def at(world: World) -> Json:
    return {"locationId": ids.write(world.lamplight.workspace.uuid)}


async def came_in(clients: Clients, world: World, number: int = 0, text: str = "It is dark.") -> Json:
    """What a contact said, by HighLevel."""
    body = {"type": "SMS", "contactId": ids.write(world.lamplight.contacts[number].uuid), "message": text}
    told: Json = ok(await clients.highlevel.post("/conversations/messages/inbound", json=body))
    return told


async def written(clients: Clients, world: World, email: str, name: str) -> None:
    """What somebody wrote to Libredesk's inbox."""
    whom = {"contact_email": email, "first_name": name, "initiator": "contact", "inbox_id": world.lamplight.inbox.id}
    opened = whom | {"subject": "The lamp", "content": "It does not light."}
    ok(await clients.libredesk.post("/api/v1/conversations", json=opened))


async def in_tight(clients: Clients, id: int) -> Json:
    found: Json = ok(await clients.tight.get(f"/v6/conversations/con_{id}"))["data"]
    return found


async def in_highlevel(clients: Clients, id: str) -> Json:
    found: Json = ok(await clients.highlevel.get(f"/conversations/{id}"))
    return found


async def searched(clients: Clients, world: World, **asked: str) -> list[str]:
    found = ok(await clients.highlevel.get("/conversations/search", params=at(world) | asked))
    return [row["id"] for row in found["conversations"]]


# ── Messages ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_came_in_by_highlevel_is_read_by_the_others(
    clients: Clients, world: World, sql: asyncpg.Connection
) -> None:
    await came_in(clients, world)
    stored = await newest(sql, world)
    (said,) = ok(await clients.tight.get(f"/v6/conversations/con_{stored['id']}/messages"))["data"]
    assert (said["text"], said["author"]["email"]) == ("It is dark.", world.lamplight.contacts[0].email)
    libredesk = (await read(clients, stored))["libredesk"].json()["data"]
    assert (libredesk["last_message"], libredesk["last_message_sender"]) == ("It is dark.", "contact")


async def test_files_that_highlevel_uploads_are_said_with_the_message_for_the_others(
    clients: Clients, world: World, sql: asyncpg.Connection
) -> None:
    contact = {"contactId": ids.write(world.lamplight.contacts[0].uuid)}
    files = {"fileAttachment": ("lamp.txt", b"light")}
    path = "/conversations/messages/upload"
    uploaded = ok(await clients.highlevel.post(path, data=at(world) | contact, files=files))["uploadedFiles"][
        "lamp.txt"
    ]
    elsewhere = "https://example.com/x.png"
    body = contact | {"message": "Look.", "attachments": [elsewhere, uploaded]}
    for way, more in (("", {"type": "SMS"}), ("/inbound", {"type": "SMS"}), ("", {"type": "InternalComment"})):
        told = ok(await clients.highlevel.post(f"/conversations/messages{way}", json=body | more))
        shown = ok(await clients.highlevel.get(f"/conversations/messages/{told['messageId']}"))
        theirs, ours = shown["attachments"]
        assert (theirs, (await clients.highlevel.get(ours)).content) == (elsewhere, b"light")
    stored = await newest(sql, world)
    said = ok(await clients.tight.get(f"/v6/conversations/con_{stored['id']}/messages"))["data"]
    assert [[file["fileName"] for file in each["attachments"]] for each in said] == [["lamp.txt"]] * 2


async def test_what_was_said_by_libredesk_and_tight_is_listed_by_highlevel_in_its_order(
    clients: Clients, world: World, sql: asyncpg.Connection
) -> None:
    await by_libredesk(clients, world)
    stored = await newest(sql, world)
    item = {"conversationId": f"con_{stored['id']}", "text": "A new one is on its way."}
    ok(await clients.tight.post("/v6/messages", json={"data": [item]}))
    await came_in(clients, world, 1, "Thank you.")
    assert (await newest(sql, world))["id"] == stored["id"]  # it is *the* conversation of that contact
    path = f"/conversations/{ids.write(stored['uuid'])}/messages"
    page = ok(await clients.highlevel.get(path))["messages"]["messages"]
    assert [(each["body"], each["direction"], each.get("userId")) for each in page if "body" in each] == [
        ("Thank you.", "inbound", None),
        ("A new one is on its way.", "outbound", ids.write(world.ada.uuid)),
    ]
    (mail,) = [each for each in page if "body" not in each]
    assert (mail["messageType"], mail["userId"]) == ("TYPE_EMAIL", ids.write(world.linus.uuid))
    letter = ok(await clients.highlevel.get(f"/conversations/messages/email/{mail['meta']['email']['messageIds'][0]}"))
    assert "It does not light." in letter["emailMessage"]["body"]
    assert await searched(clients, world, query="thank you") == [ids.write(stored["uuid"])]


async def test_what_tight_says_among_its_own_people_does_not_exist_for_highlevel(
    clients: Clients, world: World, sql: asyncpg.Connection
) -> None:
    await by_tight(clients, world)
    stored = await newest(sql, world)
    message = await sql.fetchval("select uuid from messages where id = $1", stored["last_message_id"])
    for path in (
        f"/conversations/{ids.write(stored['uuid'])}/messages",
        f"/conversations/messages/{ids.write(message)}",
    ):
        assert (await clients.highlevel.get(path)).status_code == 400
    assert await searched(clients, world) == []
    exported = ok(await clients.highlevel.get("/conversations/messages/export", params=at(world)))
    assert ids.write(message) not in [each["id"] for each in exported["messages"]]


# ── Contacts ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_contact_of_highlevels_is_the_one_that_libredesk_writes_to(
    clients: Clients, world: World, sql: asyncpg.Connection
) -> None:
    body = at(world) | {"firstName": "Nora", "lastName": "New", "email": "nora@example.com"}
    contact = ok(await clients.highlevel.post("/contacts/", json=body))["contact"]["id"]
    await written(clients, world, "NORA@example.com", "Somebody")
    stored = await newest(sql, world)
    assert (await in_highlevel(clients, ids.write(stored["uuid"])))["contactId"] == contact
    ok(await clients.highlevel.put(f"/contacts/{contact}", json={"lastName": "Newer", "phone": "+4930123456"}))
    shown = (await read(clients, stored))["libredesk"].json()["data"]["contact"]
    assert (shown["last_name"], shown["email"]) == ("Newer", "nora@example.com")


async def test_a_contact_of_libredesks_is_found_and_changed_by_highlevel(
    clients: Clients, world: World, sql: asyncpg.Connection
) -> None:
    await written(clients, world, "nobody-yet@example.com", "Nia")
    stored = await newest(sql, world)
    asked = at(world) | {"email": "nobody-yet@example.com"}
    contact = ok(await clients.highlevel.get("/contacts/search/duplicate", params=asked))["contact"]
    assert contact["firstName"] == "Nia"
    assert (await in_highlevel(clients, ids.write(stored["uuid"])))["contactId"] == contact["id"]
    twice = await clients.highlevel.post("/contacts/", json=asked)
    assert (twice.status_code, twice.json()["meta"]["contactId"]) == (400, contact["id"])


# ── Deletion ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_conversation_that_highlevel_deletes_is_deleted_for_the_others_and_comes_back_for_them(
    clients: Clients, world: World, sql: asyncpg.Connection
) -> None:
    id = (await came_in(clients, world))["conversationId"]
    stored = await newest(sql, world)
    ok(await clients.highlevel.delete(f"/conversations/{id}"))
    gone = await read(clients, stored)
    assert gone["tight"].json()["data"]["status"] == "DELETED"
    assert gone["libredesk"].status_code == 404
    assert gone["highlevel"].json()["deleted"] is True
    assert await searched(clients, world) == []
    assert (await came_in(clients, world, text="Still dark."))["conversationId"] == id
    back = await read(clients, stored)
    assert back["tight"].json()["data"]["status"] == "ACTIVE"
    assert back["libredesk"].json()["data"]["last_message"] == "Still dark."


async def test_a_conversation_that_tight_deletes_is_deleted_for_highlevel(
    clients: Clients, world: World, sql: asyncpg.Connection
) -> None:
    id = (await came_in(clients, world))["conversationId"]
    stored = await newest(sql, world)
    assert await searched(clients, world) == [id]
    ok(await clients.tight.delete(f"/v6/conversations/con_{stored['id']}"))
    assert (await in_highlevel(clients, id))["deleted"] is True
    assert await searched(clients, world) == []
    body = at(world) | {"contactId": ids.write(world.lamplight.contacts[0].uuid)}
    assert ok(await clients.highlevel.post("/conversations/", json=body))["conversation"]["id"] == id
    assert (await in_tight(clients, stored["id"]))["status"] == "ACTIVE"


async def test_with_a_contact_go_their_conversations_for_everybody(
    clients: Clients, world: World, sql: asyncpg.Connection
) -> None:
    await by_libredesk(clients, world)
    stored = await newest(sql, world)
    ok(await clients.highlevel.delete(f"/contacts/{ids.write(world.lamplight.contacts[1].uuid)}"))
    gone = await read(clients, stored)
    assert gone["tight"].json()["data"]["status"] == "DELETED"
    assert gone["libredesk"].status_code == 404


# ── What is read ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_comes_in_is_unread_for_all_and_each_reads_for_itself(
    clients: Clients, world: World, sql: asyncpg.Connection
) -> None:
    """A count that the location shares, and a mark of each person's own."""
    id = (await came_in(clients, world))["conversationId"]
    stored = await newest(sql, world)
    assert (await in_highlevel(clients, id))["unreadCount"] == 1
    assert (await in_tight(clients, stored["id"]))["readStatus"] == "UNREAD"
    ok(await clients.highlevel.put(f"/conversations/{id}", json=at(world) | {"unreadCount": 0}))
    assert (await in_tight(clients, stored["id"]))["readStatus"] == "UNREAD"
    await came_in(clients, world, text="Still dark.")
    item = {"id": f"con_{stored['id']}", "readStatus": "READ"}
    ok(await clients.tight.post("/v6/conversations", json={"data": [item]}))
    assert (await in_tight(clients, stored["id"]))["readStatus"] == "READ"
    assert (await in_highlevel(clients, id))["unreadCount"] == 1
    assert await searched(clients, world, status="unread") == [id]


async def test_what_highlevel_sends_is_unread_for_tights_people_and_counts_for_nobody_here(
    clients: Clients, world: World, sql: asyncpg.Connection
) -> None:
    body = {"type": "SMS", "contactId": ids.write(world.lamplight.contacts[0].uuid), "message": "It is on its way."}
    id = ok(await clients.highlevel.post("/conversations/messages", json=body))["conversationId"]
    stored = await newest(sql, world)
    assert (await in_highlevel(clients, id))["unreadCount"] == 0
    assert (await in_tight(clients, stored["id"]))["readStatus"] == "UNREAD"
    item = {"conversationId": f"con_{stored['id']}", "text": "It has arrived."}
    ok(await clients.tight.post("/v6/messages", json={"data": [item]}))
    assert (await in_highlevel(clients, id))["unreadCount"] == 0


async def test_resolved_by_tight_it_has_left_the_inbox(clients: Clients, world: World, sql: asyncpg.Connection) -> None:
    id = (await came_in(clients, world))["conversationId"]
    stored = await newest(sql, world)
    for status, inbox in (("RESOLVED", False), ("OPEN", True)):
        item = {"id": f"con_{stored['id']}", "resolutionStatus": status}
        ok(await clients.tight.post("/v6/conversations", json={"data": [item]}))
        assert (await in_highlevel(clients, id))["inbox"] is inbox
