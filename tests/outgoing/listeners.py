"""Who listens in these tests: canaries, which nobody may visit, and receivers, which say what they are told to say."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Canary:
    """Remembers every connection that was ever made to it."""

    def __init__(self) -> None:
        self._came: list[tuple[str, int]] = []
        self._changed = asyncio.Condition()
        self._addresses: list[str] = []
        self.port = 0

    @contextlib.asynccontextmanager
    async def listening(self, *addresses: str, port: int = 0) -> AsyncIterator[Canary]:
        """At all of these addresses; the port is the same everywhere."""
        async with contextlib.AsyncExitStack() as stack:
            for address in addresses:
                server = await asyncio.start_server(self._visited, address, self.port or port)
                self.port = server.sockets[0].getsockname()[1]
                self._addresses.append({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address))
                stack.callback(server.close)
            yield self

    async def hits(self) -> int:
        """How many came before now: a listener accepts in order, so a visit of our own ends the count."""
        ours = []
        for address in self._addresses:
            _, writer = await asyncio.open_connection(address, self.port)
            ours.append(writer.get_extra_info("sockname")[:2])
            writer.close()
        async with self._changed:
            await self._changed.wait_for(lambda: set(ours) <= set(self._came))
        self._came = [visit for visit in self._came if visit not in ours]
        return len(self._came)

    async def _visited(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with self._changed:
            self._came.append(writer.get_extra_info("peername")[:2])
            self._changed.notify_all()
        writer.write(OK)
        writer.close()


@dataclass
class Request:
    line: str
    headers: dict[str, str]
    body: bytes


Behaviour = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Receiver:
    """An HTTP server that reads requests and does with each what it was told."""

    behaves: Behaviour
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    _open: int = 0
    _idle: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0

    @contextlib.asynccontextmanager
    async def listening(
        self, address: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
    ) -> AsyncIterator[Receiver]:
        server = await asyncio.start_server(self._serve, address, port, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        self._tasks: set[asyncio.Task[None]] = set()
        yield self
        server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def left(self) -> None:
        """Wait until nobody is connected any more."""
        async with asyncio.timeout(30):
            await self._idle.wait()

    @property
    def open(self) -> int:
        return self._open

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        self.connections += 1
        self._open += 1
        self._idle.clear()
        try:
            await self._converse(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the other side has left, or the test is over
        finally:
            self._tasks.discard(task)
            self._open -= 1
            if not self._open:
                self._idle.set()
            writer.transport.abort()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            line, *rest = head.strip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in rest)}
            request = Request(line, headers, await reader.readexactly(int(headers["content-length"])))
            self.requests.append(request)
            # Whoever hangs or drips has to notice that the other side went away.
            answering = asyncio.ensure_future(self.behaves(request, writer))
            ending = asyncio.ensure_future(_end(reader))
            await asyncio.wait((answering, ending), return_when=asyncio.FIRST_COMPLETED)
            ending.cancel()
            if not answering.done():
                answering.cancel()
                return
            answering.result()
            if writer.is_closing():
                return


async def _end(reader: asyncio.StreamReader) -> None:
    await until(lambda: reader.at_eof() or reader.exception() is not None)


def says(answer: bytes, *, then_closes: bool = False) -> Behaviour:
    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()
        if then_closes:
            writer.close()

    return behave


def drips(begin: bytes, drop: bytes, *, every: float) -> Behaviour:
    """Says `begin`, then `drop` again and again, with so many seconds between."""

    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(begin)
        while True:
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(every)

    return behave


async def hangs(request: Request, writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def resets(request: Request, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def until(true: Callable[[], bool]) -> None:
    """Waits for what nothing tells of."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


def free_port() -> int:
    """A port of 127.0.0.1 at which nobody listens."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]
