"""A proxy that loses connections, between the client and servers that take turns."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import struct
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_KEY = re.compile(rb"\r\nidempotency-key: *([^\r]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Cut:
    """Where a connection is lost: `asked` is how much of the request the server gets, and `answered` how much of the
    answer the client does, from 0 to 1. Where `waits` is given, nobody waits for the answer: it is lost after so many
    seconds.
    """

    asked: float = 1.0
    answered: float = 0.0
    waits: float | None = None


@dataclass
class Proxy:
    """`plan` says for the n-th time (from 0) that a key comes what is lost then; None: nothing.

    `answers` has what servers answered under each key, head and body, whether the client got it or not.
    """

    servers: Sequence[str]
    plan: Callable[[str, int], Cut | None]
    url: str = ""
    times: Counter[str] = field(default_factory=Counter)
    answers: dict[str, list[tuple[bytes, bytes]]] = field(default_factory=lambda: defaultdict(list))
    _first: dict[str, int] = field(default_factory=dict)

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a client until it goes, or its connection is lost."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while await self._pass_on(reader, writer):
                pass
        await _close(writer)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head, body = await _message(reader)
        named = _KEY.search(head)
        assert named
        key = named[1].decode()
        cut = self.plan(key, self.times[key])
        server = self._first.setdefault(key, len(self._first)) + self.times[key]
        self.times[key] += 1
        answer = await self._ask(self.servers[server % len(self.servers)], key, head + body, cut)
        if cut is None:
            writer.write(answer)
            await writer.drain()
            return True
        if cut.answered:
            writer.write(answer[: int(len(answer) * cut.answered)])
            await writer.drain()
        _reset(writer)
        return False

    async def _ask(self, server: str, key: str, request: bytes, cut: Cut | None) -> bytes:
        parts = urlsplit(server)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            writer.write(request if cut is None else request[: int(len(request) * cut.asked)])
            await writer.drain()
            if cut is not None and cut.waits is not None:
                await asyncio.sleep(cut.waits)
                _reset(writer)
                return b""
            head, body = await _message(reader)
            self.answers[key].append((head, body))
            return head + body
        finally:
            await _close(writer)


@contextlib.asynccontextmanager
async def between(servers: Sequence[str], plan: Callable[[str, int], Cut | None]) -> AsyncIterator[Proxy]:
    """A proxy in front of these servers."""
    proxy = Proxy(servers, plan)
    async with await asyncio.start_server(proxy.connected, "127.0.0.1", 0) as listening:
        host, port = listening.sockets[0].getsockname()
        proxy.url = f"http://{host}:{port}"
        yield proxy


async def _message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The head and the body of a request or an answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    return head, await reader.readexactly(int(length[1])) if length else b""


def _reset(writer: asyncio.StreamWriter) -> None:
    """Not closed: broken."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
