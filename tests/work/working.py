"""A worker in a process of its own, to be killed in the middle of a job: `python working.py DSN REACTION LEASE`."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

from koine.postgres.database import Database
from koine.reactions.table import Reaction
from koine.reactions.task import Task
from koine.work import worker
from koine.work.worker import Worker


async def main(dsn: str, name: str, lease: str) -> None:
    async def handle(task: Task) -> None:
        async with task.effect():
            print("begun", flush=True)
            await asyncio.sleep(3600)

    worker.POLL = 0.1
    database = await Database.open(dsn, size=2)
    reaction = Reaction(name, handle, (), seconds=7200)
    await Worker(dsn, database, [reaction], lease=timedelta(seconds=float(lease))).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
