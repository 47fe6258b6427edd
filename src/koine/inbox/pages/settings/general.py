"""The workspace itself, and the way to everything else that can be settled."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from koine.core.workspaces import renaming
from koine.inbox import form, typed
from koine.inbox.pages.settings import acting
from koine.inbox.pages.settings.acting import NOT_YET, Tried
from koine.inbox.runtime import Runtime
from koine.inbox.visit import Visit


async def index(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """All sections."""
    return acting.draw(visit, "index.html", "", request)


async def show(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Name and ids."""
    return _page(visit, request)


async def rename(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Another name."""
    sent = await form.read(request)
    return await acting.act(
        runtime,
        visit,
        "general?done=saved",
        lambda tx: renaming.rename(tx, visit.actor, visit.here, name=typed.line(sent, "name")),
        lambda refused: _again(visit, request, Tried(refused, sent)),
    )


async def _again(visit: Visit, request: Request, tried: Tried) -> Response:
    return _page(visit, request, tried)


def _page(visit: Visit, request: Request, tried: Tried = NOT_YET) -> Response:
    return acting.draw(
        visit, "general.html", "general", request, tried, may=visit.may("account:manage"), longest=renaming.LONGEST
    )
