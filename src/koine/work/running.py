"""All that goes on behind the requests, in one process: `koine serve` does it by default, `koine work` does only it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from koine.core.sealing import NAME, Sealing
from koine.outgoing import Outgoing
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from koine.reactions import indexing, leaving, saying, waking, webhooks
from koine.reactions.table import REACTIONS, Reaction
from koine.settings import Settings
from koine.work.courtesy import Courtesy
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
    outgoing: Outgoing | None = None,
    reactions: Sequence[Reaction] | None = None,
    courtesy: Courtesy | None = None,
) -> None:
    """Relay, work and keep the schedule until it is time to stop. Any number of processes may do this at once.

    `dsn` is the app's. A process that has a Database, Notices or Outgoing already hands them over; what is made here is
    closed here. Besides these it takes two connections. `reactions`: what it does after events; None: all there are.
    `courtesy`: how it gives way to requests, where the process has any.
    """
    async with contextlib.AsyncExitStack() as opened:
        if database is None:
            database = await Database.open(dsn, size=CONNECTIONS)
            opened.push_async_callback(database.close)
        if notices is None:
            notices = Notices(dsn)
            opened.push_async_callback(notices.close)
            await notices.open()
        if reactions is None:
            if outgoing is None:
                outgoing = await opened.enter_async_context(Outgoing(allow=settings.outgoing_allow))
            carried = leaving.reactions(outgoing, Sealing(settings.data / NAME))
            told = webhooks.reactions(outgoing, webhooks.speech(settings))
            reactions = (*REACTIONS, saying.REACTION, waking.REACTION, indexing.REACTION, *told, *carried)
        async with asyncio.TaskGroup() as together:
            together.create_task(Relay(dsn, reactions, notices=notices).run(stop))
            together.create_task(Worker(dsn, database, reactions, notices=notices, courtesy=courtesy).run(stop))
            together.create_task(Scheduler(database, settings, ENTRIES).run(stop))
