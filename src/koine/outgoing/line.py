"""One connection to a checked address, in the name of one origin."""

from __future__ import annotations

import asyncio
import ssl
from typing import cast

import h11

HEAD = 32 * 1024  # bytes; of an answer's status line and headers, with all that comes before them
FULL = 64 * 1024  # bytes that may wait here to be read


class Line(asyncio.Protocol):
    """Bytes out, bytes in, and the state of HTTP/1.1 between them; never more than `FULL` and one segment waiting."""

    def __init__(self) -> None:
        self.http = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD)
        self._arrived = bytearray()
        self._over = False
        self._held = False
        self._paused = False
        self._waiting: asyncio.Future[None] | None = None
        self._lost = asyncio.get_running_loop().create_future()

    @property
    def fresh(self) -> bool:
        """Nothing arrived that nobody asked for, and the other side has not hung up."""
        return not self._over and not self._arrived

    async def send(self, data: bytes) -> None:
        """Returns when it is on its way, or when the other side already says something or has hung up."""
        self._transport.write(data)
        while self._held and self.fresh:
            await self._something()

    async def receive(self, most: int) -> bytes:
        """The next bytes, `most` at most; empty at the end."""
        while self.fresh:
            await self._something()
        data = bytes(self._arrived[:most])
        del self._arrived[:most]
        if self._paused and len(self._arrived) < FULL:
            self._paused = False
            self._transport.resume_reading()
        return data

    def abort(self) -> None:
        """Hang up at once, without waiting for what was not sent and for the end of TLS."""
        self._over = True
        self._transport.abort()

    async def gone(self) -> None:
        """Wait until the socket is closed; after `abort` that is at once."""
        await self._lost

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._arrived += data
        if len(self._arrived) >= FULL and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._over = True
        self._wake()
        if not self._lost.done():
            self._lost.set_result(None)

    def pause_writing(self) -> None:
        self._held = True

    def resume_writing(self) -> None:
        self._held = False
        self._wake()

    async def _something(self) -> None:
        self._waiting = asyncio.get_running_loop().create_future()
        await self._waiting

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)


async def connect(address: str, port: int, *, tls: ssl.SSLContext | None, name: str) -> Line:
    """
    A connection to the address as it stands there, which is a literal one: nothing is resolved any more.

    With `tls` the certificate must be good for `name`. Raises OSError (of which ssl.SSLError is one).
    """
    loop = asyncio.get_running_loop()
    if tls is None:
        return (await loop.create_connection(Line, address, port))[1]
    encrypted = loop.create_connection(Line, address, port, ssl=tls, server_hostname=name, ssl_shutdown_timeout=1.0)
    return (await encrypted)[1]
