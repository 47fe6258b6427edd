"""Doing what comes round, on time and once, however many processes keep the schedule."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from koine.postgres import sessions
from koine.postgres.database import Database
from koine.settings import Settings
from koine.work import store
from koine.work.bell import Bell, toll

log = logging.getLogger("koine")

LEASE = timedelta(minutes=10)  # how long one run may take
AFTER_FAILURE = timedelta(minutes=1)
LONGEST = 60.0  # seconds without a look at the schedule
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """What runs at every full period of `every`, counted in UTC, and `offset` later: daily at 03:10, say."""

    name: str
    every: timedelta
    run: Callable[[Database, Settings], Awaitable[None]]
    offset: timedelta = timedelta(0)

    def next_run(self, now: datetime) -> datetime:
        """The first time after `now`; what was missed before that is not caught up."""
        periods = (now - _EPOCH - self.offset) // self.every + 1
        return _EPOCH + self.offset + periods * self.every


class Scheduler:
    """Runs the entries of a schedule."""

    def __init__(self, database: Database, settings: Settings, entries: Sequence[Entry]) -> None:
        self._database = database
        self._settings = settings
        self._entries = {entry.name: entry for entry in entries}
        self._names = sorted(self._entries)
        self._bell = Bell()
        self._running: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Keep the schedule until it is time to stop; what is running then is run again by others."""
        tolling = toll(self._bell, stop)
        known = False
        try:
            while not stop.is_set():
                try:
                    if not known:
                        await self._put_on_schedule()
                        known = True
                    seconds = await self._run_due()
                except sessions.BROKEN as error:
                    log.warning("schedule: the database did not answer (%s)", type(error).__name__)
                    seconds = 2.0
                await self._bell.wait(seconds)
        finally:
            tolling.cancel()
            for task in self._running:
                task.cancel()
            if self._running:
                await asyncio.wait(self._running)

    async def _put_on_schedule(self) -> None:
        now = datetime.now(UTC)
        async with self._database.writing(()) as tx:
            tx.only_one_write()
            await store.put_on_schedule(tx, self._names, [self._entries[name].next_run(now) for name in self._names])

    async def _run_due(self) -> float:
        """Begin what is due; the seconds until something may be due next."""
        async with self._database.writing(()) as tx:
            tx.only_one_write()
            due = await store.claim_due(tx, self._names, LEASE)
        for name, token in due:
            task = asyncio.create_task(self._run(self._entries[name], token))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            task.add_done_callback(self._bell.ring)
        async with self._database.reading(()) as tx:
            seconds = await store.until_next(tx, self._names)
        return LONGEST if seconds is None else min(max(seconds, 0.0), LONGEST)

    async def _run(self, entry: Entry, token: int) -> None:
        reason = None
        try:
            async with asyncio.timeout(LEASE.total_seconds() / 2):
                await entry.run(self._database, self._settings)
        except Exception as error:
            log.exception("%s failed", entry.name)
            reason = f"It failed: {type(error).__name__}."
        now = datetime.now(UTC)
        next_run = entry.next_run(now) if reason is None else min(entry.next_run(now), now + AFTER_FAILURE)
        async with self._database.writing(()) as tx:
            tx.only_one_write()
            await store.ran(tx, entry.name, token, next_run, reason)
