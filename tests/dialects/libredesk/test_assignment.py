"""Assigning a conversation as it is created."""

from __future__ import annotations

import json
from typing import Any

import asyncpg
import httpx
import pytest

from koine.demo import World
from tests.dialects.libredesk.wire import PATH, done

Wanted = dict[str, Any]


async def _events(sql: asyncpg.Connection, data: Wanted) -> list[tuple[str, Any]]:
    rows = await sql.fetch("select kind, data from events where conversation_id = $1 order by id", data["id"])
    return [(row["kind"], json.loads(row["data"])) for row in rows]


async def test_to_an_agent_and_a_team(
    desk: httpx.AsyncClient, world: World, wanted: Wanted, sql: asyncpg.Connection
) -> None:
    data = done(await desk.post(PATH, json=wanted | {"agent_id": world.mary.id, "team_id": world.lamplight.team_id}))
    assert (data["assigned_user_id"], data["assigned_team_id"]) == (world.mary.id, world.lamplight.team_id)
    stored = await sql.fetchrow("select assignee_id, team_id from conversations where id = $1", data["id"])
    assert tuple(stored) == (world.mary.id, world.lamplight.team_id)
    assert await _events(sql, data) == [
        ("conversation.opened", {}),
        ("message.posted", {}),
        ("conversation.assigned", {"assignee_id": world.mary.id, "team_id": world.lamplight.team_id}),
    ]


async def test_to_an_agent_alone(
    desk: httpx.AsyncClient, world: World, wanted: Wanted, sql: asyncpg.Connection
) -> None:
    data = done(await desk.post(PATH, json=wanted | {"agent_id": world.mary.id}))
    assert (data["assigned_user_id"], data["assigned_team_id"]) == (world.mary.id, None)
    assert (await _events(sql, data))[2:] == [
        ("conversation.assigned", {"assignee_id": world.mary.id, "team_id": None})
    ]


@pytest.mark.parametrize("id", [0, -1, -(2**63), None])
async def test_only_positive_ids_assign(
    desk: httpx.AsyncClient, wanted: Wanted, sql: asyncpg.Connection, id: int | None
) -> None:
    data = done(await desk.post(PATH, json=wanted | {"agent_id": id, "team_id": id}))
    assert (data["assigned_user_id"], data["assigned_team_id"]) == (None, None)
    assert [kind for kind, _ in await _events(sql, data)] == ["conversation.opened", "message.posted"]
