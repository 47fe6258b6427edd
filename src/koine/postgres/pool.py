"""A small pool of raw connections that remembers which workspaces each one is set to.

`asyncpg.Pool` resets a connection at every release, which nearly halves the throughput of small queries. Here the only
session state is `koine.workspaces`, so a connection is handed out as it is, preferably one that is already set right.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

import asyncpg

IDLE = 60.0  # seconds after which a connection that nobody needed is closed: each holds some 10 MB

Connection = asyncpg.Connection
Workspaces = tuple[int, ...]


class Pooled:
    """A connection and the workspaces that row-level security lets it see."""

    __slots__ = ("connection", "since", "workspaces")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.since = 0.0  # when it was last given back, by the event loop's clock
        self.workspaces: Workspaces = ()


class Pool:
    """At most `size` connections, opened when needed and closed when not; a broken one is replaced at its next use."""

    def __init__(self, connect: Callable[[], Awaitable[Connection]], *, size: int) -> None:
        self._connect = connect
        self._idle: list[Pooled] = []
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._free = size
        self._closed = False
        self._trimming: asyncio.TimerHandle | None = None

    async def take(self, workspaces: Workspaces) -> Pooled:
        """A connection of one's own, until `give` or `discard`."""
        if self._closed:
            raise asyncpg.InterfaceError("the pool is closed")
        if self._free:
            self._free -= 1
        else:
            await self._wait()
        for at in range(len(self._idle) - 1, -1, -1):
            if self._idle[at].workspaces == workspaces:
                return self._living(self._idle.pop(at)) or await self._open()
        if self._idle:
            return self._living(self._idle.pop()) or await self._open()
        return await self._open()

    def give(self, pooled: Pooled) -> None:
        """Back for the next one."""
        if self._closed:
            pooled.connection.terminate()
        else:
            loop = asyncio.get_running_loop()
            pooled.since = loop.time()
            self._idle.append(pooled)
            if self._trimming is None:
                self._trimming = loop.call_later(IDLE, self._trim)
        self._release()

    def discard(self, pooled: Pooled) -> None:
        """Drop a connection whose state is not known, such as one that was cancelled in the middle of a query."""
        pooled.connection.terminate()
        self._release()

    async def close(self) -> None:
        """Close what is idle now, and the others as they come back."""
        self._closed = True
        if self._trimming is not None:
            self._trimming.cancel()
        while self._idle:
            pooled = self._idle.pop()
            try:
                await pooled.connection.close(timeout=2)
            except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                pooled.connection.terminate()

    def _trim(self) -> None:
        """Close what was idle for long; those that are used most are taken first, so that the others age."""
        loop = asyncio.get_running_loop()
        aged = [pooled for pooled in self._idle if loop.time() - pooled.since >= IDLE]
        for pooled in aged:
            self._idle.remove(pooled)
            pooled.connection.terminate()
        self._trimming = loop.call_later(IDLE, self._trim) if self._idle else None

    async def _wait(self) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._release()  # it was our turn, and nobody took it
            raise

    def _release(self) -> None:
        """Hand the place to whoever waits longest; were it only free, somebody else could be quicker, every time."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def _living(self, pooled: Pooled) -> Pooled | None:
        return None if pooled.connection.is_closed() else pooled

    async def _open(self) -> Pooled:
        try:
            return Pooled(await self._connect())
        except BaseException:
            self._release()
            raise
