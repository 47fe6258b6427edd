"""Giving recorded events their positions, and making the jobs that follow: one relay at a time for each bucket."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Sequence

import orjson

from koine.postgres import sessions
from koine.postgres.notices import WROTE, Notices
from koine.postgres.pool import Connection
from koine.reactions.table import Reaction
from koine.work import store
from koine.work.bell import Bell, toll

POLL = 2.0  # seconds without news after which it looks by itself
STANDBY = 5.0  # the same while it holds no bucket
ASK = 0.5  # seconds, at least, between two questions whether another relay's buckets are free
PAUSE = 0.02  # seconds between passes, in which events gather: a pass costs as much as some fifty events


class Relay:
    """Numbers events of the buckets that it could lock, on the connection that holds the locks.

    When the connection dies, whatever it was doing is undone before its locks are free. A relay that is stuck does not
    use its connection, and the server ends it then.
    """

    def __init__(
        self,
        dsn: str,
        reactions: Sequence[Reaction],
        *,
        notices: Notices | None = None,
        buckets: Collection[int] = range(store.BUCKETS),
    ) -> None:
        self._dsn = dsn
        self._reactions = orjson.dumps([_followed(reaction) for reaction in reactions]).decode()
        self._notices = notices
        self._buckets = frozenset(buckets)
        self._bell = Bell()

    async def run(self, stop: asyncio.Event) -> None:
        """Relay until it is time to stop; connections that break are made again."""

        async def relay(connection: Connection) -> None:
            await self._relay(connection, stop)

        tolling = toll(self._bell, stop)
        if self._notices is not None:
            self._notices.hear(WROTE, self._bell.ring)
        try:
            await sessions.keep(self._connect, relay, purpose="relay", stop=stop)
        finally:
            tolling.cancel()
            if self._notices is not None:
                self._notices.unhear(WROTE, self._bell.ring)

    async def _connect(self) -> Connection:
        return await sessions.connect(self._dsn, "relay", idle_session_timeout="20s")

    async def _relay(self, connection: Connection, stop: asyncio.Event) -> None:
        held: set[int] = set()
        ask_at = 0.0
        while not stop.is_set():
            if held != self._buckets and time.monotonic() >= ask_at:
                held |= await store.take_buckets(connection, self._buckets - held)
                ask_at = time.monotonic() + ASK
            numbered = await store.number(connection, sorted(held), self._reactions) if held else None
            if numbered != store.PASS:
                if numbered:
                    await asyncio.sleep(PAUSE)
                await self._bell.wait(POLL if held else STANDBY)


def _followed(reaction: Reaction) -> dict[str, object]:
    """A reaction as the function number_events reads it."""
    return {"name": reaction.name, "kinds": reaction.kinds, "lane": reaction.lane, "wanted": reaction.wanted}
