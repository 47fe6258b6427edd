"""The world of `koine demo`, made once for all tests here, which only look at it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from koine.core.workspaces import workspaces
from koine.demo import World, found, lively
from koine.postgres.database import Database
from koine.postgres.embedded import Running
from koine.storage import Storage


@dataclass(frozen=True, slots=True)
class Demo:
    """The world, all its workspaces, and where the bytes of its files are."""

    world: World
    places: tuple[int, ...]
    storage: Storage


@pytest.fixture(scope="session")
async def demo(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    storage = Storage(Path(tmp_path_factory.mktemp("demo")) / "files")
    async with database.writing(()) as tx:
        world = await found(tx, name="A lively demo")
        await lively.add(tx, world, storage)
    async with database.reading(()) as tx:
        places = tuple(place.id for place in await workspaces.find(tx, world.account_id))
    return Demo(world, places, storage)


@pytest.fixture
async def count(server: Running, demo: Demo, sql: asyncpg.Connection):
    """How many there are of something in the demo's workspaces: `$1`."""

    async def of(text: str) -> int:
        return int(await sql.fetchval(f"select count(*) from {text}", list(demo.places)))

    return of
