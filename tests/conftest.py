"""What every test can have: a real PostgreSQL, a real server on a socket, and a world of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from koine import app, demo
from koine.core.files.model import Means
from koine.core.sealing import NAME, Sealing
from koine.demo import World
from koine.postgres import embedded, migrate
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from koine.realtime.hub import Hub
from koine.realtime.presence import Presence
from koine.realtime.typing import Typing
from koine.serving import web
from koine.storage import Storage
from koine.work.relay import Relay
from tests import buckets

LARGEST = 8 * 1024 * 1024  # bytes of a file

# The tests bring their own database and touch nobody's data, whatever the shell they are started from says.
for name in [name for name in os.environ if name.startswith("KOINE_") and name != "KOINE_PYTHON"]:
    os.environ.pop(name)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[embedded.Running]:
    """A PostgreSQL of this process's own."""
    with embedded.start(tmp_path_factory.mktemp("koine")) as running:
        yield running


@pytest.fixture(scope="session")
async def database(server: embedded.Running) -> AsyncIterator[Database]:
    """The migrated database, as the application meets it; what only reads runs in read-only transactions."""
    await migrate.migrate(server.address.dsn("koine_owner"))
    opened = await Database.open(server.address.dsn("koine_app"), read_only_reads=True)
    yield opened
    await opened.close()


@pytest.fixture
async def sql(server: embedded.Running, database: Database) -> AsyncIterator[asyncpg.Connection]:
    """Looks into every table, past row-level security: for asking what was stored."""
    connection = await asyncpg.connect(server.address.dsn("koine_admin"))
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
async def house_notices(server: embedded.Running, database: Database) -> AsyncIterator[Notices]:
    """The connection on which the served Koine hears and speaks."""
    opened = Notices(server.address.dsn("koine_app"))
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
async def hub(database: Database, house_notices: Notices) -> AsyncIterator[Hub]:
    """Who listens to what, in the served Koine."""
    opened = Hub(database, house_notices)
    opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def relaying(server: embedded.Running, house_notices: Notices) -> AsyncIterator[None]:
    """Gives events their positions, for as long as a test takes that wants them to have any."""
    stop = asyncio.Event()
    relay = asyncio.create_task(Relay(server.address.dsn("koine_app"), (), notices=house_notices).run(stop))
    yield
    stop.set()
    await relay


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """Somebody who keeps buckets."""
    with buckets.serving() as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def means(tmp_path_factory: pytest.TempPathFactory) -> Means:
    """Where the files of the served Koine lie, and the keys by which it signs links."""
    folder = tmp_path_factory.mktemp("files")
    return Means(Storage(folder / "files"), Sealing(folder / NAME), LARGEST)


@pytest.fixture(scope="session")
async def presence(house_notices: Notices) -> AsyncIterator[Presence]:
    """Who looks at what, in the served Koine."""
    opened = Presence(house_notices)
    typing = Typing(house_notices, opened)
    opened.open()
    typing.open()
    yield opened
    await typing.close()
    await opened.close()


@pytest.fixture(scope="session")
async def base_url(
    database: Database, house_notices: Notices, hub: Hub, presence: Presence, means: Means
) -> AsyncIterator[str]:
    """Koine, served over a real socket."""
    with contextlib.closing(socket.socket(proto=socket.IPPROTO_TCP)) as listening:  # asyncio then sets NODELAY
        listening.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        application = app.create(
            database, base_url=url, hub=hub, wrote=house_notices.wrote, files=means, presence=presence
        )
        serving = web.Server(web.config(application), lambda: None)
        task = asyncio.create_task(serving.serve(sockets=[listening]))
        while not serving.started:  # noqa: ASYNC110 - uvicorn offers nothing to wait for
            await asyncio.sleep(0.005)
        yield url
        serving.should_exit = True
        await task


@pytest.fixture
async def world(database: Database) -> World:
    """Two workspaces with people, contacts and one conversation, shared with no other test."""
    return await demo.make(database, mark=f"-{uuid.uuid4().hex[:8]}")


@pytest.fixture
async def http(base_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of nobody in particular."""
    async with httpx.AsyncClient(base_url=base_url, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def contracts() -> Path:
    """The vendors' contract files beside the checkout; the test is skipped where they are not."""
    folder = Path(__file__).parents[2] / "shared" / "contracts"
    if not folder.is_dir():
        pytest.skip("the vendors' contract files are not beside this checkout")
    return folder
