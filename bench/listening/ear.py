"""What a process that listens has heard: for each event when it was recorded, and when it arrived."""

from __future__ import annotations

import asyncio
import gc
import json
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import datetime

import uvloop

_MARK = b'"created_at":"'
_LENGTH = len("2026-01-01T00:00:00.000000Z")
_WHOLE = len(_MARK) + _LENGTH


class Ear:
    """Notes events as their bytes go by. Both times are of this machine's one clock: PostgreSQL's, and ours."""

    def __init__(self) -> None:
        self._noted: list[tuple[bytes, float]] = []

    def note(self, got: bytes) -> bytes:
        """Note the events that begin in these bytes; what is left of them may hold half of a time."""
        end, now = 0, time.time()
        while (at := got.find(_MARK, end)) >= 0 and at + _WHOLE <= len(got):
            end = at + _WHOLE
            self._noted.append((got[end - _LENGTH : end], now))
        return got[max(end, len(got) - _WHOLE + 1) :]

    async def answer(self, ready: object) -> None:
        """Say that we are ready, then answer `count` and `heard` until nobody asks any more."""
        asked = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(asked), sys.stdin)
        _say(ready)
        while line := await asked.readline():
            _say(len(self._noted) if line == b"count\n" else self._heard())

    def _heard(self) -> list[tuple[float, float]]:
        times = {at: datetime.fromisoformat(at.decode()).timestamp() for at in {at for at, _ in self._noted}}
        return [(times[at], arrived) for at, arrived in self._noted]


def listen(main: Callable[[], Awaitable[None]]) -> None:
    """Run a process that listens, with as many connections as the machine lets it have."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    gc.disable()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())  # type: ignore[arg-type]


def _say(what: object) -> None:
    print(json.dumps(what), flush=True)
