"""How often one may ask, and how every answer says what is left (contracts/highlevel.md §1.2)."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import httpx
import pytest

from koine import app
from koine.core.limits.model import Rate
from koine.demo import World
from koine.dialects.highlevel import ids
from koine.postgres.database import Database
from koine.realtime.hub import Hub
from koine.settings import Settings
from tests.dialects.highlevel.letting_in import Program, give_password, register
from tests.dialects.highlevel.locations import headers

DAY = 86_400


@contextlib.asynccontextmanager
async def koine(database: Database, hub: Hub, rates: Sequence[Rate]) -> AsyncIterator[httpx.AsyncClient]:
    """A Koine with limits of its own."""
    serving = app.create(database, base_url="http://koine", hub=hub, rates={"highlevel": rates})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(serving), base_url="http://koine") as client:
        yield client


def limits(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("x-ratelimit-")}


async def test_every_answer_to_a_token_says_what_is_left(database: Database, hub: Hub, world: World) -> None:
    known, unknown = ids.write(world.lamplight.contacts[0].uuid), "x" * 20
    given = headers(world.lamplight.highlevel.secret)
    async with koine(database, hub, [Rate(1000, DAY), Rate(5, 300)]) as client:
        answers = [await client.get(f"/contacts/{id}", headers=given) for id in (known, unknown)]
        answers.append(await client.post("/contacts/", content=b"{", headers=given))
    assert [answer.status_code for answer in answers] == [200, 400, 400]
    for number, answer in enumerate(answers, 1):
        found = limits(answer)
        assert 0 < int(found.pop("x-ratelimit-daily-reset")) <= DAY * 1000
        assert found == {
            "x-ratelimit-limit-daily": "1000",
            "x-ratelimit-daily-remaining": str(1000 - number),
            "x-ratelimit-interval-milliseconds": "300000",
            "x-ratelimit-max": "5",
            "x-ratelimit-remaining": str(5 - number),
        }


@pytest.mark.parametrize(
    ("rates", "daily", "burst"),
    [([Rate(100, DAY), Rate(2, 300)], "97", "0"), ([Rate(2, DAY), Rate(100, 300)], "0", "0")],
    ids=["burst", "daily"],
)
async def test_one_too_many_is_a_429_that_says_of_which_limit(
    database: Database, hub: Hub, world: World, rates: list[Rate], daily: str, burst: str
) -> None:
    path = f"/contacts/{ids.write(world.lamplight.contacts[0].uuid)}"
    async with koine(database, hub, rates) as client:
        given = headers(world.lamplight.highlevel.secret)
        codes = [(await client.get(path, headers=given)).status_code for _ in range(2)]
        refused = await client.get(path, headers=given)
    assert (codes, refused.status_code) == ([200, 200], 429)
    assert refused.json() == {"statusCode": 429, "message": "Too Many Requests"}
    assert int(refused.headers["retry-after"]) >= 1
    assert limits(refused)["x-ratelimit-daily-remaining"] == daily
    assert limits(refused)["x-ratelimit-remaining"] == burst


async def test_an_app_is_counted_for_each_location_whatever_its_token(
    database: Database, hub: Hub, world: World, http: httpx.AsyncClient
) -> None:
    await give_password(database, world, world.linus)
    program: Program = await register(database, world, http)
    place = world.lamplight.workspace.id
    tokens = [await program.installed(world.linus, place) for _ in range(2)]
    path = f"/contacts/{ids.write(world.lamplight.contacts[0].uuid)}"
    async with koine(database, hub, [Rate(3, 300)]) as client:
        codes = [
            (await client.get(path, headers=headers(tokens[number % 2]["access_token"]))).status_code
            for number in range(4)
        ]
        other = await client.get(path, headers=headers(world.lamplight.highlevel.secret))
    assert (codes, other.status_code) == ([200, 200, 200, 429], 200)


async def test_where_nothing_is_counted_nothing_is_said(http: httpx.AsyncClient, world: World) -> None:
    path = f"/contacts/{ids.write(world.lamplight.contacts[0].uuid)}"
    assert limits(await http.get(path, headers=headers(world.lamplight.highlevel.secret))) == {}


def test_the_limits_are_the_contracts() -> None:
    plain = Settings(data=Path("nowhere"), database_url=None, postgres="auto", limited=True)
    assert set(app.rates(plain)["highlevel"]) == {Rate(100, 10), Rate(200_000, DAY)}
