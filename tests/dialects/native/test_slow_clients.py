"""Clients that do not keep up are dropped, wherever they are told where to go on, and miss nothing."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest

from koine.demo import World
from koine.dialects import streaming
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from koine.realtime import listener
from koine.realtime.hub import Hub
from tests.dialects.native.conftest import Client, Issue
from tests.dialects.native.following import PATH, following, positions
from tests.waiting import PATIENCE, until
from tests.work.happening import Happened, happen

Much = Callable[[], Awaitable[int]]

LARGE = "x" * 100_000
MANY = 100  # of that: more than what the kernel keeps of a connection


class Idler:
    """A client that asks for the feed and reads nothing of the answer, until it is told to."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected

    async def read(self) -> bytes:
        """Everything, until the server ends the connection or breaks it off."""
        loop, read = asyncio.get_running_loop(), b""
        async with asyncio.timeout(PATIENCE):
            try:
                while piece := await loop.sock_recv(self._socket, 1 << 16):
                    read += piece
            except ConnectionResetError:
                pass
        return read


@pytest.fixture
async def idle(base_url: str, world: World) -> AsyncIterator[Idler]:
    """It follows Lamplight from the beginning."""
    async for idler in _idler(base_url, world.native.secret):
        yield idler


async def _idler(base_url: str, token: str) -> AsyncIterator[Idler]:
    address = urlsplit(base_url)
    with socket.socket() as connected:
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        connected.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(connected, (address.hostname, address.port))
        request = (
            f"GET {PATH}?after=0 HTTP/1.1\r\nHost: koine\r\nAccept: text/event-stream\r\n"
            f"Authorization: Bearer {token}\r\nConnection: close\r\n\r\n"
        )
        await loop.sock_sendall(connected, request.encode())
        yield Idler(connected)


@pytest.fixture
def much_happens(database: Database, house_notices: Notices, world: World, hub: Hub, settled: int) -> Much:
    """Much happens, a little at a time."""

    async def much_happens() -> int:
        here = world.lamplight.workspace.id
        await until(lambda: _somebody(hub, here))
        for _ in range(MANY):
            await happen(database, world, Happened(here, data={"text": LARGE}))
            house_notices.wrote()
        return settled + MANY

    return much_happens


async def _somebody(hub: Hub, workspace_id: int) -> bool:
    return workspace_id in hub._listeners


async def _nobody(hub: Hub, workspace_id: int) -> bool:
    return workspace_id not in hub._listeners


async def test_a_slow_client_is_told_where_to_go_on_and_misses_nothing(
    reader: httpx.AsyncClient,
    world: World,
    hub: Hub,
    idle: Idler,
    much_happens: Much,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listener, "ROOM", 3)
    end = await much_happens()
    await until(lambda: _nobody(hub, world.lamplight.workspace.id))
    read = await idle.read()
    *told, last = _messages(read)
    assert read.endswith(b"0\r\n\r\n")
    assert [position for _, position in told] == list(range(1, last[1] + 1))
    assert last[0] == "stream.ended"
    assert b'"too_slow"' in read
    assert last[1] < end
    monkeypatch.undo()  # with room for three, it would be too slow again for what is still coming
    async with following(reader, last_event_id=last[1]) as feed:
        assert positions(await feed.take(end - last[1])) == list(range(last[1] + 1, end + 1))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server has little patience from now on."""
    monkeypatch.setattr(streaming, "HEARTBEAT", 0.1)
    monkeypatch.setattr(streaming, "STUCK", 0.3)


async def test_a_client_that_takes_nothing_is_cut_off_and_misses_nothing(
    impatient: None, reader: httpx.AsyncClient, world: World, hub: Hub, idle: Idler, much_happens: Much
) -> None:
    end = await much_happens()
    await until(lambda: _nobody(hub, world.lamplight.workspace.id))
    read = await idle.read()
    told = _messages(read)
    at = told[-1][1] if told else 0
    assert not read.endswith(b"0\r\n\r\n")
    assert [position for _, position in told] == list(range(1, at + 1))
    assert at < end
    async with following(reader, last_event_id=at) as feed:
        assert positions(await feed.take(end - at)) == list(range(at + 1, end + 1))


async def test_a_client_that_takes_nothing_is_cut_off_when_its_token_is_revoked(
    base_url: str, world: World, hub: Hub, much_happens: Much, sql: asyncpg.Connection
) -> None:
    async for idle in _idler(base_url, world.native.secret):
        await much_happens()
        await sql.execute("update tokens set revoked_at = now() where id = $1", world.native.id)
        await until(lambda: _nobody(hub, world.lamplight.workspace.id))
        read = await idle.read()
        assert not read.endswith(b"0\r\n\r\n")


async def test_those_who_follow_take_nothing_from_others(
    reader: httpx.AsyncClient, client: Client, issue: Issue, world: World, settled: int
) -> None:
    """There are more of them than connections to the database."""
    whole = client((await issue()).secret)
    place = world.harbour.workspace.uuid
    async with AsyncExitStack() as opened:
        for _ in range(40):
            await opened.enter_async_context(following(whole, workspace=place))
        assert (await reader.get(PATH)).status_code == 200


def _messages(read: bytes) -> list[tuple[str, int]]:
    """Event and id of each whole message of a chunked answer, which may be cut."""
    _, _, rest = read.partition(b"\r\n\r\n")
    text = b""
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        text, rest = text + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    found = []
    for message in text.split(b"\n\n")[:-1]:
        fields = dict(line.split(b": ", 1) for line in message.splitlines() if not line.startswith(b":"))
        if b"data" in fields:
            json.loads(fields[b"data"])
            found.append((fields[b"event"].decode(), int(fields[b"id"])))
    return found
