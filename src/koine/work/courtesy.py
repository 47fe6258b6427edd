"""Giving way: what goes on behind the requests of a process takes a small share of it while many are answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

SHARE = 0.1  # of a core, while requests are many
_LOOK = 0.02  # seconds between two looks at whether they still are


class Courtesy:
    """One for all that a process does behind its requests. `busy` says whether these are many."""

    def __init__(self, busy: Callable[[], bool] = lambda: False) -> None:
        self._busy = busy
        self._free_at = 0.0

    async def give_way(self, seconds: float) -> None:
        """Return at once when there is little else to do, and else when it is one's turn.

        `seconds` is what one is about to take of a core, more or less. However busy the process is, turns come.
        """
        while self._busy():
            now = time.monotonic()
            if now >= self._free_at:
                self._free_at = now + seconds / SHARE
                return
            await asyncio.sleep(min(self._free_at - now, _LOOK))
