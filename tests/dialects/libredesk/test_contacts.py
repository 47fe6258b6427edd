"""Whom a conversation is held with: found by address and left as they are, or new, and never twice."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import httpx

from koine.core.actor import system
from koine.core.contacts import contacts
from koine.core.contacts.model import Described
from koine.demo import World
from koine.postgres.database import Database
from tests.dialects.libredesk.wire import PATH, done, unread

Wanted = dict[str, Any]


async def test_a_known_contact_is_left_as_they_are(
    desk: httpx.AsyncClient, world: World, wanted: Wanted, sql: asyncpg.Connection
) -> None:
    data = done(
        await desk.post(PATH, json=wanted | {"first_name": "O.", "last_name": "Other", "external_user_id": "cust-1"})
    )
    person = data["contact"]
    assert (data["contact_id"], person["first_name"], person["last_name"]) == (
        world.lamplight.contacts[1].id,
        "Otto",
        "Brandt",
    )
    assert person["external_user_id"] is None
    changed = await sql.fetchval(
        "select count(*) from events where contact_id = $1 and kind = 'contact.updated'", person["id"]
    )
    assert changed == 0


async def test_a_new_contact_is_made_with_the_conversation(
    desk: httpx.AsyncClient, world: World, wanted: Wanted, sql: asyncpg.Connection
) -> None:
    new = {"contact_email": "Nora.New@example.com", "first_name": "Nora", "external_user_id": "cust-2"}
    data = done(await desk.post(PATH, json=wanted | new))
    person = data["contact"]
    assert (person["email"], person["first_name"], person["last_name"]) == ("nora.new@example.com", "Nora", "Brandt")
    assert (person["external_user_id"], person["type"], person["enabled"]) == ("cust-2", "contact", True)
    stored = await sql.fetchrow("select * from contacts where id = $1", data["contact_id"])
    assert (stored["workspace_id"], stored["email"]) == (world.lamplight.workspace.id, "nora.new@example.com")
    kinds = await sql.fetch("select kind from events where contact_id = $1 order by id", data["contact_id"])
    assert [row["kind"] for row in kinds] == ["contact.created", "conversation.opened", "message.posted"]
    again = done(await desk.post(PATH, json=wanted | {"contact_email": "nora.new@EXAMPLE.com"}))
    assert again["contact_id"] == data["contact_id"]


async def test_who_is_known_by_an_external_id_is_given_the_new_address(
    desk: httpx.AsyncClient, world: World, wanted: Wanted, database: Database
) -> None:
    by = system(world.account_id, world.lamplight.workspace.id)
    async with database.writing(by.workspaces) as tx:
        described = Described("old@example.com", first_name="Vera", external_id="cust-3")
        vera = await contacts.create(tx, by, world.lamplight.workspace.id, described)
    data = done(await desk.post(PATH, json=wanted | {"contact_email": "new@example.com", "external_user_id": "cust-3"}))
    assert (data["contact_id"], data["contact"]["first_name"]) == (vera.id, "Vera")
    assert data["contact"]["email"] == "new@example.com"


async def test_of_several_with_one_address_the_one_with_an_external_id_is_meant(
    desk: httpx.AsyncClient, world: World, wanted: Wanted, sql: asyncpg.Connection
) -> None:
    second = await sql.fetchval(
        """
        insert into contacts (workspace_id, uuid, email, external_id)
        values ($1, gen_random_uuid(), 'otto.brandt@example.com', 'cust-4') returning id
        """,
        world.lamplight.workspace.id,
    )
    assert done(await desk.post(PATH, json=wanted))["contact_id"] == second
    await sql.execute("update contacts set deleted_at = now() where id = $1", second)
    assert done(await desk.post(PATH, json=wanted))["contact_id"] == world.lamplight.contacts[1].id


async def test_many_at_once_make_one_contact(
    desk: httpx.AsyncClient, wanted: Wanted, sql: asyncpg.Connection, world: World
) -> None:
    body = wanted | {"contact_email": "rush@example.com"}
    answers = await asyncio.gather(*(desk.post(PATH, json=body) for _ in range(24)))
    data = [done(answer) for answer in answers]
    assert len({one["contact_id"] for one in data}) == 1
    assert len({one["id"] for one in data}) == len({one["reference_number"] for one in data}) == 24
    made = await sql.fetchval(
        "select count(*) from contacts where workspace_id = $1 and email = 'rush@example.com'",
        world.lamplight.workspace.id,
    )
    assert made == 1


async def test_many_at_once_with_an_external_id_make_one_contact(
    desk: httpx.AsyncClient, wanted: Wanted, sql: asyncpg.Connection, world: World
) -> None:
    """Each comes from an address of its own, all for the same external id: the last address stays."""
    bodies = [wanted | {"contact_email": f"rush{n}@example.com", "external_user_id": "cust-5"} for n in range(12)]
    answers = await asyncio.gather(*(desk.post(PATH, json=body) for body in bodies))
    assert len({done(answer)["contact_id"] for answer in answers}) == 1
    made = await sql.fetchval(
        "select count(*) from contacts where workspace_id = $1 and external_id = 'cust-5'", world.lamplight.workspace.id
    )
    assert made == 1


async def test_an_external_id_has_its_length(desk: httpx.AsyncClient, wanted: Wanted) -> None:
    new = wanted | {"contact_email": "long@example.com"}
    unread(await desk.post(PATH, json=new | {"external_user_id": "x" * 256}))
    assert done(await desk.post(PATH, json=new | {"external_user_id": "ü" * 255}))["contact"]["external_user_id"]
