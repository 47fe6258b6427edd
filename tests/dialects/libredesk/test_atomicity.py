"""Creating a conversation is one step: it is there whole, or nothing of it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest

from koine.demo import World
from tests.dialects.libredesk.test_attachments import uploaded
from tests.dialects.libredesk.wire import PATH, done, refused

Wanted = dict[str, Any]
Written = Callable[[], Awaitable[dict[str, int]]]


@pytest.fixture(params=["messages", "events"])
async def breaking(request: pytest.FixtureRequest, sql: asyncpg.Connection, world: World) -> AsyncIterator[str]:
    """A database that refuses one table's rows of Lamplight's, as a full disk or a bug might."""
    table, home = request.param, world.lamplight.workspace.id
    await sql.execute(
        f"""
        create function refuse_{home}() returns trigger language plpgsql as $$
        begin
            if new.workspace_id = {home} then raise 'refused'; end if;
            return new;
        end $$;
        create trigger refuse_{home} before insert on {table} for each row execute function refuse_{home}()
        """
    )
    yield table
    await sql.execute(f"drop function if exists refuse_{home} cascade")


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"contact_email": "new@example.com"},
        {"contact_email": "new@example.com", "external_user_id": "cust-7"},
        {"team_id": "the front desk"},
        {"attachments": "a file"},
    ],
    ids=["a known contact", "a new contact", "an external id", "a team", "a file"],
)
async def test_what_fails_half_way_leaves_nothing(
    desk: httpx.AsyncClient,
    world: World,
    wanted: Wanted,
    sql: asyncpg.Connection,
    written: Written,
    breaking: str,
    change: Wanted,
) -> None:
    given = {"team_id": world.lamplight.team_id, "attachments": [await uploaded(sql, world.lamplight)]}
    body = wanted | {name: given.get(name, value) for name, value in change.items()}
    before = await written()
    refused(await desk.post(PATH, json=body), 500, "Something went wrong", "GeneralException")
    assert await written() == before
    await sql.execute(f"drop function refuse_{world.lamplight.workspace.id} cascade")
    done(await desk.post(PATH, json=body))
    assert (await written())["conversations"] == before["conversations"] + 1


async def test_a_refused_request_makes_no_contact(desk: httpx.AsyncClient, wanted: Wanted, written: Written) -> None:
    before = await written()
    new = wanted | {"contact_email": "new@example.com", "external_user_id": "cust-8"}
    for wrong in ({"team_id": 2**40}, {"agent_id": 2**40}, {"attachments": [2**40]}, {"initiator": "nobody"}):
        assert (await desk.post(PATH, json=new | wrong)).status_code == 400
    assert await written() == before
