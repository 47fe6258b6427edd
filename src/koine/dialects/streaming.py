"""Answers that go on: written piece by piece for as long as the client stays, and takes what is written."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from koine.dialects.call import Answer, head

log = logging.getLogger("koine")

HEARTBEAT = 15.0  # seconds without anything else to say
STUCK = 20.0  # seconds for a client to take something of what waits for it; one that does not is dropped
_SHORTEST = 0.01  # seconds between two looks at a client

# An extension of our own server: its `abort` breaks the connection off, and forgets what still waits in it.
DROP = "koine.drop"


@dataclass(frozen=True, slots=True)
class Stream(Answer):
    """An answer whose `body` writes it, and returns at its end; the unit of work is over by then.

    What it raises before its first piece is answered like what any handler raises. `idle` is what to say when there was
    nothing to say for a while.
    """

    body: Callable[[Outlet], Awaitable[None]]
    idle: Callable[[], bytes] = lambda: b""


class Outlet:
    """Where the pieces of a stream go."""

    __slots__ = ("_blocked", "_drop", "_send", "_start", "_written", "begun", "dropped")

    def __init__(self, send: Send, answer: Answer, drop: Callable[[], None] | None) -> None:
        self.begun = self.dropped = False
        self._send = send
        self._start = {"type": "http.response.start", "status": answer.status, "headers": head(answer)}
        self._drop = drop
        self._written = time.monotonic()
        self._blocked: float | None = None

    async def write(self, piece: bytes) -> None:
        """Send a piece; it waits while more of what was sent waits for the client than its buffers hold."""
        if not self.begun:
            self.begun = True
            await self._send(self._start)
        if self._blocked is None:
            self._blocked = time.monotonic()
        await self._send({"type": "http.response.body", "body": piece, "more_body": True})
        self._written, self._blocked = time.monotonic(), None

    async def end(self) -> None:
        """That was all."""
        if not self.begun:
            await self._send(self._start)
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    @property
    def silent(self) -> float:
        """Seconds since something was written."""
        return time.monotonic() - self._written

    @property
    def blocked(self) -> float:
        """Seconds for which a piece has waited for the client; 0 when none waits."""
        return 0.0 if self._blocked is None else time.monotonic() - self._blocked

    def drop(self) -> None:
        """Break the connection off: for a client that would not hear that it is over."""
        if self._drop is not None:
            self.dropped = True
            self._drop()


async def serve(stream: Stream, scope: Scope, receive: Receive, send: Send) -> None:
    """Send a stream to its end, or to that of the client. Raises what the stream raises before its first piece."""
    outlet = Outlet(send, stream, scope.get("extensions", {}).get(DROP, {}).get("abort"))
    flowing = asyncio.ensure_future(stream.body(outlet))
    attending = asyncio.ensure_future(_attend(outlet, stream, receive))
    try:
        await asyncio.wait({flowing, attending}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stays = not attending.done()
        await _end(attending, flowing)
    if stays:
        await _conclude(flowing, outlet, scope["path"])
    if outlet.dropped:
        await _until_gone(receive)


async def _attend(outlet: Outlet, stream: Stream, receive: Receive) -> None:
    """Return when the client has gone, or takes nothing any more. Until then let it hear now and then that we live."""
    while True:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_patience(outlet)):
                await _until_gone(receive)
                return
        if outlet.begun and not outlet.blocked and outlet.silent >= HEARTBEAT:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STUCK):
                    await outlet.write(stream.idle())
        if outlet.blocked >= STUCK:
            outlet.drop()
            return


def _patience(outlet: Outlet) -> float:
    """Seconds until it is worth having a look at the client."""
    if outlet.blocked:
        return max(STUCK - outlet.blocked, _SHORTEST)
    return max(HEARTBEAT - outlet.silent, _SHORTEST) if outlet.begun else HEARTBEAT


async def _until_gone(receive: Receive) -> None:
    """What a client sends after its request is not for us."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _conclude(flowing: asyncio.Future[None], outlet: Outlet, path: str) -> None:
    try:
        flowing.result()
    except Exception:
        if not outlet.begun:
            raise
        log.exception("a stream failed: %s", path)
        outlet.drop()
    else:
        await outlet.end()


async def _end(*tasks: asyncio.Future[None]) -> None:
    """Have them end, however."""
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled():
            task.exception()  # else asyncio complains that nobody has asked
