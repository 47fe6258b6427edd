"""The relay: how fast it numbers what has piled up, and what it adds to a create."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence

import asyncpg

from bench import requests
from bench.driver.job import Outcome
from bench.load import copying
from bench.measuring import Bench, told
from bench.processes import Cpu
from bench.rows.creating import BATCH

LEAST = 5_000  # events a second
MOST = 0.1  # of a create
LOOK = 0.05  # seconds between two looks at how far it is
ALONE = "--no-work"  # a server whose events nobody numbers


def relay(bench: Bench) -> None:
    """A backlog, and creates with and without the relay in the same server."""
    _backlog(bench)
    _creates(bench)
    bench.stack.again()


def _backlog(bench: Bench) -> None:
    bench.stack.again(ALONE)
    batch = requests.tight_create(bench.tight(bench.yard()), BATCH)
    bench.drive([batch] * (bench.plan.once // BATCH), once=True, rounds=1, connections=4, seconds=300)
    waiting = asyncio.run(_waiting(bench))
    bench.stack.again()
    events, seconds, cpu = asyncio.run(_numbered(bench, waiting))
    rate = events / seconds
    each = f"{cpu.python / events * 1e6:,.1f} Python, {cpu.postgres / events * 1e6:,.1f} PostgreSQL"
    figure = f"{rate:,.0f} events/s; µs CPU each: {each}"
    bench.add("F", f"number a backlog of {waiting:,} events", figure, f"≥ {LEAST:,}/s", rate >= LEAST, seconds=seconds)


def _creates(bench: Bench) -> None:
    """In turns, so that the machine is the same for both; whoever comes after the other first catches up."""
    house = bench.yard()
    sent = [requests.tight_create(bench.tight(house), first=number) for number in range(1000)]
    found: dict[Sequence[str], list[Outcome]] = {(): [], (ALONE,): []}
    behind = []
    for _ in range(bench.plan.rounds):
        for options, outcomes in found.items():
            bench.stack.again()
            _caught_up(bench)
            bench.stack.again(*options)
            outcomes.append(bench.drive(sent, rounds=1))
            if not options:
                behind.append(asyncio.run(_waiting(bench)))
    with_relay, alone = (min(outcomes, key=lambda outcome: outcome.cpu) for outcomes in found.values())
    share = with_relay.cpu / alone.cpu - 1
    bench.add(
        "F",
        "what the relay adds to a create through Tight",
        f"{alone.cpu:,.0f} µs CPU without, {with_relay.cpu:,.0f} µs with: {share:+.1%}",
        f"≤ {MOST:.0%}",
        share <= MOST,
        with_relay=list(map(told, found[()])),
        alone=list(map(told, found[ALONE,])),
        events_behind=behind,
    )


async def _numbered(bench: Bench, waiting: int) -> tuple[int, float, Cpu]:
    """Events that were numbered while we looked, for how many seconds that was, and what it cost."""
    async with _admin(bench) as admin:
        cpu, began, first = bench.stack.watched.cpu(), time.monotonic(), await _count(admin)
        last = first
        while last:
            await asyncio.sleep(LOOK)
            last = await _count(admin)
        if first < waiting / 4:
            raise RuntimeError("most of the backlog was gone before anybody looked")
        return first, time.monotonic() - began, bench.stack.watched.cpu() - cpu


def _caught_up(bench: Bench) -> None:
    while asyncio.run(_waiting(bench)):
        time.sleep(LOOK)


async def _waiting(bench: Bench) -> int:
    async with _admin(bench) as admin:
        return await _count(admin)


async def _count(admin: asyncpg.Connection) -> int:
    count: int = await admin.fetchval("select count(*) from events where position is null")
    return count


@contextlib.asynccontextmanager
async def _admin(bench: Bench) -> AsyncIterator[asyncpg.Connection]:
    admin = await copying.connect(bench.stack.address.dsn("koine_admin"))
    try:
        yield admin
    finally:
        await admin.close()
