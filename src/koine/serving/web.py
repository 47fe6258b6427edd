"""Serving in this process: the event loop, the application and its connections to the database."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import uvicorn
import uvloop

from koine import app
from koine.postgres.database import Database
from koine.serving import patience
from koine.serving.listening import BACKLOG
from koine.serving.patience import Connection
from koine.serving.stopping import Stop

GRACE = 2  # seconds for requests that are being answered when the end comes; PostgreSQL then needs some of its own
KEEP_ALIVE = 30  # seconds that a client's connection may be idle between two requests
MOST_FILES = 65_536  # open at once: connections, above all


@dataclass(frozen=True, slots=True)
class Serving:
    """What one process serves: `dsn` is the database as the app's role, `url` how clients reach us."""

    dsn: str
    url: str
    connections: int


def serve(
    listening: socket.socket, serving: Serving, stop: Stop, *, ready: Callable[[], None], server: int | None
) -> None:
    """Serve until we are asked to stop, or until the process `server` (our PostgreSQL) has ended.

    `ready` is called when requests are answered. The socket stays open for whoever serves next.
    """
    _allow_many_files()
    with stop.told(lambda: None), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(listening, serving, stop, ready, server))


async def _serve(
    listening: socket.socket, serving: Serving, stop: Stop, ready: Callable[[], None], pid: int | None
) -> None:
    database = await Database.open(serving.dsn, size=serving.connections)
    try:
        server = Server(config(app.create(database, base_url=serving.url)), ready)
        watching = asyncio.create_task(patience.watch(server.server_state.connections))
        with stop.told(server.leave), _noticing(pid, server.leave):
            await server.serve(sockets=[listening.dup()])
        watching.cancel()
    finally:
        await database.close()


class Server(uvicorn.Server):
    """Uvicorn, without its hands on the signals: they are the affair of whoever also has a database to end."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    def leave(self) -> None:
        """Answer what has been asked, within GRACE, and end."""
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and say so."""
        await super().startup(sockets)
        if self.started:
            self._ready()


def config(application: object) -> uvicorn.Config:
    """What uvicorn does for us, and what not."""
    return uvicorn.Config(
        application,  # type: ignore[arg-type]
        http=Connection,
        ws="none",
        interface="asgi3",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
    )


@contextlib.contextmanager
def _noticing(pid: int | None, gone: Callable[[], None]) -> Iterator[None]:
    """Call `gone` when this process ends; without asking again and again."""
    if pid is None:
        yield
        return
    loop = asyncio.get_running_loop()
    handle = os.pidfd_open(pid)

    def ended() -> None:
        loop.remove_reader(handle)
        gone()

    loop.add_reader(handle, ended)
    try:
        yield
    finally:
        loop.remove_reader(handle)
        os.close(handle)


def _allow_many_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
