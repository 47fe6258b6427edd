"""Who is let in, with which key, and for how long."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest

from koine import app
from koine.core.actor import system
from koine.core.tokens import tokens
from koine.demo import World
from koine.postgres import embedded
from koine.postgres.database import Database
from koine.realtime.hub import Hub
from tests.dialects.libredesk.conftest import KeyOf
from tests.dialects.libredesk.wire import PATH, basic, done, encoded, refused

Wanted = dict[str, Any]


async def _both(http: httpx.AsyncClient, authorization: str | None) -> tuple[httpx.Response, httpx.Response]:
    """What a GET and a POST are told."""
    headers = {} if authorization is None else {"Authorization": authorization}
    return await http.get(f"{PATH}/{uuid.uuid4()}", headers=headers), await http.post(PATH, json={}, headers=headers)


async def test_both_schemes_open(http: httpx.AsyncClient, world: World, wanted: Wanted) -> None:
    key = world.libredesk
    for authorization in (basic(key), f"token {key.key}:{key.secret}", f"token  {key.key}:{key.secret}"):
        data = done(await http.post(PATH, json=wanted, headers={"Authorization": authorization}))
        done(await http.get(f"{PATH}/{data['uuid']}", headers={"Authorization": authorization}))


async def test_a_wrong_pair_is_told_so(http: httpx.AsyncClient, world: World, key_of: KeyOf) -> None:
    key, other = world.libredesk, await key_of(world.mary)
    for pair in (
        f"{key.key}:{'x' * 64}",
        f"{'x' * 32}:{key.secret}",
        f"{other.key}:{key.secret}",
        f"{key.key}:{key.secret}x",
        f"{key.key}:{key.secret[:-1]}",
        f"{key.key}::{key.secret}",
        f"{key.secret}:{key.key}",
        f" {key.key}:{key.secret}",
        f"{key.key}:{key.secret}\x00",
        f"{(key.key or '').upper()}:{key.secret}",
        "a:b",
        "ä:ö",
    ):
        for answer in await _both(http, encoded(pair)):
            refused(answer, 401, "Invalid credential", "GeneralException")
    for answer in await _both(http, f"token {key.key}:wrong"):
        refused(answer, 401, "Invalid credential", "GeneralException")
    for answer in await _both(http, encoded(b"\xff\xfe:\xfd\x80")):
        refused(answer, 401, "Invalid credential", "GeneralException")


async def test_what_is_no_pair_falls_to_the_session(http: httpx.AsyncClient, world: World) -> None:
    key = world.libredesk
    pair = f"{key.key}:{key.secret}"
    for authorization in (
        None,
        "",
        "Basic",
        "token",
        "Basic !!!",
        "Basic " + pair,
        encoded(key.secret),
        encoded(":" + key.secret),
        encoded(f"{key.key}:"),
        encoded(pair)[:-3],
        encoded(pair).replace("Basic", "basic"),
        encoded(pair).replace("Basic", "BASIC"),
        "Token " + pair,
        "TOKEN " + pair,
        "token" + pair,
        "Bearer " + key.secret,
        pair,
    ):
        get, post = await _both(http, authorization)
        refused(get, 401, "Invalid or expired session", "GeneralException")
        refused(post, 403, "CSRF token mismatch")


async def test_a_token_of_another_contract_does_not_open(http: httpx.AsyncClient, world: World) -> None:
    for token in (world.tight, world.lamplight.highlevel):
        for answer in await _both(http, encoded(f"{token.key or 'x'}:{token.secret}")):
            refused(answer, 401, "Invalid credential", "GeneralException")


async def test_without_the_permission_nothing_else_is_looked_at(
    http: httpx.AsyncClient, world: World, wanted: Wanted, key_of: KeyOf
) -> None:
    agent = {"Authorization": basic(await key_of(world.mary))}
    for body in (b"{", b"", b'{"inbox_id": "x"}'):
        answer = await http.post(PATH, content=body, headers=agent | {"Content-Type": "application/json"})
        refused(answer, 403, "Permission denied")
    refused(await http.post(PATH, json=wanted, headers=agent), 403, "Permission denied")
    blind = {"Authorization": basic(await key_of(world.linus, frozenset({"conversations:write"})))}
    for id in (world.the_broken_lamp.uuid, uuid.uuid4(), "x"):
        refused(await http.get(f"{PATH}/{id}", headers=blind), 403, "Permission denied")
    done(await http.post(PATH, json=wanted, headers=blind))


async def test_whoever_is_no_member_any_more_may_nothing(
    http: httpx.AsyncClient, world: World, wanted: Wanted, key_of: KeyOf
) -> None:
    stranger = {"Authorization": basic(await key_of(world.grace))}
    refused(await http.post(PATH, json=wanted, headers=stranger), 403, "Permission denied")
    refused(await http.get(f"{PATH}/{world.the_broken_lamp.uuid}", headers=stranger), 403, "Permission denied")


async def test_a_disabled_agents_key_is_not_found(
    http: httpx.AsyncClient, world: World, sql: asyncpg.Connection
) -> None:
    await sql.execute("update users set enabled = false where id = $1", world.linus.id)
    for answer in await _both(http, basic(world.libredesk)):
        refused(answer, 401, "Invalid credential", "GeneralException")


@pytest.fixture
async def elsewhere(server: embedded.Running, hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    """The same data served a second time: with connections and memory of its own, as by another process."""
    database = await Database.open(server.address.dsn("koine_app"))
    served = httpx.ASGITransport(app.create(database, base_url="http://elsewhere", hub=hub))
    async with httpx.AsyncClient(transport=served, base_url="http://elsewhere") as client:
        yield client
    await database.close()


async def test_a_revoked_key_is_dead_within_a_second_everywhere(
    http: httpx.AsyncClient, elsewhere: httpx.AsyncClient, world: World, database: Database, key_of: KeyOf
) -> None:
    key = await key_of(world.linus)
    headers, path = {"Authorization": basic(key)}, f"{PATH}/{world.the_broken_lamp.uuid}"
    by = system(world.account_id, world.lamplight.workspace.id)
    for client in (http, elsewhere):
        done(await client.get(path, headers=headers))
        done(await client.get(path, headers=headers))
    async with database.writing(by.workspaces) as tx:
        await tokens.revoke(tx, by, key.id)
    await asyncio.sleep(1)  # the promise; whatever was remembered is forgotten by now, however slow the machine is
    for client in (http, elsewhere):
        refused(await client.get(path, headers=headers), 401, "Invalid credential", "GeneralException")
        refused(await client.post(PATH, json={}, headers=headers), 401, "Invalid credential", "GeneralException")
    done(await http.get(path, headers={"Authorization": basic(world.libredesk)}))


async def test_the_use_of_a_key_is_remembered(
    desk: httpx.AsyncClient, world: World, wanted: Wanted, sql: asyncpg.Connection
) -> None:
    used = "select last_used_at from tokens where id = $1"
    assert await sql.fetchval(used, world.libredesk.id) is None
    done(await desk.post(PATH, json=wanted))
    assert await sql.fetchval(used, world.libredesk.id) is not None
