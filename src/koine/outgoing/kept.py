"""Connections that wait a moment for the next request to the same origin at the same address."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from koine.outgoing.line import Line
from koine.outgoing.url import Url

IDLE = 4.0  # seconds; many servers hang up after five
EACH = 4
ALL = 256

Place = tuple[str, str, int, str]


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    line: Line
    until: asyncio.TimerHandle


class Kept:
    """Nobody waits for a connection here: there is one to be had or there is none, and those in use are not counted."""

    def __init__(self) -> None:
        self._places: dict[Place, list[_Waiting]] = {}
        self._count = 0

    def take(self, url: Url, address: str) -> Line | None:
        """An open connection, if one is left. The caller has just checked the address anew."""
        place = _place(url, address)
        while waiting := self._places.get(place):
            last = waiting[-1]
            self._leave(place, last)
            if last.line.fresh:
                return last.line
            last.line.abort()
        return None

    def keep(self, url: Url, address: str, line: Line) -> None:
        place = _place(url, address)
        if self._count >= ALL or len(self._places.get(place, ())) >= EACH:
            line.abort()
            return
        until = asyncio.get_running_loop().call_later(IDLE, self._end, place, line)
        self._places.setdefault(place, []).append(_Waiting(line, until))
        self._count += 1

    async def close(self) -> None:
        waiting = [each for place in self._places.values() for each in place]
        self._places.clear()
        self._count = 0
        for each in waiting:
            each.until.cancel()
            each.line.abort()
            await each.line.gone()

    def _end(self, place: Place, line: Line) -> None:
        for each in self._places.get(place, ()):
            if each.line is line:
                self._leave(place, each)
                line.abort()
                return

    def _leave(self, place: Place, waiting: _Waiting) -> None:
        waiting.until.cancel()
        self._places[place].remove(waiting)
        self._count -= 1
        if not self._places[place]:
            del self._places[place]


def _place(url: Url, address: str) -> Place:
    return url.scheme, url.host, url.port, address
