"""What goes on behind the requests, in a process that serves: it begins and ends with it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

from koine.dialects.traffic import Traffic
from koine.outgoing import Outgoing
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from koine.serving.orders import Serving
from koine.work import running
from koine.work.courtesy import Courtesy

GRACE = 2.0  # seconds for what is being done when the end comes; PostgreSQL then needs some of its own


class Server(Protocol):
    """Whoever answers requests meanwhile."""

    def leave(self) -> None:
        """End."""

    def ending(self, then: Callable[[], Awaitable[None]]) -> None:
        """When the end begins do this too."""


@contextlib.asynccontextmanager
async def beside(
    server: Server, serving: Serving, database: Database, notices: Notices, outgoing: Outgoing, traffic: Traffic
) -> AsyncIterator[None]:
    """Work until the server ends, giving way to its requests. If it cannot go on the server ends, and why is raised."""
    stop = asyncio.Event()
    run = running.run(
        serving.dsn,
        serving.settings,
        stop,
        database=database,
        notices=notices,
        outgoing=outgoing,
        courtesy=Courtesy(lambda: traffic.busy),
    )
    work = asyncio.create_task(run, name="work")
    work.add_done_callback(lambda _: server.leave())

    async def end() -> None:
        stop.set()

    server.ending(end)
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait({work}, timeout=GRACE)
        if not work.done():
            work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
