"""Serving in this process: the event loop, the application and its connections to the database."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import resource
import socket
from collections.abc import Awaitable, Callable, Iterator

import uvicorn
import uvloop

from koine import app
from koine.core.files.model import Means
from koine.core.sealing import NAME, Sealing
from koine.dialects.traffic import Traffic
from koine.outgoing import Outgoing
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from koine.reactions import webhooks
from koine.realtime.hub import Hub
from koine.realtime.presence import Presence
from koine.realtime.typing import Typing
from koine.serving import ending, patience, working
from koine.serving.listening import BACKLOG
from koine.serving.orders import Serving
from koine.serving.patience import Connection
from koine.serving.stopping import Stop
from koine.settings import Settings
from koine.storage import Storage

GRACE = 2  # seconds for requests that are being answered when the end comes; PostgreSQL then needs some of its own
KEEP_ALIVE = 30  # seconds that a client's connection may be idle between two requests
MOST_FILES = 65_536  # open at once: connections, above all


def serve(
    listening: socket.socket, serving: Serving, stop: Stop, *, ready: Callable[[], None], server: int | None
) -> None:
    """Serve until we are asked to stop, or until the process `server` (our PostgreSQL) has ended.

    `ready` is called when requests are answered. The socket stays open for whoever serves next.
    """
    _allow_many_files()
    _collect_rarely()
    with stop.told(lambda: None), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(listening, serving, stop, ready, server))


async def _serve(
    listening: socket.socket, serving: Serving, stop: Stop, ready: Callable[[], None], pid: int | None
) -> None:
    async with contextlib.AsyncExitStack() as opened:
        database = await Database.open(serving.dsn, size=serving.connections)
        opened.push_async_callback(database.close)
        notices = Notices(serving.dsn)
        opened.push_async_callback(notices.close)
        await notices.open()
        listeners = await opened.enter_async_context(contextlib.AsyncExitStack())
        hub = Hub(database, notices)
        listeners.push_async_callback(hub.close)
        hub.open()
        outgoing = await opened.enter_async_context(Outgoing(allow=serving.settings.outgoing_allow))
        able = webhooks.means(outgoing, serving.settings)
        traffic = Traffic()
        application = app.create(
            database,
            base_url=serving.settings.url,
            hub=hub,
            wrote=notices.wrote,
            webhooks=able,
            rates=app.rates(serving.settings),
            traffic=traffic,
            files=_files(serving.settings),
            proxies=serving.settings.proxies,
            development=serving.settings.development,
            presence=_presence(notices, listeners),
        )
        server = Server(config(application), ready)
        server.ending(listeners.aclose)
        if serving.works:
            await opened.enter_async_context(working.beside(server, serving, database, notices, outgoing, traffic))
        watching = asyncio.create_task(patience.watch(server.server_state.connections))
        with stop.told(server.leave), ending.noticed(pid, server.leave):
            await server.serve(sockets=[listening.dup()])
        watching.cancel()


def _presence(notices: Notices, until: contextlib.AsyncExitStack) -> Presence:
    """Who looks at what, heard and told until then."""
    presence = Presence(notices)
    typing = Typing(notices, presence)
    for each in (presence, typing):
        each.open()
        until.push_async_callback(each.close)
    return presence


class Server(uvicorn.Server):
    """Uvicorn, without its hands on the signals: they are the affair of whoever also has a database to end."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready
        self._endings: list[Callable[[], Awaitable[None]]] = []

    def leave(self) -> None:
        """Answer what has been asked, within GRACE, and end."""
        self.should_exit = True

    def ending(self, then: Callable[[], Awaitable[None]]) -> None:
        """When the end begins do this too: end what would go on for ever."""
        self._endings.append(then)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and say so."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End in order."""
        for then in self._endings:
            await then()
        await super().shutdown(sockets)


def _files(settings: Settings) -> Means:
    """What it takes to have files here."""
    return Means(Storage(settings.files), Sealing(settings.data / NAME), settings.largest_upload)


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


def _collect_rarely() -> None:
    """What is loaded by now stays, and requests leave few cycles: a sixth of a batch went into looking for them."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _allow_many_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
