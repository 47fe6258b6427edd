"""How often one may ask (contracts/tight.md §10)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from koine import app
from koine.core.limits.model import Rate
from koine.demo import World
from koine.postgres.database import Database
from koine.realtime.hub import Hub
from koine.settings import Settings
from tests.dialects.tight.speaking import refused, speaker

THREE = {"tight": (Rate(3, 300),)}


@pytest.fixture
async def limited(database: Database, hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    """A Koine that answers three requests of each token."""
    serving = httpx.ASGITransport(app.create(database, base_url="http://koine", hub=hub, rates=THREE))
    async with httpx.AsyncClient(transport=serving, base_url="http://koine") as client:
        yield client


async def test_one_request_too_many_is_429_and_says_when_to_come_again(
    limited: httpx.AsyncClient, world: World
) -> None:
    ada = await speaker(limited, world, userId=world.ada.external_id or "")
    for _ in range(3):
        assert (await ada.query()).status_code == 200
    answer = await ada.query()
    assert refused(answer, 429) == [("BAD_REQUEST", None)]
    assert 1 <= int(answer.headers["retry-after"]) <= 300


async def test_what_is_refused_for_the_limit_does_nothing(limited: httpx.AsyncClient, world: World) -> None:
    ada = await speaker(limited, world, userId=world.ada.external_id or "")
    items = [{"subject": f"Number {number}", "message": {"text": "Well?"}} for number in range(5)]
    answers = [(await ada.save(item)).status_code for item in items]
    assert answers == [200, 200, 200, 429, 429]
    again = await speaker(limited, world, userId=world.ada.external_id or "")
    there = {shown["subject"] for shown in await again.listed()}
    assert {f"Number {number}" for number in range(5)} & there == {"Number 0", "Number 1", "Number 2"}


async def test_each_token_is_counted_for_itself(limited: httpx.AsyncClient, world: World) -> None:
    ada = await speaker(limited, world, userId=world.ada.external_id or "")
    for _ in range(4):
        await ada.query()
    blaise = await speaker(limited, world, userId=world.blaise.external_id or "")
    assert ((await ada.query()).status_code, (await blaise.query()).status_code) == (429, 200)


async def test_who_is_nobody_is_not_counted(limited: httpx.AsyncClient) -> None:
    for _ in range(5):
        assert (await limited.get("/v6/conversations/con_1")).status_code == 401


def test_the_limit_is_the_contracts_unless_the_settings_say_otherwise() -> None:
    plain = Settings(data=Path("nowhere"), database_url=None, postgres="auto", limited=True)
    assert app.rates(plain)["tight"] == (Rate(1000, 300),)
    assert app.rates(Settings(data=Path("nowhere"), database_url=None, postgres="auto")) == {}
    own = Settings(data=Path("x"), database_url=None, postgres="auto", limited=True, rates={"tight": ((7, 9),)})
    assert (app.rates(own)["tight"], app.rates(own)["libredesk"]) == ([Rate(7, 9)], ())
