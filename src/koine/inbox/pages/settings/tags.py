"""The tags of a workspace."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from koine.core.tags import tags
from koine.inbox import form, typed
from koine.inbox.pages.settings import acting
from koine.inbox.pages.settings.acting import NOT_YET, Tried
from koine.inbox.runtime import Runtime
from koine.inbox.visit import Visit


async def show(runtime: Runtime, visit: Visit, request: Request, tried: Tried = NOT_YET) -> Response:
    """All of them, and a form for one more."""
    async with runtime.database.reading((visit.here,)) as tx:
        found = await tags.of_workspace(tx, visit.here)
    may = visit.may("tags:manage")
    return acting.draw(visit, "tags.html", "tags", request, tried, tags=found, may=may, longest=tags.LONGEST)


async def create(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """A new one."""
    sent = await form.read(request)
    return await acting.act(
        runtime,
        visit,
        "tags?done=created",
        lambda tx: tags.create(tx, visit.actor, visit.here, name=typed.line(sent, "name")),
        lambda refused: show(runtime, visit, request, Tried(refused, sent)),
    )


async def rename(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Another name, wherever it is."""
    sent, id = await form.read(request), typed.id_in_path(request, "tag")
    return await acting.act(
        runtime,
        visit,
        "tags?done=saved",
        lambda tx: tags.rename(tx, visit.actor, visit.here, id, name=typed.line(sent, "name")),
        lambda refused: show(runtime, visit, request, Tried(refused, sent, id)),
    )


async def delete(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Off all conversations."""
    id = typed.id_in_path(request, "tag")
    return await acting.act(
        runtime,
        visit,
        "tags?done=deleted",
        lambda tx: tags.delete(tx, visit.actor, visit.here, id),
        lambda refused: show(runtime, visit, request, Tried(refused, at=id)),
    )
