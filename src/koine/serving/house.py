"""One running Koine from its start to its end: the socket, the database, and whoever serves."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from koine.postgres import migrate, record
from koine.serving import databases, listening
from koine.serving.crew import Crew
from koine.serving.databases import Reached
from koine.serving.failures import CannotListen, KeepsFailing
from koine.serving.orders import Serving
from koine.serving.saying import tell, warn
from koine.serving.stopping import Stop
from koine.settings import Settings

# Once the database is there and migrated: what must be in it, and the lines that people get to read.
Preparing = Callable[[Settings, Reached], Awaitable[Sequence[str]]]

TOO_OFTEN = 3  # ends of our PostgreSQL
WITHIN = 60.0  # seconds


def run(settings: Settings, *, workers: int, prepare: Preparing, stop: Stop, works: bool = True) -> None:
    """Start everything, print what `prepare` says and `ready`, and serve until we are asked to stop.

    `works`: whether one of those who serve also does what goes on behind the requests.

    When our PostgreSQL ends under us it is started again; clients who connect meanwhile wait. Raises CannotListen,
    AlreadyRunning, NoPostgres, StartFailed, NewerSchema, KeepsFailing, and Stopped when asked to stop while starting.
    """
    with _listening(settings) as sock:
        settings = _addressed(settings, sock)
        ended: list[float] = []
        while True:
            with databases.kept(settings) as reached:
                if not ended:
                    asyncio.run(_prepare(settings, reached, prepare))
                with stop.told(partial(listening.refuse, sock)):
                    _serve(sock, settings, workers, reached, stop, works=works, announce=not ended)
            if stop.asked:
                return
            ended = [*(at for at in ended if time.monotonic() - at < WITHIN), time.monotonic()]
            if len(ended) >= TOO_OFTEN:
                raise KeepsFailing(f"PostgreSQL has ended {TOO_OFTEN} times within a minute; see koine doctor.")
            warn("PostgreSQL has ended, and not because Koine asked it to; starting it again.")


def _listening(settings: Settings) -> socket.socket:
    """The socket. Of two things that are wrong, a Koine on the same data folder is the one to tell about."""
    try:
        return listening.opened(settings.host, settings.port)
    except CannotListen:
        if settings.database_url is None:
            with suppress(OSError):
                os.close(record.hold(settings.data))
        raise


def _addressed(settings: Settings, sock: socket.socket) -> Settings:
    """With the port that the system chose, and the address by which this machine reaches us unless told another."""
    port = sock.getsockname()[1]
    url = settings.base_url or f"http://{listening.reachable(settings.host)}:{port}"
    return replace(settings, port=port, base_url=url)


async def _prepare(settings: Settings, reached: Reached, prepare: Preparing) -> None:
    await migrate.migrate(reached.owner)
    tell(*await prepare(settings, reached))


def _serve(
    sock: socket.socket,
    settings: Settings,
    workers: int,
    reached: Reached,
    stop: Stop,
    *,
    works: bool,
    announce: bool,
) -> None:
    def ready() -> None:
        if announce:
            tell("ready")
        else:
            warn("PostgreSQL runs again; requests are answered.")

    if workers > 1:
        Crew(workers, sock, settings, reached, stop, works).serve(ready)
        return
    # Only who serves needs the web: the parent of many does without, and is small.
    from koine.serving import web

    serving = Serving(reached.app, settings, databases.connections(1), works)
    pid = reached.running.address.pid if reached.running else None
    web.serve(sock, serving, stop, ready=ready, server=pid)
