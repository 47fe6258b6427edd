"""Two Koines over one database, either of which may be killed: who reads the feed over HTTP misses nothing."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx
import pytest

from koine.core.actor import system
from koine.demo import World
from koine.dialects.native import credentials
from koine.postgres import embedded, migrate
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from koine.work import store
from tests.cli.koine_process import Serving, serving
from tests.dialects.native.following import PATH, Json, following
from tests.waiting import PATIENCE, until
from tests.work.happening import Happened, happen
from tests.work.writing import Got, Writers, assert_in_order

WRITERS = 12
EVENTS = 10_000
KILLS = 4
HOLDS = (0.0, 0.01, 0.05, 0.2)  # seconds
STAYS = 800  # events, at most, after which a reader leaves


@dataclass
class House:
    """Two processes that know nothing of each other; each serves, relays and works."""

    folder: Path
    database_url: str
    token: str
    sql: asyncpg.Connection
    processes: contextlib.ExitStack
    clients: contextlib.AsyncExitStack
    servers: dict[int, Serving] = field(default_factory=dict)
    ways: dict[int, httpx.AsyncClient] = field(default_factory=dict)

    async def start(self, number: int) -> None:
        """Start one of them, for the first time or again."""
        data = self.folder / f"server-{number}"
        starting = serving("serve", data=data, ready=False, KOINE_DATABASE_URL=self.database_url)
        server = self.processes.enter_context(starting)
        await asyncio.to_thread(server.wait_for, "ready")
        headers = {"Authorization": f"Bearer {self.token}"}
        way = httpx.AsyncClient(base_url=server.base_url, timeout=PATIENCE, headers=headers)
        self.servers[number], self.ways[number] = server, await self.clients.enter_async_context(way)

    async def relays(self) -> list[int]:
        """Whose connection holds the buckets, once somebody holds them all."""
        found = await self.sql.fetch(
            "select pid, count(*) as buckets from pg_locks"
            " where locktype = 'advisory' and classid::bigint = $1 and objsubid = 2 and mode = 'ExclusiveLock'"
            "   and granted group by pid",
            store.LOCK,
        )
        return [row["pid"] for row in found if row["buckets"] >= store.BUCKETS]

    async def kill_in_turn(self) -> None:
        """The one that relays is killed, the other takes over, and then it is that one's turn."""
        for kill in range(KILLS):
            await asyncio.sleep(random.uniform(0.1, 0.6))
            before = await self.relays()
            assert len(before) == 1
            self.servers[kill % 2].process.kill()

            async def is_taken_over(before: Iterable[int] = before) -> bool:
                after = await self.relays()
                return after != [] and set(after).isdisjoint(before)

            await until(is_taken_over)
            await self.start(kill % 2)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[embedded.Running]:
    """A database with nothing else in it."""
    with embedded.start(tmp_path / "data") as running:
        yield running


@pytest.fixture
async def database(server: embedded.Running) -> AsyncIterator[Database]:
    """For the writers, who are not part of the house."""
    await migrate.migrate(server.address.dsn("koine_owner"))
    opened = await Database.open(server.address.dsn("koine_app"), size=WRITERS + 1)
    yield opened
    await opened.close()


@pytest.fixture
async def house(
    server: embedded.Running, database: Database, world: World, sql: asyncpg.Connection, tmp_path: Path
) -> AsyncIterator[House]:
    async with database.writing(()) as tx:
        issued = await credentials.issue(tx, system(world.account_id), workspaces=None, user_id=None, permissions=None)
    with contextlib.ExitStack() as processes:
        async with contextlib.AsyncExitStack() as clients:
            house = House(tmp_path, server.address.dsn("koine_admin"), issued.secret, sql, processes, clients)
            await house.start(0)
            await until(house.relays)
            await house.start(1)
            yield house


@dataclass
class Reader:
    """Somebody who follows a workspace, leaves now and then, comes back to either server, and goes on where they were.

    They have all when the last event has come.
    """

    house: House
    workspace: UUID
    got: list[Json] = field(default_factory=list)
    comings: int = 0

    @property
    def at(self) -> int:
        return self.got[-1]["position"] if self.got else 0

    @property
    def has_all(self) -> bool:
        return bool(self.got) and "last" in self.got[-1]["data"]

    async def follow(self) -> None:
        """By the stream."""
        while not self.has_all:
            self.comings += 1
            with contextlib.suppress(httpx.TransportError, StopAsyncIteration):
                await self._stay(random.randint(1, STAYS))

    async def turn_pages(self) -> None:
        """By pages, another server each time."""
        while not self.has_all:
            asked = {"workspace": str(self.workspace), "after": self.at, "limit": random.randint(1, STAYS // 2)}
            with contextlib.suppress(httpx.TransportError):
                self.comings += 1
                answer = await self._way.get(PATH, params=asked)
                assert answer.status_code == 200, answer.text
                self.got += answer.json()["events"]
                await asyncio.sleep(0.02)

    async def _stay(self, events: int) -> None:
        async with following(self._way, last_event_id=self.at, workspace=str(self.workspace)) as feed:
            for _ in range(events):
                (message,) = await feed.take(1)
                if message.event == "stream.ended":
                    return
                self.got.append(message.data)
                if self.has_all:
                    return

    @property
    def _way(self) -> httpx.AsyncClient:
        return random.choice(list(self.house.ways.values()))


async def test_three_readers_that_come_and_go_see_all_once_and_in_order(
    house: House, server: embedded.Running, database: Database, world: World
) -> None:
    places = {place.workspace.id: place.workspace.uuid for place in (world.lamplight, world.harbour)}
    notices = Notices(server.address.dsn("koine_app"))
    await notices.open()
    writers = Writers(database, notices, dict.fromkeys(places, world), WRITERS, EVENTS, HOLDS)
    streams = [{id: Reader(house, uuid) for id, uuid in places.items()} for _ in range(2)]
    pages = {id: Reader(house, uuid) for id, uuid in places.items()}

    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as together:
        for stream in streams:
            for reader in stream.values():
                together.create_task(reader.follow())
        for reader in pages.values():
            together.create_task(reader.turn_pages())
        writing = together.create_task(writers.write())
        await house.kill_in_turn()
        writers.enough.set()
        wrote = await writing
        await happen(database, world, *(Happened(id, data={"last": True}) for id in places))
        notices.wrote()
    await notices.close()

    for each in (*streams, pages):
        assert all(reader.comings > EVENTS / len(places) / STAYS / 2 for reader in each.values())
        assert {UUID(event["data"]["uuid"]) for event in _written(each)} == wrote
        assert len(_written(each)) == EVENTS
        assert_in_order(
            [_seen(id, event) for id, reader in each.items() for event in reader.got], dict.fromkeys(places, 0)
        )
        assert {id: reader.got for id, reader in each.items()} == {id: reader.got for id, reader in pages.items()}


def _written(readers: dict[int, Reader]) -> list[Json]:
    return [event for reader in readers.values() for event in reader.got if "uuid" in event["data"]]


def _seen(workspace_id: int, event: Json) -> Got:
    return workspace_id, event["position"], event["data"] if "uuid" in event["data"] else None
