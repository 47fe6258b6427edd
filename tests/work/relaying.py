"""A relay in a process of its own, to be killed: `python relaying.py DSN`."""

from __future__ import annotations

import asyncio
import sys

from koine.postgres.notices import Notices
from koine.work.relay import Relay


async def main(dsn: str) -> None:
    notices = Notices(dsn)
    await notices.open()
    print("ready", flush=True)
    await Relay(dsn, (), notices=notices).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
