"""Another workspace cannot be reached and cannot be noticed: its ids are answered byte for byte like ids of nothing."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest

from koine import demo
from koine.core.conversations import opening
from koine.core.conversations.model import Opening, Said
from koine.demo import Place, World
from koine.postgres.database import Database
from tests.dialects.libredesk.test_attachments import uploaded
from tests.dialects.libredesk.wire import PATH, done

Wanted = dict[str, Any]
Written = Callable[[], Awaitable[dict[str, int]]]

NOTHING = 2**40


@pytest.fixture(params=["of the same account", "of another account"])
async def elsewhere(request: pytest.FixtureRequest, world: World, database: Database) -> World:
    """A world whose Harbour is not open to Lamplight's key."""
    if request.param == "of the same account":
        return world
    return await demo.make(database, mark=f"-{uuid.uuid4().hex[:8]}")


@pytest.fixture
def harbour(elsewhere: World) -> Place:
    return elsewhere.harbour


@pytest.fixture
async def ids(elsewhere: World, harbour: Place, sql: asyncpg.Connection) -> dict[str, Any]:
    """An id of the other workspace for every field that takes one."""
    return {
        "inbox_id": harbour.inbox.id,
        "team_id": harbour.team_id,
        "agent_id": harbour.owner.id,
        "attachments": [await uploaded(sql, harbour)],
    }


@pytest.mark.parametrize("field", ["inbox_id", "team_id", "agent_id", "attachments"])
async def test_an_id_in_a_field(
    desk: httpx.AsyncClient, wanted: Wanted, written: Written, ids: dict[str, Any], field: str
) -> None:
    before = await written()
    nothing = [NOTHING] if field == "attachments" else NOTHING
    theirs = await desk.post(PATH, json=wanted | {field: ids[field]})
    nobodys = await desk.post(PATH, json=wanted | {field: nothing})
    assert theirs.status_code == 400
    assert _told(theirs) == _told(nobodys)
    assert await written() == before


async def test_a_uuid_in_the_path(
    desk: httpx.AsyncClient, elsewhere: World, harbour: Place, database: Database
) -> None:
    grace = elsewhere.acting(elsewhere.grace, "Owner", harbour)
    async with database.writing(grace.workspaces) as tx:
        (opened,) = await opening.open(tx, grace, [Opening(harbour.workspace.id, "Ours", Said("Hello"))])
    theirs, nobodys = await desk.get(f"{PATH}/{opened.uuid}"), await desk.get(f"{PATH}/{uuid.uuid4()}")
    assert theirs.status_code == 404
    assert _told(theirs) == _told(nobodys)


async def test_an_address_that_is_known_there_is_new_here(
    desk: httpx.AsyncClient, world: World, wanted: Wanted, harbour: Place, sql: asyncpg.Connection
) -> None:
    theirs = await sql.fetchval(
        """
        insert into contacts (workspace_id, uuid, email, external_id, first_name)
        values ($1, gen_random_uuid(), 'theirs@example.com', 'cust-9', 'Theirs') returning id
        """,
        harbour.workspace.id,
    )
    before = await sql.fetchrow("select * from contacts where id = $1", theirs)
    new = {"contact_email": "theirs@example.com", "external_user_id": "cust-9", "first_name": "Mine"}
    data = done(await desk.post(PATH, json=wanted | new))
    assert data["contact_id"] != theirs
    assert data["contact"]["first_name"] == "Mine"
    assert await sql.fetchrow("select * from contacts where id = $1", theirs) == before
    workspace = await sql.fetchval("select workspace_id from contacts where id = $1", data["contact_id"])
    assert workspace == world.lamplight.workspace.id


async def test_numbers_tell_nothing(
    desk: httpx.AsyncClient, wanted: Wanted, elsewhere: World, database: Database
) -> None:
    """What happens next door does not move the numbers here."""
    grace = elsewhere.acting(elsewhere.grace, "Owner", elsewhere.harbour)
    before = int(done(await desk.post(PATH, json=wanted))["reference_number"])
    async with database.writing(grace.workspaces) as tx:
        await opening.open(tx, grace, [Opening(elsewhere.harbour.workspace.id, "Ours", Said("Hello"))] * 5)
    assert int(done(await desk.post(PATH, json=wanted))["reference_number"]) == before + 1


def _told(answer: httpx.Response) -> tuple[int, dict[str, str], bytes]:
    """All that a client can see, but the time of day."""
    headers = {name: value for name, value in answer.headers.items() if name != "date"}
    return answer.status_code, headers, answer.content
