"""The schedule: what is due runs, on every occasion once, however many keep the schedule."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from koine.postgres.database import Database
from koine.settings import Settings
from koine.work import store
from koine.work.entries import ENTRIES
from koine.work.schedule import Entry, Scheduler
from tests.waiting import meanwhile, until

SETTINGS = Settings(data=Path("nowhere"), database_url=None, postgres="auto")
DAY = timedelta(days=1)


def test_a_period_is_counted_in_utc_and_what_was_missed_is_not_caught_up() -> None:
    async def nothing(database: Database, settings: Settings) -> None:
        pass

    entry = Entry("daily", DAY, nothing, offset=timedelta(hours=3, minutes=10))
    assert entry.next_run(datetime(2026, 11, 20, 3, 9, tzinfo=UTC)) == datetime(2026, 11, 20, 3, 10, tzinfo=UTC)
    assert entry.next_run(datetime(2026, 11, 20, 3, 10, tzinfo=UTC)) == datetime(2026, 11, 21, 3, 10, tzinfo=UTC)
    assert entry.next_run(datetime(2026, 11, 25, 0, 0, tzinfo=UTC)) == datetime(2026, 11, 25, 3, 10, tzinfo=UTC)


async def test_each_due_thing_runs_once_with_three_schedulers(
    database: Database, sql: asyncpg.Connection, name: str
) -> None:
    ran: Counter[str] = Counter()
    entries = [_entry(f"{name}-{number}", ran) for number in range(20)]
    names = [entry.name for entry in entries]
    await _put_on_schedule(database, names, datetime.now(UTC) - timedelta(seconds=1))
    for occasion in (1, 2):
        async with meanwhile(*(Scheduler(database, SETTINGS, entries).run for _ in range(3))):
            await until(lambda: _waiting(sql, names))
        assert ran == dict.fromkeys(names, occasion)
        await sql.execute("update schedule set next_run = now() where name = any ($1::text[])", names)


async def test_it_runs_when_it_is_due_and_not_before(database: Database, sql: asyncpg.Connection, name: str) -> None:
    times: list[datetime] = []

    async def run(database: Database, settings: Settings) -> None:
        times.append(datetime.now(UTC))

    due = datetime.now(UTC) + timedelta(seconds=0.7)
    await _put_on_schedule(database, [name], due)
    async with meanwhile(Scheduler(database, SETTINGS, [Entry(name, DAY, run)]).run):
        await until(lambda: _waiting(sql, [name]))
    (at,) = times
    assert at >= due


async def test_what_fails_says_why_and_runs_again_soon(database: Database, sql: asyncpg.Connection, name: str) -> None:
    async def run(database: Database, settings: Settings) -> None:
        raise ValueError("a secret")

    await _put_on_schedule(database, [name], datetime.now(UTC))
    async with meanwhile(Scheduler(database, SETTINGS, [Entry(name, DAY, run)]).run):
        await until(lambda: _waiting(sql, [name]))
    row = await sql.fetchrow(
        "select reason, next_run - last_run < interval '2 minutes' as soon from schedule where name = $1", name
    )
    assert row is not None
    assert dict(row) == {"reason": "It failed: ValueError.", "soon": True}


async def test_what_a_dead_process_began_is_run_by_another_and_only_that_one_writes_it_down(
    database: Database, sql: asyncpg.Connection, name: str
) -> None:
    await _put_on_schedule(database, [name], datetime.now(UTC))
    tomorrow = datetime.now(UTC) + DAY
    async with database.writing(()) as tx:
        ((_, dead),) = await store.claim_due(tx, [name], timedelta(0))
    async with database.writing(()) as tx:
        ((_, living),) = await store.claim_due(tx, [name], timedelta(minutes=1))
    async with database.writing(()) as tx:
        assert await store.claim_due(tx, [name], timedelta(minutes=1)) == []
        assert not await store.ran(tx, name, dead, tomorrow, None)
        assert await store.ran(tx, name, living, tomorrow, None)
        assert await store.claim_due(tx, [name], timedelta(minutes=1)) == []


async def test_a_process_that_does_not_know_an_entry_leaves_it_alone(
    database: Database, sql: asyncpg.Connection, name: str
) -> None:
    ran: Counter[str] = Counter()
    await _put_on_schedule(database, [name, f"{name}-newer"], datetime.now(UTC))
    async with meanwhile(Scheduler(database, SETTINGS, [_entry(name, ran)]).run):
        await until(lambda: _waiting(sql, [name]))
    assert ran == {name: 1}
    assert not await _waiting(sql, [f"{name}-newer"])


async def test_stopping_ends_a_long_run(database: Database, name: str) -> None:
    begun = asyncio.Event()

    async def run(database: Database, settings: Settings) -> None:
        begun.set()
        await asyncio.sleep(3600)

    await _put_on_schedule(database, [name], datetime.now(UTC))
    async with meanwhile(Scheduler(database, SETTINGS, [Entry(name, DAY, run)]).run):
        await begun.wait()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
async def test_every_entry_runs_on_a_database_with_something_in_it(
    entry: Entry, database: Database, world: object
) -> None:
    await entry.run(database, SETTINGS)


def test_no_two_entries_have_a_name() -> None:
    assert len({entry.name for entry in ENTRIES}) == len(ENTRIES)


def _entry(name: str, ran: Counter[str]) -> Entry:
    async def run(database: Database, settings: Settings) -> None:
        ran[name] += 1

    return Entry(name, DAY, run)


async def _put_on_schedule(database: Database, names: Sequence[str], first: datetime) -> None:
    async with database.writing(()) as tx:
        await store.put_on_schedule(tx, names, [first] * len(names))


async def _waiting(sql: asyncpg.Connection, names: Sequence[str]) -> bool:
    """All of these ran, and wait for their next time."""
    left = await sql.fetchval(
        "select count(*) from schedule where name = any ($1::text[])"
        " and (last_run is null or lease_until is not null or next_run <= now())",
        list(names),
    )
    return not left
