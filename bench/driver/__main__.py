"""The driver's process: does one job and prints what came out of it as JSON."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import sys
import time
from collections import Counter, deque
from dataclasses import asdict

import uvloop

from bench.driver import job as jobs
from bench.driver.connection import Connection
from bench.driver.job import Job, Outcome
from bench.processes import Cpu, own_cpu

TICK = 0.001  # seconds between looks at what has fallen due


class Run:
    """One job while it runs."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._next = 0
        self._times: list[float] = []
        self._counting = False
        self._over = asyncio.Event()
        self._wrong: Counter[str] = Counter()
        self._sample = ""
        self._idle: deque[Connection] = deque()
        self._due: deque[float] = deque()

    async def whole(self) -> Outcome:
        """Connect, warm up, measure."""
        connections = await self._connect()
        ticking = asyncio.create_task(self._tick()) if self.job.rate else None
        for connection in connections:
            self._free(connection)
        await self._wait(self.job.warm_up)
        cpu, own, began = self.job.watched.cpu(), own_cpu(), time.perf_counter()
        self._counting = True
        await self._wait(self.job.seconds)
        self._counting = False
        seconds, own, cpu = time.perf_counter() - began, own_cpu() - own, self.job.watched.cpu() - cpu
        self._over.set()
        if ticking:
            ticking.cancel()
        for connection in connections:
            connection.close()
        return self._outcome(seconds, own, cpu)

    def _outcome(self, seconds: float, own: float, cpu: Cpu) -> Outcome:
        times, count = sorted(self._times), len(self._times)

        def at(share: float) -> float:
            return round(times[min(count - 1, int(count * share))] * 1000, 3) if times else 0.0

        def each(used: float) -> float:
            return round(used / count * 1e6, 1) if count else 0.0

        return Outcome(
            requests=count,
            seconds=round(seconds, 3),
            p50=at(0.5),
            p99=at(0.99),
            slowest=at(1.0),
            python=each(cpu.python),
            postgres=each(cpu.postgres),
            driver=each(own),
            wrong=dict(self._wrong),
            sample=self._sample,
            kind=f"open loop at {self.job.rate:,.0f}/s" if self.job.rate else "closed loop",
        )

    async def _connect(self) -> list[Connection]:
        loop = asyncio.get_running_loop()
        host, port = self.job.address
        found = []
        for _ in range(self.job.connections):
            _, connection = await loop.create_connection(lambda: Connection(self._done, self._lost), host, port)
            found.append(connection)
        return found

    async def _wait(self, seconds: float) -> None:
        """Until the time is over, or there is nothing left to send."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), seconds)

    async def _tick(self) -> None:
        """Let requests fall due, at the rate asked for."""
        assert self.job.rate is not None
        gap, due = 1 / self.job.rate, time.perf_counter()
        while not self._over.is_set():
            now = time.perf_counter()
            while due <= now:
                self._due.append(due)
                due += gap
            while self._due and self._idle:
                self._send(self._idle.popleft(), self._due.popleft())  # by turns: a server hangs up on who is idle
            await asyncio.sleep(TICK)

    def _free(self, connection: Connection) -> None:
        if self._over.is_set():
            return
        if self.job.rate is None:
            self._send(connection, time.perf_counter())
        elif self._due:
            self._send(connection, self._due.popleft())
        else:
            self._idle.append(connection)

    def _send(self, connection: Connection, since: float) -> None:
        requests = self.job.requests
        if self._next >= len(requests):
            if self.job.once:
                self._over.set()
                return
            self._next = 0
        request = requests[self._next]
        self._next += 1
        connection.send(request, since)

    def _done(self, connection: Connection, status: int, seconds: float, got: bytes) -> None:
        if self._counting:
            self._times.append(seconds)
        if status not in self.job.expected:
            self._wrong[str(status)] += 1
            self._sample = self._sample or got[:2000].decode("utf-8", "replace")
        self._free(connection)

    def _lost(self, connection: Connection) -> None:
        if not self._over.is_set():
            self._wrong["connection lost"] += 1
            self._over.set()


def main() -> None:
    """Argument: the file that holds the job."""
    job = jobs.read(sys.argv[1])
    gc.freeze()
    gc.disable()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(asdict(runner.run(Run(job).whole()))))


if __name__ == "__main__":
    main()
