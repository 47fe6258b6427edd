"""Lists of conversations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from koine.inbox import asking, operations, render
from koine.inbox.asking import Shown
from koine.inbox.pages import desk
from koine.inbox.runtime import Runtime
from koine.inbox.visit import Visit


async def home(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """To the first workspace, or to the page that says that there is none."""
    if not visit.places:
        return render.page(visit, "nowhere.html")
    return RedirectResponse(f"/inbox/w/{visit.places[0].id}/mine", 303)


async def enter(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """To the workspace's first list."""
    return RedirectResponse(f"{visit.root}/mine", 303)


async def show(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """A list by itself; for the page's script only its next part."""
    shown = asking.read(request.path_params["queue"], request.query_params)
    return await page(runtime, visit, shown, request.query_params)


async def page(runtime: Runtime, visit: Visit, shown: Shown, query: Mapping[str, str]) -> Response:
    """The page of a list, or its next part."""
    async with runtime.database.reading((visit.here,)) as tx:
        found = await desk.read(tx, visit, shown, query)
    values: dict[str, Any] = {"queue": found.queue, "thread": None}
    if visit.partial:
        rows = render.partial(visit, "_rows.html", **values)
        return operations.answer(
            operations.append("rows", rows), operations.replace("more", render.partial(visit, "_more.html", **values))
        )
    return render.page(visit, "inbox.html", rail=found.rail, side=None, position=found.position, **values)
