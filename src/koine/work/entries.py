"""What comes round, and how often."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta

from koine.core.feed import feed
from koine.core.idempotency import forgetting
from koine.core.jobs import jobs
from koine.core.limits import limits
from koine.core.sessions import sessions
from koine.core.tokens import expiry
from koine.core.webhooks import tending
from koine.postgres.database import Database, Tx
from koine.settings import Settings
from koine.work import store
from koine.work.schedule import Entry

DONE_JOBS_KEPT = timedelta(days=3)
QUARANTINED_JOBS_KEPT = timedelta(days=90)

DELIVERIES_KEPT = timedelta(days=7)  # at least: one may be on its way for half of that

_TOGETHER = 50  # workspaces in one transaction


async def forget_events(database: Database, settings: Settings) -> None:
    """The feed goes back as many days as the settings say."""
    kept = timedelta(days=settings.event_retention_days)
    await _everywhere(database, lambda tx: feed.forget(tx, kept))


async def forget_jobs(database: Database, settings: Settings) -> None:
    """What is done is kept for some days, what failed for longer."""
    await _everywhere(database, lambda tx: jobs.forget(tx, done=DONE_JOBS_KEPT, quarantined=QUARANTINED_JOBS_KEPT))


async def forget_answers(database: Database, settings: Settings) -> None:
    """The answers to writes that may be repeated are kept for a day."""
    await _everywhere(database, forgetting.forget)


async def forget_tokens(database: Database, settings: Settings) -> None:
    """Access tokens and sessions that ended long ago."""
    await _until_nothing(database, (), expiry.forget)
    await _until_nothing(database, (), sessions.forget)


async def tend_webhooks(database: Database, settings: Settings) -> None:
    """The log of deliveries goes back as far as the feed, and for a week where the feed is shorter."""
    kept = max(timedelta(days=settings.event_retention_days), DELIVERIES_KEPT)
    await _everywhere(database, tending.forget_keys)
    await _everywhere(database, lambda tx: tending.forget(tx, kept))
    async for workspaces in _workspaces(database):
        async with database.writing(workspaces) as tx:
            await tending.wake(tx)


async def forget_counts(database: Database, settings: Settings) -> None:
    """How often somebody asked in a span of time that is over."""
    await _until_nothing(database, (), limits.forget)


ENTRIES: Sequence[Entry] = (
    Entry("forget events", timedelta(hours=1), forget_events, offset=timedelta(minutes=11)),
    Entry("tend webhooks", timedelta(hours=1), tend_webhooks, offset=timedelta(minutes=17)),
    Entry("forget jobs", timedelta(hours=1), forget_jobs, offset=timedelta(minutes=23)),
    Entry("forget answers", timedelta(hours=1), forget_answers, offset=timedelta(minutes=37)),
    Entry("forget counts", timedelta(hours=1), forget_counts, offset=timedelta(minutes=43)),
    Entry("forget tokens", timedelta(hours=6), forget_tokens, offset=timedelta(minutes=51)),
)


async def _everywhere(database: Database, forget: Callable[[Tx], Awaitable[int]]) -> None:
    async for workspaces in _workspaces(database):
        await _until_nothing(database, workspaces, forget)


async def _until_nothing(
    database: Database, workspaces: tuple[int, ...], forget: Callable[[Tx], Awaitable[int]]
) -> None:
    """A little at a time, so that nobody waits for it."""
    forgotten = 1
    while forgotten:
        async with database.writing(workspaces) as tx:
            tx.only_one_write()
            forgotten = await forget(tx)


async def _workspaces(database: Database) -> AsyncIterator[tuple[int, ...]]:
    last = 0
    while True:
        async with database.reading(()) as tx:
            ids = await store.workspaces_after(tx, last, _TOGETHER)
        if not ids:
            return
        yield tuple(ids)
        last = ids[-1]
