"""Who looks at which conversation now, and who writes in it: whispered between processes, kept by none for long."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import orjson

from koine.postgres.notices import Notices

CHANNEL = "koine_presence"
WRITES = 10.0  # seconds for which a key press tells that somebody writes
LINGERS = 2.0  # seconds after a stream's end: a page that is loaded again has not gone
REPEATED = 20.0  # seconds after which everything is said again
HOLDS = 50.0  # seconds for which the word of another process holds: it may have died
GATHERED = 0.15  # seconds: what changes within them is told together
_AT_ONCE = 15  # entries in one notice, which has room for 8000 bytes
_LONGEST = 60  # letters of a name
_EVERYTHING = "everything"  # a process that has just come, or was cut off, asks for it

Place = tuple[int, int]  # workspace, conversation
Told = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Watcher:
    """Somebody who looks at a conversation; `writes` says that they write in it just now. Id 0: a program."""

    id: int
    name: str
    writes: bool = False


@dataclass(slots=True)
class _Seen:
    """What is known of one person at one place by one process; times are of `time.monotonic`."""

    name: str
    looks_until: float = 0.0
    writes_until: float = 0.0
    streams: int = 0


class Presence:
    """What one process knows. Without `notices` it knows of itself alone.

    Nothing is stored, and nothing is made up for: what a broken connection swallowed is said again within REPEATED.
    """

    def __init__(self, notices: Notices | None = None) -> None:
        self._notices = notices
        self._here = uuid.uuid4().hex[:12]
        self._seen: dict[Place, dict[tuple[str, int], _Seen]] = {}
        self._told: dict[Place, list[Told]] = {}
        self._news: set[tuple[Place, int]] = set()  # of ours, to be whispered
        self._timers: set[asyncio.TimerHandle] = set()

    def open(self) -> None:
        """Begin to hear what others whisper, and to repeat what is known here."""
        if self._notices is not None:
            self._notices.hear(CHANNEL, self._heard)
            self._later(REPEATED, self._repeat)

    async def close(self) -> None:
        """Hear and say nothing more."""
        if self._notices is not None:
            self._notices.unhear(CHANNEL, self._heard)
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    @contextlib.contextmanager
    def looking(self, place: Place, id: int, name: str, told: Told) -> Iterator[None]:
        """Somebody looks there; `told` is called whenever it is worth asking `at` again."""
        seen = self._one(place, self._here, id, name)
        seen.streams += 1
        self._set(place, self._here, id, looks_until=math.inf)
        self._told.setdefault(place, []).append(told)
        try:
            yield
        finally:
            self._told[place].remove(told)
            if not self._told[place]:
                del self._told[place]
            seen.streams -= 1
            if not seen.streams:
                self._set(place, self._here, id, looks_until=time.monotonic() + LINGERS)

    def writing(self, place: Place, id: int, name: str, *, writes: bool = True) -> None:
        """Somebody presses keys there, or has stopped; it ends by itself after WRITES."""
        self._one(place, self._here, id, name)
        self._set(place, self._here, id, writes_until=time.monotonic() + WRITES if writes else 0.0)

    def hint(self, place: Place, name: str, *, writes: bool) -> None:
        """A program told every process that it, or whoever it speaks for, writes there: nothing is passed on."""
        if writes or place in self._seen:
            self._one(place, "", 0, name)
            self._set(place, "", 0, writes_until=time.monotonic() + WRITES if writes else 0.0)

    def at(self, place: Place, *, but: int | None = None) -> Sequence[Watcher]:
        """Who is there, by name, each once; without `but`."""
        now, found = time.monotonic(), dict[int, Watcher]()
        for (_, id), seen in self._seen.get(place, {}).items():
            looks, writes = seen.looks_until > now, seen.writes_until > now
            if id != but and (looks or writes):
                before = found.get(id)
                found[id] = Watcher(id, seen.name, writes or (before is not None and before.writes))
        return sorted(found.values(), key=lambda each: (not each.writes, each.name.casefold(), each.id))

    def _one(self, place: Place, process: str, id: int, name: str) -> _Seen:
        seen = self._seen.setdefault(place, {}).setdefault((process, id), _Seen(""))
        seen.name = name[:_LONGEST]
        return seen

    def _set(
        self,
        place: Place,
        process: str,
        id: int,
        *,
        looks_until: float | None = None,
        writes_until: float | None = None,
    ) -> None:
        """Change what is known, whisper it when it is ours, and look again when it ends by itself."""
        before = self.at(place)
        seen = self._seen[place][process, id]
        seen.looks_until = seen.looks_until if looks_until is None else looks_until
        seen.writes_until = seen.writes_until if writes_until is None else writes_until
        for until in (looks_until, writes_until):
            if until and until != math.inf:
                self._later(until - time.monotonic() + 0.01, lambda: self._end(place, process, id))
        if process == self._here:
            self._whisper((place, id))
        self._tell_if_other(place, before)

    def _end(self, place: Place, process: str, id: int) -> None:
        """The time of something is over: forget who is there no more, and tell those who look."""
        seen = self._seen.get(place, {}).get((process, id))
        if seen is None:
            return
        if max(seen.looks_until, seen.writes_until) <= time.monotonic():
            del self._seen[place][process, id]
            if not self._seen[place]:
                del self._seen[place]
        for told in list(self._told.get(place, ())):
            told()

    def _tell_if_other(self, place: Place, before: Sequence[Watcher]) -> None:
        if self.at(place) != before:
            for told in list(self._told.get(place, ())):
                told()

    def _whisper(self, *which: tuple[Place, int]) -> None:
        if self._notices is None or not which:
            return
        if not self._news:
            self._later(GATHERED, self._say)
        self._news.update(which)

    def _say(self) -> None:
        """What others should know: how long they look and write from now on, in seconds."""
        news, self._news = sorted(self._news), set()
        now, lines = time.monotonic(), []
        for place, id in news:
            seen = self._seen.get(place, {}).get((self._here, id)) or _Seen("")
            looks = HOLDS if seen.streams else max(seen.looks_until - now, 0)
            lines.append([*place, id, seen.name, round(looks, 1), round(max(seen.writes_until - now, 0), 1)])
        for start in range(0, len(lines), _AT_ONCE):
            self._send([self._here, lines[start : start + _AT_ONCE]])

    def _send(self, told: object) -> None:
        if self._notices is not None:
            self._notices.whisper(CHANNEL, orjson.dumps(told).decode())

    def _heard(self, text: str) -> None:
        if not text:  # we may have missed something
            self._send([self._here, _EVERYTHING])
            return
        process, told = orjson.loads(text)
        if process == self._here:
            return
        if told == _EVERYTHING:
            self._whisper(*self._ours())
            return
        now = time.monotonic()
        for workspace_id, conversation_id, id, name, looks, writes in told:
            place = (workspace_id, conversation_id)
            if looks or writes or (process, id) in self._seen.get(place, {}):
                self._one(place, process, id, name)
                self._set(place, process, id, looks_until=looks and now + looks, writes_until=writes and now + writes)

    def _ours(self) -> list[tuple[Place, int]]:
        return [(place, id) for place, all in self._seen.items() for process, id in all if process == self._here]

    def _repeat(self) -> None:
        self._whisper(*self._ours())
        self._later(REPEATED, self._repeat)

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        def due() -> None:
            self._timers.discard(timer)
            act()

        timer = asyncio.get_running_loop().call_later(max(seconds, 0), due)
        self._timers.add(timer)
