"""All that goes on behind the requests, in one process: `koine serve` does it by default, `koine work` does only it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from koine.postgres.database import Database
from koine.postgres.notices import Notices
from koine.reactions.table import REACTIONS, Reaction
from koine.settings import Settings
from koine.work.entries import ENTRIES
from koine.work.relay import Relay
from koine.work.schedule import Scheduler
from koine.work.worker import Worker

CONNECTIONS = 8  # of the pool, where it is made here


async def run(
    dsn: str,
    settings: Settings,
    stop: asyncio.Event,
    *,
    database: Database | None = None,
    notices: Notices | None = None,
    reactions: Sequence[Reaction] = REACTIONS,
) -> None:
    """Relay, work and keep the schedule until it is time to stop. Any number of processes may do this at once.

    `dsn` is the app's. A process that has a Database or Notices already hands them over; what is made here is closed
    here. Besides these it takes two connections.
    """
    async with contextlib.AsyncExitStack() as opened:
        if database is None:
            database = await Database.open(dsn, size=CONNECTIONS)
            opened.push_async_callback(database.close)
        if notices is None:
            notices = Notices(dsn)
            opened.push_async_callback(notices.close)
            await notices.open()
        async with asyncio.TaskGroup() as together:
            together.create_task(Relay(dsn, reactions, notices=notices).run(stop))
            if reactions:
                together.create_task(Worker(dsn, database, reactions, notices=notices).run(stop))
            together.create_task(Scheduler(database, settings, ENTRIES).run(stop))
