"""How busy a process is with requests, for what goes on behind them."""

from __future__ import annotations

import math
import time

BUSY = 2.0  # requests that are being answered at once, on average
_MEMORY = 0.1  # seconds over which the average is taken


class Traffic:
    """How many requests have been answered at once, on average over the last tenth of a second."""

    __slots__ = ("_average", "_now", "_since")

    def __init__(self) -> None:
        self._now = 0
        self._average = 0.0
        self._since = time.monotonic()

    def begin(self) -> None:
        """One more is being answered."""
        self._look()
        self._now += 1

    def end(self) -> None:
        """One less."""
        self._look()
        self._now -= 1

    @property
    def busy(self) -> bool:
        """Whether whoever can wait should."""
        self._look()
        return self._average >= BUSY

    def _look(self) -> None:
        now = time.monotonic()
        kept = math.exp((self._since - now) / _MEMORY)
        self._average = self._average * kept + self._now * (1.0 - kept)
        self._since = now
