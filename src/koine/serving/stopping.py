"""Being asked to stop, by a signal: once is enough, and whatever was begun is ended in order."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody asked for the end. Like KeyboardInterrupt it passes through whatever handles errors."""


class Stop:
    """Whether the process was asked to stop. It raises Stopped wherever it is, unless somebody is `told` instead."""

    def __init__(self) -> None:
        self.asked = False
        self._told: list[Callable[[], None]] = []

    def listen(self) -> None:
        """Hear the signals from now on. One that was ignored when we were started (nohup) stays ignored."""
        for number in SIGNALS:
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._heard)

    @contextlib.contextmanager
    def told(self, then: Callable[[], None]) -> Iterator[None]:
        """Here a signal calls `then`, at once, instead of raising Stopped."""
        self._told.append(then)
        try:
            if self.asked:
                then()
            yield
        finally:
            self._told.remove(then)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            return
        self.asked = True
        if not self._told:
            raise Stopped
        for then in list(self._told):
            then()
