"""The order of checks, and their exact words: the first that fails is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest

from koine.core.actor import system
from koine.core.inboxes import inboxes
from koine.demo import World
from koine.postgres.database import Database
from tests.dialects.libredesk.wire import PATH, done, refused, unread

Wanted = dict[str, Any]
Written = Callable[[], Awaitable[dict[str, int]]]

NOBODY = 2**40  # an id that nothing has


async def test_the_checks_come_in_order(
    desk: httpx.AsyncClient, world: World, wanted: Wanted, sql: asyncpg.Connection, written: Written
) -> None:
    """Everything is wrong at first; what each refusal complains of is mended, and the next one comes."""
    body: Wanted = {"team_id": NOBODY, "agent_id": NOBODY, "attachments": [NOBODY]}
    before = await written()
    inbox = "update inboxes set enabled = {}, channel = '{}' where id = " + str(world.lamplight.inbox.id)
    await sql.execute(inbox.format(False, "chat"))
    for words, mended in (
        ("`inbox_id` Required", {"inbox_id": NOBODY}),
        ("`content` Required", {"content": " "}),
        ("`contact_email` Required", {"contact_email": "nobody"}),
        ("`first_name` Required", {"first_name": " "}),
        ("Invalid email address", {"contact_email": "new@example.com"}),
        ("Something went wrong", {"initiator": "agent"}),
        ("Inbox not found", {"inbox_id": world.lamplight.inbox.id}),
    ):
        refused(await desk.post(PATH, json=body), 400, words)
        body |= mended
    refused(await desk.post(PATH, json=body), 400, "globals.messages.disabled")
    await sql.execute(inbox.format(True, "chat"))
    refused(await desk.post(PATH, json=body), 400, "Something went wrong")
    await sql.execute(inbox.format(True, "email"))
    for words, mended in (
        ("Team not found", {"team_id": world.lamplight.team_id}),
        ("Agent not found", {"agent_id": world.mary.id}),
        ("Attachment not found", {"attachments": []}),
    ):
        refused(await desk.post(PATH, json=body), 400, words)
        body |= mended
    assert await written() == before
    done(await desk.post(PATH, json=body))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"inbox_id": 0}, "`inbox_id` Required"),
        ({"inbox_id": -1}, "`inbox_id` Required"),
        ({"inbox_id": None}, "`inbox_id` Required"),
        ({"content": None}, "`content` Required"),
        ({"content": ""}, "`content` Required"),
        ({"contact_email": ""}, "`contact_email` Required"),
        ({"contact_email": " \t\n"}, "`contact_email` Required"),
        ({"first_name": ""}, "`first_name` Required"),
        ({"initiator": ""}, "Something went wrong"),
        ({"initiator": None}, "Something went wrong"),
        ({"initiator": "Agent"}, "Something went wrong"),
        ({"initiator": "system"}, "Something went wrong"),
        ({"inbox_id": NOBODY}, "Inbox not found"),
        ({"inbox_id": 2**63 - 1}, "Inbox not found"),
        ({"attachments": [0]}, "Attachment not found"),
        ({"attachments": [-1]}, "Attachment not found"),
    ],
)
async def test_each_check_alone(desk: httpx.AsyncClient, wanted: Wanted, change: Wanted, words: str) -> None:
    refused(await desk.post(PATH, json=wanted | change), 400, words)


@pytest.mark.parametrize(
    "address",
    [
        "nobody",
        "@example.com",
        "nobody@",
        "no body@example.com",
        "no@body@example.com",
        ".nobody@example.com",
        "nobody.@example.com",
        "no..body@example.com",
        "nobody@example..com",
        "nobody@-example.com",
        "Nobody <nobody@example.com>",
        "nobody@example.com, other@example.com",
        "nobody@example.com\r\nBcc: other@example.com",
        "<nobody@example.com>",
        "a" * 245 + "@example.com",
    ],
)
async def test_what_is_no_address_is_refused(desk: httpx.AsyncClient, wanted: Wanted, address: str) -> None:
    refused(await desk.post(PATH, json=wanted | {"contact_email": address}), 400, "Invalid email address")


@pytest.mark.parametrize(
    "address",
    [
        "o'neill+lamp@example.com",
        "a.b.c@mail.example.co.uk",
        "x@localhost",
        "1@2.example",
        "grüße@exämple.example",
        "a" * 242 + "@example.com",
    ],
)
async def test_what_is_an_address_is_taken(desk: httpx.AsyncClient, wanted: Wanted, address: str) -> None:
    assert done(await desk.post(PATH, json=wanted | {"contact_email": address}))["contact"]["email"] == address


async def test_an_inbox_that_is_gone_is_not_found(
    desk: httpx.AsyncClient, world: World, wanted: Wanted, sql: asyncpg.Connection
) -> None:
    await sql.execute("update inboxes set deleted_at = now() where id = $1", world.lamplight.inbox.id)
    refused(await desk.post(PATH, json=wanted), 400, "Inbox not found")


@pytest.mark.parametrize("channel", ["chat", "api"])
async def test_only_mail_comes_in_by_this_door(
    desk: httpx.AsyncClient, world: World, wanted: Wanted, database: Database, channel: Any
) -> None:
    by = system(world.account_id, world.lamplight.workspace.id)
    async with database.writing(by.workspaces) as tx:
        inbox = await inboxes.create(tx, by, world.lamplight.workspace.id, name="Other", channel=channel)
    refused(await desk.post(PATH, json=wanted | {"inbox_id": inbox.id}), 400, "Something went wrong")


async def test_an_agent_must_be_a_living_member(
    desk: httpx.AsyncClient, world: World, wanted: Wanted, sql: asyncpg.Connection, written: Written
) -> None:
    before = await written()
    refused(await desk.post(PATH, json=wanted | {"agent_id": world.grace.id}), 400, "Agent not found")
    await sql.execute("update users set enabled = false where id = $1", world.mary.id)
    refused(await desk.post(PATH, json=wanted | {"agent_id": world.mary.id}), 400, "Agent not found")
    assert await written() == before
    done(await desk.post(PATH, json=wanted | {"agent_id": world.ada.id}))


async def test_xml_is_not_read(desk: httpx.AsyncClient) -> None:
    unread(await desk.post(PATH, content=b"<a/>", headers={"Content-Type": "application/xml"}))
    unread(await desk.post(PATH, content=b"<a/>", headers={"Content-Type": "text/xml; charset=utf-8"}))


async def test_json_without_its_type_is_an_empty_form(desk: httpx.AsyncClient, wanted: Wanted) -> None:
    for type_ in ("text/plain", "application/octet-stream", "multipart/form-data; boundary=x"):
        answer = await desk.post(PATH, json=wanted, headers={"Content-Type": type_})
        refused(answer, 400, "`inbox_id` Required")


async def test_a_wrong_type_says_which_field(desk: httpx.AsyncClient, wanted: Wanted) -> None:
    answer = await desk.post(PATH, json=wanted | {"inbox_id": "7", "content": 8})
    unread(answer)
    said = answer.json()["data"]
    assert "inbox_id: " in said
    assert "content: " in said
