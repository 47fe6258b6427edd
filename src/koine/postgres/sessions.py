"""Connections of one's own, beside the pool: for those who hold a lock, listen, or do what belongs to no request."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

import asyncpg

from koine.postgres.pool import Connection

log = logging.getLogger("koine")

# What comes of a connection that broke, that could not be made, or on which PostgreSQL could not do its work.
BROKEN = (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.InternalClientError, asyncpg.PostgresError)

_SESSION = {
    "role": "koine_app",
    "koine.workspaces": "{}",
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
    "timezone": "UTC",
    "statement_timeout": "30s",
    # When the other machine is gone the server must notice: what is locked here, somebody else waits for.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.05, 2.0  # seconds
_SOUND = 10.0  # seconds after which a connection counts as one that worked


async def connect(dsn: str, name: str, **settings: str) -> Connection:
    """A connection as `koine_app`, called `name` in PostgreSQL's lists, with these settings of its own."""
    server_settings = {**_SESSION, "application_name": f"koine {name}", **settings}
    connection: Connection = await asyncpg.connect(dsn, server_settings=server_settings, timeout=10)
    return connection


async def keep(
    open: Callable[[], Awaitable[Connection]],
    use: Callable[[Connection], Awaitable[None]],
    *,
    purpose: str,
    stop: asyncio.Event | None = None,
) -> None:
    """Use a connection until `use` returns; when it breaks use another one, until it is time to stop."""
    pause = _SHORTEST_PAUSE
    while stop is None or not stop.is_set():
        began = time.monotonic()
        try:
            connection = await open()
            try:
                await use(connection)
                return
            finally:
                connection.terminate()
        except BROKEN as error:
            log.warning("%s: the database did not do it (%s)", purpose, type(error).__name__)
        if time.monotonic() - began > _SOUND:
            pause = _SHORTEST_PAUSE
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)
