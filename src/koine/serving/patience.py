"""How long we wait for a client in the middle of something, and how much of a head we listen to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from koine.dialects.streaming import DROP
from koine.dialects.uploading import PROGRESS
from koine.serving.joining import Joined

LONGEST_HEAD = 64 * 1024  # bytes: request line and headers together
FOR_HEAD = 20.0  # seconds from connecting, or from its first byte, until a request's headers are complete
FOR_BODY = 60.0  # seconds from there until its body is complete, or of a file until the next MiB of it has come
FOR_FAREWELL = 20.0  # seconds for a client to take the rest of an answer after which we close
PAUSE = 2.0

_TOO_LONG = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n"
    b"cache-control: no-store\r\n\r\n"
)


class Connection(HttpToolsProtocol):
    """One client's connection, which ends when the head of a request does not."""

    _head: int | None = 0  # bytes of an unfinished head, after those that came together with its first; else None
    _came = 0  # bytes at once
    _steps = 0  # of bodies that are longer than others

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client is there."""
        super().connection_made(Joined(transport))  # type: ignore[arg-type]

    def data_received(self, data: bytes) -> None:
        """More from the client."""
        self._came = len(data)
        super().data_received(data)
        if self._head is not None:
            self._head += len(data)
            if self._head > LONGEST_HEAD and not self.transport.is_closing():
                cycle: RequestResponseCycle | None = self.cycle
                if cycle is not None and not cycle.response_complete:
                    self.transport.abort()  # it would be taken for the answer to the request before
                else:
                    self.transport.write(_TOO_LONG)
                    self.transport.close()

    def on_message_begin(self) -> None:
        """A head begins. Whoever answers it may want to break the connection off."""
        self._head = -self._came
        super().on_message_begin()
        self.scope["extensions"] = {DROP: {"abort": self.transport.abort}, PROGRESS: {"tell": self._went_on}}

    def on_headers_complete(self) -> None:
        """It is complete."""
        self._head = None
        super().on_headers_complete()

    @property
    def waits_for(self) -> tuple[float, object] | None:
        """How long we have patience now, and what tells this wait from another one; None when we wait for nothing."""
        if self.transport.is_closing():
            return FOR_FAREWELL, "farewell"
        cycle: RequestResponseCycle | None = self.cycle  # uvicorn declares it without the None that it starts as
        if cycle is None:
            return FOR_HEAD, "first"
        if not cycle.response_complete:
            return (FOR_BODY, (cycle, self._steps)) if cycle.more_body else None
        # Between two requests uvicorn has a timer of its own, until the first byte of the next one.
        return (FOR_HEAD, (cycle,)) if self.timeout_keep_alive_task is None else None

    def _went_on(self) -> None:
        self._steps += 1


async def watch(connections: Iterable[Any]) -> None:
    """Close the connections of clients that keep us waiting. It looks at all now and then, which costs no request."""
    waiting: dict[Any, tuple[object, float]] = {}
    while True:
        await asyncio.sleep(PAUSE)
        waiting = _looked_at(connections, waiting, asyncio.get_running_loop().time())


def _looked_at(
    connections: Iterable[Any], before: dict[Any, tuple[object, float]], now: float
) -> dict[Any, tuple[object, float]]:
    """Who waits for what since when."""
    waiting: dict[Any, tuple[object, float]] = {}
    for connection in list(connections):
        wait = connection.waits_for
        if wait is None:
            continue
        patience, what = wait
        known, since = before.get(connection, (what, now))
        if known != what:
            since = now
        if now - since >= patience:
            connection.transport.abort()
        else:
            waiting[connection] = (what, since)
    return waiting
