"""Webhooks asked for again with one `Idempotency-Key`: one webhook, and a secret that lies nowhere in the open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from ipaddress import ip_network
from pathlib import Path

import asyncpg
import httpx
import pytest

from koine import app
from koine.core.sealing import NAME, Sealing
from koine.core.webhooks.model import Means
from koine.demo import World
from koine.dialects.native.routes import ROUTES
from koine.outgoing import Outgoing
from koine.postgres.database import Database
from koine.reactions.webhooks import SHAPES
from koine.realtime.hub import Hub
from tests.waiting import until

PATH = "/v1/webhooks"
WANTED = {"url": "http://127.0.0.1:8500/hook", "name": "Ours"}
REPLAYED = "Idempotency-Replayed"


@pytest.fixture
async def owner(database: Database, hub: Hub, world: World, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The app that may do everything in Lamplight, at a Koine that may send to this machine."""
    async with Outgoing(allow=[ip_network("127.0.0.0/8")]) as outgoing:
        means = Means(outgoing, Sealing(tmp_path / NAME), SHAPES)
        serving = httpx.ASGITransport(app.create(database, base_url="http://koine", hub=hub, webhooks=means))
        headers = {"Authorization": f"Bearer {world.native.secret}"}
        async with httpx.AsyncClient(transport=serving, base_url="http://koine", headers=headers) as client:
            yield client


async def send(owner: httpx.AsyncClient, key: str, path: str = PATH, **body: object) -> httpx.Response:
    return await owner.post(path, json=WANTED | body, headers={"Idempotency-Key": key})


def same(answer: httpx.Response, first: httpx.Response) -> bool:
    """Whether it is the first answer once more, to the byte, and says so."""
    assert (REPLAYED in first.headers, answer.headers.get(REPLAYED)) == (False, "true")
    return (answer.status_code, answer.content) == (first.status_code, first.content)


def problem(answer: httpx.Response) -> tuple[int, str, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    return answer.status_code, answer.json()["code"], answer.json()["title"]


async def kept(sql: asyncpg.Connection, world: World) -> list[asyncpg.Record]:
    query = "select body, sealed from idempotency_keys where workspace_id = $1 order by created_at"
    return await sql.fetch(query, world.lamplight.workspace.id)


async def test_it_is_made_once_and_told_the_same(owner: httpx.AsyncClient) -> None:
    first = await send(owner, "k")
    assert first.status_code == 201, first.text
    assert same(await send(owner, "k"), first)
    assert len((await owner.get(PATH)).json()["webhooks"]) == 1
    turned = await send(owner, "r", f"{PATH}/{first.json()['id']}/rotate")
    assert turned.json()["secret"] != first.json()["secret"]
    assert same(await send(owner, "r", f"{PATH}/{first.json()['id']}/rotate"), turned)
    assert same(await send(owner, "k"), first)


async def test_a_secret_is_kept_sealed(owner: httpx.AsyncClient, world: World, sql: asyncpg.Connection) -> None:
    made = await send(owner, "k")
    id, secret = made.json()["id"], made.json()["secret"]
    turned = await send(owner, "r", f"{PATH}/{id}/rotate")
    await send(owner, "d", f"{PATH}/{id}/disable")
    first, second, third = await kept(sql, world)
    assert (first["sealed"], second["sealed"], third["sealed"]) == (True, True, False)
    for row in (first, second):
        assert secret.encode() not in row["body"]
        assert turned.json()["secret"].encode() not in row["body"]
        assert id.encode() not in row["body"]
    assert id.encode() in third["body"]


async def test_what_was_sealed_for_one_key_opens_under_no_other(
    owner: httpx.AsyncClient, world: World, sql: asyncpg.Connection
) -> None:
    """Whoever can write to the database cannot have the answers of others read out to them."""
    await send(owner, "k")
    await send(owner, "mine")
    stolen = "update idempotency_keys set body = $2 where workspace_id = $1 and key = 'mine'"
    (row, _) = await kept(sql, world)
    await sql.execute(stolen, world.lamplight.workspace.id, row["body"])
    assert problem(await send(owner, "mine"))[:2] == (500, "fault")


async def test_the_refusals_are_problems(owner: httpx.AsyncClient, sql: asyncpg.Connection) -> None:
    for key in ("", "x" * 256):
        says = "An idempotency key has 1 to 255 printable ASCII characters."
        assert problem(await send(owner, key)) == (400, "key_malformed", says)
    async with sql.transaction():
        await sql.execute("lock table account_events in share row exclusive mode")
        answering = asyncio.create_task(send(owner, "k"))
        await until(lambda: sql.fetchval("select count(*) from pg_locks where not granted"))
        twin = problem(await send(owner, "k"))
        assert twin == (409, "key_in_flight", "A request with this idempotency key is still being answered.")
    assert (await answering).status_code == 201
    other = problem(await send(owner, "k", name="Theirs"))
    assert other == (422, "key_reused", "This idempotency key was sent with another request before.")


async def test_a_test_that_is_asked_for_again_is_one(
    owner: httpx.AsyncClient, world: World, sql: asyncpg.Connection
) -> None:
    id = (await send(owner, "k")).json()["id"]
    first = await send(owner, "t", f"{PATH}/{id}/test")
    assert first.status_code == 202, first.text
    assert same(await send(owner, "t", f"{PATH}/{id}/test"), first)
    assert await deliveries(sql, world) == [first.json()["delivery_id"]]
    other = await send(owner, "t2", f"{PATH}/{id}/test")
    assert await deliveries(sql, world) == [first.json()["delivery_id"], other.json()["delivery_id"]]


async def test_a_replay_that_is_asked_for_again_is_one(
    owner: httpx.AsyncClient, world: World, sql: asyncpg.Connection
) -> None:
    """What was delivered since then is not told a third time."""
    id = (await send(owner, "k")).json()["id"]
    delivery = (await send(owner, "t", f"{PATH}/{id}/test")).json()["delivery_id"]
    delivered = "update webhook_deliveries set state = 'delivered', finished_at = now() where uuid = $1::uuid"
    waiting = "select count(*) from webhook_deliveries where uuid = $1::uuid and state = 'waiting'"
    await sql.execute(delivered, delivery)
    first = await owner.post(f"{PATH}/{id}/replay", json={"id": delivery}, headers={"Idempotency-Key": "r"})
    assert first.status_code == 202, first.text
    assert await sql.fetchval(waiting, delivery) == 1
    await sql.execute(delivered, delivery)
    again = await owner.post(f"{PATH}/{id}/replay", json={"id": delivery}, headers={"Idempotency-Key": "r"})
    assert same(again, first)
    assert await sql.fetchval(waiting, delivery) == 0


async def test_what_was_turned_off_or_on_since_stays_so(owner: httpx.AsyncClient) -> None:
    id = (await send(owner, "k")).json()["id"]
    off = await send(owner, "off", f"{PATH}/{id}/disable")
    on = await send(owner, "on", f"{PATH}/{id}/enable")
    now = (await owner.get(f"{PATH}/{id}")).json()
    assert same(await send(owner, "off", f"{PATH}/{id}/disable"), off)
    assert (await owner.get(f"{PATH}/{id}")).json() == now == on.json() != off.json()
    await send(owner, "off again", f"{PATH}/{id}/disable")
    now = (await owner.get(f"{PATH}/{id}")).json()
    assert same(await send(owner, "on", f"{PATH}/{id}/enable"), on)
    assert (await owner.get(f"{PATH}/{id}")).json() == now != on.json()


async def test_every_post_is_sent_again_here() -> None:
    assert {route.path for route in ROUTES if route.repeatable} == {
        PATH,
        *(f"{PATH}/{{id}}/{doing}" for doing in ("test", "replay", "rotate", "disable", "enable")),
    }


async def deliveries(sql: asyncpg.Connection, world: World) -> list[str]:
    query = "select uuid from webhook_deliveries where workspace_id = $1 order by id"
    return [str(row["uuid"]) for row in await sql.fetch(query, world.lamplight.workspace.id)]
