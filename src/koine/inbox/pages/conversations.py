"""A conversation with its list beside it, and the frames in which what came from outside is shown."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from koine.core.conversations import finding, timeline
from koine.core.errors import MessageNotFound
from koine.core.workspaces import furniture
from koine.inbox import asking, operations, render
from koine.inbox.pages import desk, framed, reading
from koine.inbox.runtime import Runtime
from koine.inbox.visit import Visit


async def show(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """The conversation; for the page's script only what was said before."""
    query, number = request.query_params, request.path_params["number"]
    shown = asking.read(query.get("queue", "all"), query)
    async with runtime.database.reading((visit.here,)) as tx:
        if visit.partial and "after" in query:
            shown = await desk.resolved(tx, visit, shown)
            has = await furniture.of_workspace(tx, visit.here)
            return _older(visit, await reading.read(runtime, tx, visit, shown, number, query, has))
        found = await desk.read(tx, visit, shown, {})
        read = await reading.read(runtime, tx, visit, shown, number, query, found.has.named)
    values: dict[str, Any] = {"rail": found.rail, "queue": found.queue, "position": found.position}
    return render.page(visit, "inbox.html", thread=read.thread, side=read.side, **values)


async def body(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """What somebody outside wrote, for the sandboxed frame in its thread. Raises MessageNotFound."""
    number, id = request.path_params["number"], request.path_params["message"]
    async with runtime.database.reading((visit.here,)) as tx:
        conversation = await finding.by_number(tx, visit.actor, visit.here, number)
        entries = await timeline.those(tx, visit.actor, conversation, [id])
    if not entries or entries[0].message.html is None:
        raise MessageNotFound
    return framed.answer(entries[0].message.html, pictures=request.query_params.get("pictures") == "1")


def _older(visit: Visit, read: reading.Read) -> Response:
    bubbles = render.partial(visit, "_bubbles.html", thread=read.thread)
    more = render.partial(visit, "_older.html", thread=read.thread)
    return operations.answer(operations.prepend("messages", bubbles), operations.replace("older", more))
