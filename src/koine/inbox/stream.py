"""The feed, as operations for one open page: server-sent events that go on after the position that a page last saw."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from koine.core.errors import NotFound, PositionAhead, PositionGone, Unauthenticated
from koine.core.feed import sight
from koine.core.feed.model import FeedEvent
from koine.core.tokens.watch import Watched
from koine.inbox import asking, cookies, live, operations, policy, watching
from koine.inbox.live import View
from koine.inbox.operations import REFRESH, Operation
from koine.inbox.pages import desk
from koine.inbox.runtime import Runtime
from koine.inbox.visit import Visit
from koine.inbox.watching import Company
from koine.realtime.listener import Listener, TooSlow

log = logging.getLogger("koine")

HEARTBEAT = 15.0  # seconds with nothing to tell
GATHERING = 0.06  # seconds: what happens within them is told together
MOST = 50  # events that are told together
_HEADERS = {"x-accel-buffering": "no"}  # proxies that gather answers are asked not to
_LARGEST = 2**63 - 1
_OVER = b"event: over\ndata:\n\n"  # the session is: the page goes to the sign-in page by itself
_OF_ONE = frozenset({"conversation.read_changed"})  # nobody else's page changes by it


# What an open page has to be told about events that its reader may see.
Teller = Callable[[Visit, Sequence[FeedEvent]], Awaitable[list[Operation]]]


async def follow(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """The stream of a list and of the conversation that is open beside it."""
    query = request.query_params
    view = View(
        asking.read(query.get("queue", "mine"), query),
        _number(query.get("conversation")),
        _number(query.get("entry")) or 0,
    )

    async def tell(visit: Visit, events: Sequence[FeedEvent]) -> list[Operation]:
        return await _told(runtime, visit, view, events)

    return stream(runtime, visit, request, tell, looking_at=view.number)


def stream(
    runtime: Runtime, visit: Visit, request: Request, tell: Teller, *, looking_at: int | None = None
) -> Response:
    """The stream of a page, from the position that the browser comes back with, or that the page was drawn at.

    `looking_at` is the number of the conversation on it, at which others see the visitor.
    """
    heard = _number(request.headers.get("last-event-id"))
    after = _number(request.query_params.get("position")) if heard is None else heard
    secret = cookies.read(request, "session", secure=runtime.secure) or ""
    headers = policy.HEADERS | _HEADERS
    following = _Following(runtime, visit, tell, looking_at)
    return StreamingResponse(following.flow(secret, after), 200, headers, "text/event-stream")


class _Following:
    """One page that follows its workspace's feed."""

    __slots__ = ("_number", "_runtime", "_tell", "_visit")

    def __init__(self, runtime: Runtime, visit: Visit, tell: Teller, number: int | None) -> None:
        self._runtime = runtime
        self._visit = visit
        self._tell = tell
        self._number = number

    async def flow(self, secret: str, after: int | None) -> AsyncIterator[bytes]:
        """Pieces, from a position on, or from now on (None), until the session ends or the server does."""
        here = self._visit.here
        try:
            async with self._runtime.watch.over(secret) as watched:

                def wanted(event: FeedEvent) -> bool:
                    if event.kind in _OF_ONE and event.actor.id != self._visit.actor.id:
                        return False
                    return sight.sees(watched.by, watched.teams, event)

                async with self._runtime.hub.listen({here: after}, wanted) as listener:
                    watched.when_over(listener.end)
                    yield b"retry: 1000\n\n"
                    async with watching.looking(self._runtime, self._visit, self._number) as company:
                        async for piece in self._pieces(listener, watched, company):
                            yield piece
        except (PositionGone, PositionAhead, TooSlow):
            yield _piece([REFRESH], None)
        except (Unauthenticated, NotFound):
            yield _OVER

    async def _pieces(self, listener: Listener, watched: Watched, company: Company) -> AsyncIterator[bytes]:
        async for events in _gathered(listener, company.stirred):
            if not await watched.stays():
                break
            visit = replace(self._visit, actor=watched.by)
            stirred = company.stirred.is_set()
            if stirred:
                yield _piece(await company.told(self._runtime, visit), None)
            if events:
                yield _piece(await self._tell(visit, events), listener.positions[visit.here])
            elif not stirred:
                yield b": heartbeat\n\n"
        if watched.over is not None:
            yield _OVER


async def _told(runtime: Runtime, visit: Visit, view: View, events: Sequence[FeedEvent]) -> list[Operation]:
    ids = dict.fromkeys(event.conversation.id for event in events if event.conversation is not None)
    entries = {event.message.id for event in events if event.message is not None}
    if not ids:
        return []
    async with runtime.database.reading((visit.here,)) as tx:
        shown = await desk.resolved(tx, visit, view.shown)
        return await live.changed(runtime, tx, visit, replace(view, shown=shown), list(ids), entries=entries)


async def _gathered(listener: Listener, stirred: asyncio.Event) -> AsyncIterator[list[FeedEvent]]:
    """Events that came at nearly the same time; an empty list when others stirred, or after a while without any."""
    events = aiter(listener)
    coming = asyncio.ensure_future(anext(events, None))
    stirs = asyncio.ensure_future(stirred.wait())
    try:
        while True:
            await asyncio.wait({coming, stirs}, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
            gathered: list[FeedEvent] = []
            while coming.done() and len(gathered) < MOST:
                event = coming.result()
                if event is None:
                    if gathered:
                        yield gathered
                    return
                gathered.append(event)
                coming = asyncio.ensure_future(anext(events, None))
                await asyncio.wait({coming}, timeout=GATHERING)
            yield gathered
            if stirs.done() and not stirred.is_set():
                stirs = asyncio.ensure_future(stirred.wait())
    finally:
        stirs.cancel()
        coming.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await coming


def _piece(told: Sequence[Operation], position: int | None) -> bytes:
    lines = [f"data: {line}" for line in operations.write(told).splitlines()] or ["data:"]
    if position is not None:
        lines.insert(0, f"id: {position}")
    return ("\n".join(lines) + "\n\n").encode()


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and text.isascii() and int(text) <= _LARGEST else None
