"""All that happens in a workspace, the newest first, and live."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from koine.core import events as known
from koine.core.feed import feed
from koine.core.feed.model import FeedEvent
from koine.inbox import operations, render, stream, typed
from koine.inbox.operations import Operation
from koine.inbox.pages.settings import acting
from koine.inbox.runtime import Runtime
from koine.inbox.shown import happenings, sections
from koine.inbox.visit import Visit

PAGE = 50


async def show(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """The newest of them, or those before one. Raises NotFound."""
    sections.must_open(visit, "events")
    kinds, before = _kinds(request.query_params), typed.number(request.query_params.get("before", ""))
    async with runtime.database.reading((visit.here,)) as tx:
        extent = await feed.extent(tx, visit.here)  # first: what happens from here on is told by the stream
        found = await feed.latest(tx, visit.actor, visit.here, before, kinds=kinds, limit=PAGE)
        shown = await happenings.read(tx, visit, found.events)
    asked = request.query_params.get("kind", "")
    values = {
        "events": shown,
        "kind": asked if kinds is not None else "",
        "topics": topics(),
        "older": _address(visit, asked, before=found.next) if found.more else None,
        "live": f"{visit.root}/settings/events/stream?{urlencode({'position': extent.last, 'kind': asked})}",
    }
    return acting.draw(visit, "events.html", "events", request, before=before, **values)


async def follow(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """What happens from now on, put above what is there. Raises NotFound."""
    sections.must_open(visit, "events")
    kinds = _kinds(request.query_params)

    async def tell(visit: Visit, events: Sequence[FeedEvent]) -> list[Operation]:
        wanted = [event for event in reversed(events) if kinds is None or event.kind in kinds]
        if not wanted:
            return []
        async with runtime.database.reading((visit.here,)) as tx:
            shown = await happenings.read(tx, visit, wanted)
        return [operations.prepend("events", render.partial(visit, "settings/_events.html", events=shown))]

    return stream.stream(runtime, visit, request, tell)


def topics() -> Sequence[tuple[str, Sequence[str]]]:
    """All kinds of events by what they are about."""
    return [
        (topic, list(kinds)) for topic, kinds in groupby(sorted(known.kinds()), lambda kind: kind.partition(".")[0])
    ]


def _kinds(query: Mapping[str, str]) -> Collection[str] | None:
    """Those that are asked for: one, or all about one topic (`conversation.*`); None: all there are."""
    asked = query.get("kind", "")
    if not asked.endswith(".*"):
        return [asked] if asked in known.kinds() else None
    return [kind for kind in known.kinds() if kind.startswith(asked[:-1])] or None


def _address(visit: Visit, kind: str, *, before: int) -> str:
    said = {"before": str(before)} | ({"kind": kind} if kind else {})
    return f"{visit.root}/settings/events?{urlencode(said)}"
