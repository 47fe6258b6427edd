"""One HTTP/1.1 connection that is kept alive: as little work as an answer can be read with."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

Done = Callable[["Connection", int, float, bytes], None]


class Connection(asyncio.Protocol):
    """Sends one request at a time; says when the whole answer is there: status, seconds it took, its bytes."""

    def __init__(self, done: Done, lost: Callable[[Connection], None]) -> None:
        self._done = done
        self._lost = lost
        self._got = b""
        self._since = 0.0
        self._transport: asyncio.Transport | None = None

    def send(self, request: bytes, since: float) -> None:
        """Send a request whose time counts from `since`."""
        assert self._transport is not None, "the connection stands"
        self._since = since
        self._transport.write(request)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        got = self._got + data if self._got else data
        if not _complete(got):
            self._got = got
            return
        self._got = b""
        self._done(self, int(got[9:12]), time.perf_counter() - self._since, got)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost(self)

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort()


def _complete(got: bytes) -> bool:
    head = got.find(b"\r\n\r\n")
    if head < 0:
        return False
    start = got.find(b"ontent-length: ", 0, head)
    if start < 0:
        start = got.find(b"ontent-Length: ", 0, head)
    if start < 0:
        return got.endswith(b"0\r\n\r\n")  # sent in chunks
    end = got.find(b"\r\n", start)
    return len(got) >= head + 4 + int(got[start + 15 : end])
