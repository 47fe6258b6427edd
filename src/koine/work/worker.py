"""Doing jobs: claim, call, settle, many at once and those of a lane one after the other."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from koine.core.jobs.model import Claim
from koine.postgres import sessions
from koine.postgres.database import Database
from koine.postgres.notices import JOBS, Notices
from koine.postgres.pool import Connection
from koine.reactions.table import Reaction
from koine.work import store
from koine.work.attempt import Held, attempt
from koine.work.bell import Bell, toll
from koine.work.courtesy import Courtesy
from koine.work.settlement import Settlement

log = logging.getLogger("koine")

POLL = 5.0  # seconds without news after which it looks by itself
LEASE = timedelta(seconds=20)  # a killed worker's jobs are done by others after that
RENEWAL = LEASE.total_seconds() / 4  # seconds
PATIENCE = 1.5  # seconds that jobs have to end in when it is time to stop; who serves gives us 2 in all
AT_ONCE = 100  # jobs
OUTSIDE = 500  # jobs that wait for others: they cost little meanwhile, and some of them wait for long


class Worker:
    """Does the jobs of these reactions, up to `at_once` of them at a time, and up to `outside` that wait for others.

    Any number of workers may run.
    """

    def __init__(
        self,
        dsn: str,
        database: Database,
        reactions: Sequence[Reaction],
        *,
        notices: Notices | None = None,
        at_once: int = AT_ONCE,
        outside: int = OUTSIDE,
        lease: timedelta = LEASE,
        courtesy: Courtesy | None = None,
    ) -> None:
        self._dsn = dsn
        self._database = database
        self._reactions = {reaction.name: reaction for reaction in reactions}
        self._notices = notices
        self._places = {each.outside: outside if each.outside else at_once for each in reactions}
        self._lease = lease
        self._courtesy = courtesy or Courtesy()
        self._bell = Bell()
        self._running: dict[int, tuple[Claim, asyncio.Task[None]]] = {}
        self._settled: list[Settlement] = []

    async def run(self, stop: asyncio.Event) -> None:
        """Work until it is time to stop; then end what was begun, or leave it to others."""

        async def work(connection: Connection) -> None:
            await self._work(connection, stop)

        tolling = toll(self._bell, stop)
        if self._notices is not None:
            self._notices.hear(JOBS, self._bell.ring)
        try:
            await sessions.keep(self._connect, work, purpose="worker", stop=stop)
        finally:
            tolling.cancel()
            if self._notices is not None:
                self._notices.unhear(JOBS, self._bell.ring)
            await self._abandon()

    async def _connect(self) -> Connection:
        return await sessions.connect(self._dsn, "worker", idle_session_timeout="60s")

    async def _work(self, connection: Connection, stop: asyncio.Event) -> None:
        renew_at = time.monotonic() + RENEWAL
        while not stop.is_set():
            await self._settle(connection)
            wait = await self._claim(connection)
            if self._running:
                if time.monotonic() >= renew_at:
                    await self._renew(connection)
                    renew_at = time.monotonic() + RENEWAL
                wait = min(wait, RENEWAL)
            if not self._settled:
                await self._bell.wait(wait)
        await self._end(connection)

    async def _claim(self, connection: Connection) -> float:
        """Begin as many jobs as there is room for; the seconds after which it is worth asking again."""
        free = self._free()
        if not free:
            return POLL
        room = min(*free.values(), store.CLAIMED)
        reactions = [name for name, reaction in self._reactions.items() if reaction.outside in free]
        claims, seconds = await store.claim(connection, reactions, room, self._lease)
        for claim in claims:
            self._begin(claim)
        if len(claims) == room:
            return 0.0 if self._free() else POLL
        return POLL if seconds is None else min(seconds, POLL)

    def _free(self) -> dict[bool, int]:
        """How many places are free for jobs that wait for others (True) and for the rest, where any are."""
        taken = Counter(self._reactions[claim.reaction].outside for claim, _ in self._running.values())
        free = {outside: places - taken[outside] for outside, places in self._places.items()}
        return {outside: places for outside, places in free.items() if places > 0}

    def _begin(self, claim: Claim) -> None:
        task = asyncio.create_task(self._do(claim))
        self._running[claim.token] = (claim, task)

    async def _do(self, claim: Claim) -> None:
        settled = await attempt(self._reactions[claim.reaction], Held(claim, self._database, self._courtesy))
        self._running.pop(claim.token, None)
        self._settled.append(settled)
        self._bell.ring()

    async def _settle(self, connection: Connection) -> None:
        settled, self._settled = self._settled, []
        if not settled:
            return
        try:
            held = await store.settle(connection, settled)
        except BaseException:
            self._settled = settled + self._settled
            raise
        for each in settled:
            if each.token not in held:
                log.warning("job %s of %s was done by somebody else meanwhile", each.id, each.reaction)

    async def _renew(self, connection: Connection) -> None:
        """Hold what is running for longer; what is not ours any more need not be ended by us."""
        claims = [claim for claim, _ in self._running.values()]
        held = await store.renew(connection, claims, self._lease)
        for claim in claims:
            if claim.token not in held and claim.token in self._running:
                self._running[claim.token][1].cancel()

    async def _end(self, connection: Connection) -> None:
        """Let what is running end, and settle it; what takes too long is done again by others."""
        if self._running:
            await asyncio.wait([task for _, task in self._running.values()], timeout=PATIENCE)
        await self._abandon()
        await self._settle(connection)

    async def _abandon(self) -> None:
        tasks = [task for _, task in self._running.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
