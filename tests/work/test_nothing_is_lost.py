"""R3: a reader by position misses no event, gets none twice and none out of order, whatever happens to the relays."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Mapping, Sequence
from uuid import UUID

import asyncpg

from koine import demo
from koine.core.actor import Actor, system
from koine.core.feed import feed
from koine.core.feed.model import FeedEvent
from koine.demo import World
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from koine.realtime.hub import Hub
from koine.realtime.listener import TooSlow
from tests.waiting import meanwhile
from tests.work import processes
from tests.work.happening import Happened
from tests.work.writing import Got, Writers, assert_in_order

WRITERS = 12
EVENTS = 10_000  # in all, besides those that are rolled back


async def test_three_readers_that_come_and_go_see_all_once_and_in_order(
    dsn: str, database: Database, notices: Notices, sql: asyncpg.Connection
) -> None:
    worlds = [await demo.make(database, mark=f"-r3-{number}-{random.random()}") for number in range(2)]
    by = {place.workspace.id: world for world in worlds for place in (world.lamplight, world.harbour)}
    starts = {workspace_id: await _newest(sql, workspace_id) for workspace_id in by}
    listening, writing = Hub(database, notices), await Database.open(dsn, size=WRITERS)
    writers = Writers(writing, notices, by, WRITERS, EVENTS, holds=(0, 0, 0.001, 0.01, 0.05))
    writers.enough.set()
    listening.open()

    async def disturb(stop: asyncio.Event) -> None:
        await _kill_relays(dsn, sql, stop)

    try:
        async with meanwhile(disturb) as stop:
            async with asyncio.TaskGroup() as together:
                reading = [
                    together.create_task(_listen(listening, starts)),
                    together.create_task(_listen(listening, starts)),
                    together.create_task(_turn_pages(database, by, starts)),
                ]
                written = together.create_task(writers.write())
            stop.set()
    finally:
        await listening.close()
        await writing.close()

    for reader in reading:
        got: Sequence[FeedEvent] = [event for event in reader.result() if event.kind == Happened.kind]
        assert len(got) == EVENTS
        assert {UUID(event.data["uuid"]) for event in got} == written.result()
        assert_in_order(map(_seen, reader.result()), starts)


def _seen(event: FeedEvent) -> Got:
    return event.workspace.id, event.position, event.data if event.kind == Happened.kind else None


async def _listen(hub: Hub, starts: Mapping[int, int]) -> list[FeedEvent]:
    """Listen, leave after some events, and come again with the positions."""
    got: list[FeedEvent] = []
    positions = dict(starts)
    while _missing(got):
        with contextlib.suppress(TooSlow):
            async with hub.listen(positions, lambda event: True) as listener:
                leave_after = random.randint(1, 800)
                async for event in listener:
                    got.append(event)
                    positions[event.workspace.id] = event.position
                    leave_after -= 1
                    if not leave_after or not _missing(got):
                        break
        await asyncio.sleep(random.random() / 50)
    return got


async def _turn_pages(database: Database, by: Mapping[int, World], starts: Mapping[int, int]) -> list[FeedEvent]:
    """Ask for page after page of each workspace."""
    got: list[FeedEvent] = []
    positions = dict(starts)
    while _missing(got):
        for workspace_id, world in by.items():
            reader: Actor = system(world.account_id, workspace_id)
            async with database.reading((workspace_id,)) as tx:
                page = await feed.page(tx, reader, workspace_id, positions[workspace_id], limit=random.randint(1, 300))
            got += page.events
            positions[workspace_id] = page.next
        await asyncio.sleep(0.01)
    return got


async def _kill_relays(dsn: str, sql: asyncpg.Connection, stop: asyncio.Event) -> None:
    """Two relays; now and then one of them is killed, or its connection is, and another one comes in its place."""
    with contextlib.ExitStack() as running:
        relays = [
            await asyncio.to_thread(running.enter_context, processes.started("relaying.py", dsn)) for _ in range(2)
        ]
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(random.uniform(0.05, 0.4)):
                    await stop.wait()
            if random.random() < 0.5:
                victim = random.randrange(len(relays))
                relays[victim].kill()
                relays[victim] = await asyncio.to_thread(running.enter_context, processes.started("relaying.py", dsn))
            else:
                await sql.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'koine relay'"
                    " order by random() limit 1"
                )


async def _newest(sql: asyncpg.Connection, workspace_id: int) -> int:
    """Everything before the test gets its position here, so that readers begin with what the test writes."""
    while await sql.fetchval("select number_events(array[$1 % 8]::integer[], '[]')", workspace_id):
        pass
    return int(await sql.fetchval("select last from feeds where workspace_id = $1", workspace_id))


def _missing(got: Sequence[FeedEvent]) -> bool:
    return sum(event.kind == Happened.kind for event in got) < EVENTS
