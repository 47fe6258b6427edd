"""Reading one conversation."""

from __future__ import annotations

import uuid
from typing import Any

import asyncpg
import httpx
import pytest

from koine.core.actor import Actor
from koine.core.conversations import changing, finding, opening
from koine.core.conversations.model import Opening, Said
from koine.core.permissions import ALL
from koine.demo import World
from koine.postgres.database import Database
from tests.dialects.libredesk.wire import PATH, done, refused

Wanted = dict[str, Any]


@pytest.mark.parametrize("initiator", ["agent", "contact"])
async def test_it_reads_as_it_was_created(
    desk: httpx.AsyncClient, world: World, wanted: Wanted, initiator: str
) -> None:
    """Everything but the earlier conversations, which are null from POST and a list from GET."""
    body = wanted | {"initiator": initiator, "team_id": world.lamplight.team_id, "agent_id": world.mary.id}
    created = done(await desk.post(PATH, json=body))
    read = done(await desk.get(f"{PATH}/{created['uuid']}"))
    assert (created.pop("previous_conversations"), read.pop("previous_conversations")) == (None, [])
    assert read == created
    assert list(read) == list(created)


# Fixed, for the names of tests must be the same in every process that runs some of them.
NOBODYS = "5a6f2c1e-7d54-4b6e-9a10-2c8f5d7e6b91"


async def test_case_does_not_matter_in_a_uuid(desk: httpx.AsyncClient, wanted: Wanted) -> None:
    created = done(await desk.post(PATH, json=wanted))
    assert done(await desk.get(f"{PATH}/{created['uuid'].upper()}"))["id"] == created["id"]


async def test_earlier_conversations_are_the_contacts_ten_newest(desk: httpx.AsyncClient, wanted: Wanted) -> None:
    all = [done(await desk.post(PATH, json=wanted | {"subject": f"No. {n}"})) for n in range(12)]
    done(await desk.post(PATH, json=wanted | {"contact_email": "ines.duarte@example.com"}))
    newest = done(await desk.get(f"{PATH}/{all[-1]['uuid']}"))["previous_conversations"]
    assert [one["id"] for one in newest] == [one["id"] for one in reversed(all[2:-1])]
    assert newest[0] == {
        "id": all[10]["id"],
        "created_at": all[10]["created_at"],
        "updated_at": all[10]["updated_at"],
        "uuid": all[10]["uuid"],
        "subject": all[10]["subject"],
        "contact": {"first_name": "Otto", "last_name": "Brandt", "avatar_url": None},
        "last_message": all[10]["last_message"],
        "last_message_at": all[10]["last_message_at"],
    }
    oldest = done(await desk.get(f"{PATH}/{all[0]['uuid']}"))["previous_conversations"]
    assert [one["id"] for one in oldest] == [one["id"] for one in reversed(all[2:])], "it is not among the ten itself"


async def test_tags_and_priority_are_shown_by_name(
    desk: httpx.AsyncClient, world: World, wanted: Wanted, sql: asyncpg.Connection
) -> None:
    data = done(await desk.post(PATH, json=wanted))
    home = world.lamplight.workspace.id
    for name in ("urgent", "lamps"):
        tag = await sql.fetchval(
            "insert into tags (workspace_id, uuid, name) values ($1, gen_random_uuid(), $2) returning id", home, name
        )
        await sql.execute("insert into conversation_tags values ($1, $2, $3)", home, data["id"], tag)
    high = await sql.fetchval("select id from priorities where workspace_id = $1 and name = 'High'", home)
    await sql.execute("update conversations set priority_id = $2 where id = $1", data["id"], high)
    read = done(await desk.get(f"{PATH}/{data['uuid']}"))
    assert (read["tags"], read["priority"], read["priority_id"]) == (["lamps", "urgent"], "High", high)


async def test_a_resolved_one_says_so(
    desk: httpx.AsyncClient, world: World, wanted: Wanted, database: Database
) -> None:
    data = done(await desk.post(PATH, json=wanted))
    linus = world.acting(world.linus, "Admin", world.lamplight)
    async with database.writing(linus.workspaces) as tx:
        await changing.set_category(tx, linus, await finding.by_id(tx, linus, data["id"]), "resolved")
    read = done(await desk.get(f"{PATH}/{data['uuid']}"))
    assert (read["status"], read["status_category"]) == ("Resolved", "resolved")
    assert read["resolved_at"] is not None


@pytest.mark.parametrize(
    "id",
    [
        str(uuid.UUID(int=0)),
        NOBODYS,
        "1",
        "0",
        "-1",
        "all",
        "x",
        "%20",
        "%00",
        "%FF",
        "..%5c",
        "{}",
        "{" + NOBODYS + "}",
        "urn:uuid:" + NOBODYS,
        NOBODYS.replace("-", ""),
        "\u0661" * 8 + "-1111-7111-8111-111111111111",
        "0" * 5000,
        "'; drop table conversations; --",
    ],
)
async def test_what_does_not_exist_is_not_found(desk: httpx.AsyncClient, id: str) -> None:
    refused(await desk.get(f"{PATH}/{id}"), 404, "Conversation not found")


async def test_what_lies_in_the_bin_is_not_found(
    desk: httpx.AsyncClient, world: World, wanted: Wanted, database: Database
) -> None:
    """Libredesk knows no bin; another contract put it there."""
    data = done(await desk.post(PATH, json=wanted))
    linus = world.acting(world.linus, "Admin", world.lamplight)
    async with database.writing(linus.workspaces) as tx:
        await changing.delete(tx, linus, await finding.by_id(tx, linus, data["id"]))
    refused(await desk.get(f"{PATH}/{data['uuid']}"), 404, "Conversation not found")


async def test_a_conversation_without_a_contact_shows_who_opened_it(desk: httpx.AsyncClient, world: World) -> None:
    """The Broken Lamp came in by Tight: it has neither contact nor inbox."""
    data = done(await desk.get(f"{PATH}/{world.the_broken_lamp.uuid}"))
    assert (data["contact_id"], data["inbox_id"], data["subject"]) == (None, None, "The broken lamp - #100")
    assert (data["inbox_mail"], data["inbox_name"], data["inbox_channel"]) == ("", "", "api")
    assert data["last_message_sender"] == "agent"
    assert data["previous_conversations"] == []
    person = data["contact"]
    assert (person["id"], person["type"]) == (None, "agent")
    assert (person["first_name"], person["last_name"]) == ("Ada", "Lovelace")
    assert (person["email"], person["external_user_id"]) == (world.ada.email, world.ada.external_id)
    assert person["created_at"] == data["created_at"]


async def test_a_conversation_in_which_nothing_was_said_has_no_last_message(
    desk: httpx.AsyncClient, world: World, database: Database
) -> None:
    """HighLevel opens such ones: with a contact, and without an inbox."""
    linus = world.acting(world.linus, "Admin", world.lamplight)
    yuki = world.lamplight.contacts[4]
    async with database.writing(linus.workspaces) as tx:
        wanted = Opening(world.lamplight.workspace.id, contact_id=yuki.id, continuous=True)
        (opened,) = await opening.open(tx, linus, [wanted])
    data = done(await desk.get(f"{PATH}/{opened.uuid}"))
    assert (data["contact_id"], data["contact"]["first_name"], data["subject"]) == (
        yuki.id,
        "Yuki",
        f" - #{opened.number}",
    )
    assert {data[name] for name in data if name.startswith(("last_message", "last_interaction"))} == {None}


async def test_an_app_in_the_contacts_place_has_no_address(
    desk: httpx.AsyncClient, world: World, database: Database
) -> None:
    app = Actor("app", world.tight.id, world.account_id, {world.lamplight.workspace.id: ALL}, name="Books")
    async with database.writing(app.workspaces) as tx:
        (opened,) = await opening.open(
            tx, app, [Opening(world.lamplight.workspace.id, "Sums", Said("Do they add up?"))]
        )
    person = done(await desk.get(f"{PATH}/{opened.uuid}"))["contact"]
    assert (person["id"], person["type"], person["email"], person["external_user_id"]) == (None, "agent", None, None)
    assert isinstance(person["first_name"], str)
