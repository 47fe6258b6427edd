"""A worker in a process of its own, to be killed: `python carrying.py DSN KEYS LEASE`."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

from koine.core.files.links import Links
from koine.core.sealing import Sealing
from koine.outgoing import Outgoing
from koine.postgres.database import Database
from koine.reactions import leaving, saying
from koine.work import worker
from koine.work.worker import Worker


async def main(dsn: str, keys: str, lease: str) -> None:
    worker.POLL = 0.05
    worker.RENEWAL = float(lease) / 4
    database = await Database.open(dsn, size=2)
    async with Outgoing(allow=[ip_network("127.0.0.0/8")]) as outgoing:
        sealing = Sealing(Path(keys))
        doing = (saying.REACTION, *leaving.reactions(outgoing, sealing, Links("http://127.0.0.1:9", sealing)))
        print("ready", flush=True)
        await Worker(dsn, database, doing, lease=timedelta(seconds=float(lease))).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
