"""Asking for jobs, looking at them, and having another go at those that failed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from koine.core.jobs import store
from koine.core.jobs.model import Job, JobState, Wanted
from koine.postgres.database import Tx


async def enqueue(tx: Tx, wanted: Sequence[Wanted]) -> None:
    """Have jobs done once this transaction is committed, those of one lane in this order.

    What was asked for before is not asked for twice. Workers find them within some seconds.
    """
    if wanted:
        await store.enqueue(tx, wanted)


async def announce(tx: Tx) -> None:
    """Have workers look for jobs as soon as this transaction is committed.

    For what somebody waits for: at every write it would cost more than the write.
    """
    await store.announce(tx)


async def find(tx: Tx, *, state: JobState | None = None, reaction: str | None = None, limit: int = 100) -> list[Job]:
    """The newest jobs of the workspaces that the transaction sees."""
    return [Job(*row.values()) for row in await store.find(tx, state, reaction, limit)]


async def retry(tx: Tx, ids: Sequence[int]) -> list[int]:
    """Start again with jobs that are quarantined or wait for another attempt; the ids of those that there were.

    They take their old places in their lanes, and have all their attempts again.
    """
    return await store.retry(tx, ids)


async def cancel(tx: Tx, workspace_id: int, reaction: str, target: str) -> bool:
    """Do not do, after all, a job without an event that is not being done yet; whether there was one."""
    return await store.cancel(tx, workspace_id, reaction, target)


async def want(tx: Tx, workspace_id: int, reaction: str) -> None:
    """From now on a workspace's events make jobs of a reaction that is not for everybody."""
    await store.want(tx, workspace_id, reaction)


async def unwant(tx: Tx, workspace_id: int, reaction: str) -> None:
    """From now on they make none."""
    await store.unwant(tx, workspace_id, reaction)


async def forget(tx: Tx, *, done: timedelta, quarantined: timedelta) -> int:
    """Forget some jobs that ended longer ago than this, in the workspaces that the transaction sees; how many."""
    return await store.forget(tx, done, quarantined)
