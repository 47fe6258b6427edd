"""One listener: what it wants, what waits for it, and where it would go on."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from koine.core.errors import PositionGone
from koine.core.feed import feed
from koine.core.feed.model import FeedEvent

ROOM = 500  # events that may wait for a listener

Wanted = Callable[[FeedEvent], bool]


class TooSlow(Exception):
    """More has happened than could wait for this listener. It may come again with `positions`, and misses nothing."""

    def __init__(self, positions: Mapping[int, int]) -> None:
        super().__init__("The listener was too slow.")
        self.positions = positions


class Listener:
    """Gives events one after the other: those that were missed, then those that come.

    `positions` says for each workspace which event was the last that it was given, or that it passed over. Iteration
    ends when the hub closes, and raises TooSlow or PositionGone after what still fitted.
    """

    __slots__ = ("_ended", "_failed", "_offered", "_past", "_waiting", "_wake", "_wanted", "positions")

    def __init__(self, positions: Mapping[int, int], wanted: Wanted) -> None:
        self.positions = dict(positions)
        self._offered = dict(positions)  # what is not newer than this has been offered, or will be read as past
        self._wanted = wanted
        self._waiting: deque[FeedEvent] = deque()
        self._past: AsyncIterator[Sequence[FeedEvent]] | None = None
        self._wake: asyncio.Future[None] | None = None
        self._failed: TooSlow | PositionGone | None = None
        self._ended = False

    def __aiter__(self) -> AsyncIterator[FeedEvent]:
        return self._events()

    def begin(self, past: AsyncIterator[Sequence[FeedEvent]], upto: Mapping[int, int]) -> None:
        """What happened before it came: to be read first, up to these positions."""
        self._past = past
        self._offered |= upto

    def offer(self, events: Sequence[FeedEvent]) -> bool:
        """Take what happened in a workspace, as far as it is wanted; False when it will never be able to go on."""
        workspace_id = events[-1].workspace.id
        seen = self._offered[workspace_id]
        try:
            feed.check_next(seen, events[0].position)  # else whoever reads for us was away for longer than is kept
            self._take([event for event in events if event.position > seen and self._wanted(event)])
        except (TooSlow, PositionGone) as failed:
            self._failed = failed
        else:
            self._offered[workspace_id] = max(seen, events[-1].position)
        if self._waiting or self._failed:
            self._ring()
        elif self._past is None:
            self.positions[workspace_id] = self._offered[workspace_id]
        return self._failed is None

    def end(self) -> None:
        """Give what waits, and nothing more."""
        self._ended = True
        self._ring()

    async def _events(self) -> AsyncIterator[FeedEvent]:
        if self._past is not None:
            async for events in self._past:
                for event in events:
                    if self._ended:
                        return
                    self.positions[event.workspace.id] = event.position
                    if self._wanted(event):
                        yield event
            self._past = None
        while True:
            while self._waiting:
                event = self._waiting.popleft()
                self.positions[event.workspace.id] = event.position
                yield event
            if self._failed is not None:
                raise self._failed
            if self._ended:
                return
            self._wake = asyncio.get_running_loop().create_future()
            await self._wake

    def _take(self, events: Sequence[FeedEvent]) -> None:
        room = ROOM - len(self._waiting)
        self._waiting.extend(events[:room])
        if len(events) > room:
            raise TooSlow(self.positions)

    def _ring(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)
