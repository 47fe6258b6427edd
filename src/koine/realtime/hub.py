"""Who listens to what in this process: events are read once, however many listen."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import groupby

from koine.core.feed import feed, store
from koine.core.feed.model import Extent, FeedEvent
from koine.postgres.database import Database
from koine.postgres.notices import POSITIONS, Notices
from koine.realtime.listener import Listener, Wanted

log = logging.getLogger("koine")

EACH = 500  # events of a workspace that are read at once
TOGETHER = 100  # workspaces that are read at once


class Hub:
    """Reads what notices announce, for the workspaces that somebody listens to, and hands it to the listeners.

    It remembers how far it has read in each of these workspaces, and reads on from there: a notice that was lost costs
    time until the next one, or until the connection for notices is made again, and never an event.
    """

    def __init__(self, database: Database, notices: Notices) -> None:
        self._database = database
        self._notices = notices
        self._listeners: dict[int, set[Listener]] = {}
        self._read: dict[int, int] = {}  # how far, in each workspace with listeners
        self._news: set[int] = set()  # workspaces with more to read
        self._bell = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    def open(self) -> None:
        """Begin to read."""
        self._notices.hear(POSITIONS, self._heard)
        self._task = asyncio.create_task(self._keep_reading(), name="hub")

    async def close(self) -> None:
        """End every listener, also those that are about to begin."""
        self._closed = True
        self._notices.unhear(POSITIONS, self._heard)
        for listener in {each for listeners in self._listeners.values() for each in listeners}:
            listener.end()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    @contextlib.asynccontextmanager
    async def listen(self, after: Mapping[int, int | None], wanted: Wanted) -> AsyncIterator[Listener]:
        """Listen to some workspaces, each from a position on, or from now on (None).

        `wanted` says of each event whether it is for this listener, and is asked when it comes. Raises PositionGone and
        PositionAhead.
        """
        extents = await self._extents(after)
        starts = {id: extents[id].last if position is None else position for id, position in after.items()}
        listener = Listener(starts, wanted)
        if self._closed:
            listener.end()
        upto = {}
        for workspace_id, start in starts.items():
            self._listeners.setdefault(workspace_id, set()).add(listener)
            read = self._read.setdefault(workspace_id, extents[workspace_id].last)
            upto[workspace_id] = max(start, read)
        listener.begin(self._past(starts, upto), upto)
        self._news |= starts.keys()  # what came since the extents were read was perhaps announced to nobody
        self._bell.set()
        try:
            yield listener
        finally:
            self._drop(listener, starts)

    async def _extents(self, after: Mapping[int, int | None]) -> dict[int, Extent]:
        async with self._database.reading(tuple(sorted(after))) as tx:
            found = await store.extents(tx, list(after))
        extents = {workspace_id: found.get(workspace_id, Extent(0, 0)) for workspace_id in after}
        for workspace_id, position in after.items():
            if position is not None:
                feed.check(extents[workspace_id], position)
        return extents

    async def _past(self, starts: Mapping[int, int], upto: Mapping[int, int]) -> AsyncIterator[Sequence[FeedEvent]]:
        """What happened between these positions. Raises PositionGone when some of it is kept no longer."""
        for workspace_id, after in starts.items():
            while after < upto[workspace_id]:
                async with self._database.reading((workspace_id,)) as tx:
                    events = await store.following(tx, {workspace_id: after}, each=EACH)
                feed.check_next(after, events[0].position if events else upto[workspace_id] + 1)
                yield [event for event in events if event.position <= upto[workspace_id]]
                after = events[-1].position

    def _drop(self, listener: Listener, workspaces: Mapping[int, object]) -> None:
        for workspace_id in workspaces:
            listeners = self._listeners.get(workspace_id, set())
            listeners.discard(listener)
            if not listeners:
                self._listeners.pop(workspace_id, None)
                self._read.pop(workspace_id, None)
                self._news.discard(workspace_id)

    def _heard(self, text: str) -> None:
        """`12:345 13:99`, or nothing: anything may have happened."""
        if not text:
            self._news |= self._read.keys()
        for part in text.split():
            workspace_id, _, last = part.partition(":")
            if int(last) > self._read.get(int(workspace_id), int(last)):
                self._news.add(int(workspace_id))
        if self._news:
            self._bell.set()

    async def _keep_reading(self) -> None:
        while True:
            await self._bell.wait()
            self._bell.clear()
            while self._news:
                wanted = [self._news.pop() for _ in range(min(len(self._news), TOGETHER))]
                try:
                    await self._read_on(wanted)
                except Exception:
                    log.exception("the hub could not read on")
                    self._news |= set(wanted) & self._read.keys()
                    await asyncio.sleep(1)

    async def _read_on(self, workspaces: Sequence[int]) -> None:
        after = {id: self._read[id] for id in sorted(workspaces) if id in self._read}
        if not after:
            return
        async with self._database.reading(tuple(after)) as tx:
            events = await store.following(tx, after, each=EACH)
        for workspace_id, group in groupby(events, key=lambda event: event.workspace.id):
            self._hand_out(workspace_id, after[workspace_id], list(group))

    def _hand_out(self, workspace_id: int, after: int, events: Sequence[FeedEvent]) -> None:
        if self._read.get(workspace_id) != after:
            return  # nobody listened any more, and then somebody did again
        self._read[workspace_id] = events[-1].position
        if len(events) == EACH:
            self._news.add(workspace_id)
        for listener in list(self._listeners.get(workspace_id, ())):
            if not _offered(listener, events):
                self._drop(listener, listener.positions)


def _offered(listener: Listener, events: Sequence[FeedEvent]) -> bool:
    """Whether a listener took these events. What is wrong with one must not be the others' trouble."""
    try:
        return listener.offer(events)
    except Exception:
        log.exception("a listener failed")
        listener.end()
        return False
