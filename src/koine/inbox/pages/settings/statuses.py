"""The statuses of a workspace."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from koine.core.conversations.model import Category
from koine.core.errors import Invalid, Problem
from koine.core.statuses import statuses
from koine.inbox import form, typed
from koine.inbox.pages.settings import acting
from koine.inbox.pages.settings.acting import NOT_YET, Tried
from koine.inbox.runtime import Runtime
from koine.inbox.visit import Visit
from koine.postgres.database import Tx

CATEGORIES: Mapping[Category, str] = {"open": "Open", "waiting": "Waiting", "resolved": "Resolved"}


async def show(runtime: Runtime, visit: Visit, request: Request, tried: Tried = NOT_YET) -> Response:
    """All of them by category, and a form for one more."""
    async with runtime.database.reading((visit.here,)) as tx:
        found = await statuses.of_workspace(tx, visit.here)
    order = list(CATEGORIES)
    found.sort(key=lambda each: order.index(each.status.category))
    may = visit.may("status:manage")
    values = {"statuses": found, "may": may, "longest": statuses.LONGEST, "categories": CATEGORIES}
    return acting.draw(visit, "statuses.html", "statuses", request, tried, **values)


async def create(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """A new one."""
    sent = await form.read(request)

    async def create(tx: Tx) -> None:
        category = next((each for each in CATEGORIES if each == sent.get("category")), None)
        if category is None:
            raise Invalid(problems=[Problem("not_allowed", ("category",))])
        await statuses.create(tx, visit.actor, visit.here, name=typed.line(sent, "name"), category=category)

    return await acting.act(
        runtime,
        visit,
        "statuses?done=created",
        create,
        lambda refused: show(runtime, visit, request, Tried(refused, sent)),
    )


async def rename(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Another name, wherever it is."""
    sent, id = await form.read(request), typed.id_in_path(request, "status")
    return await acting.act(
        runtime,
        visit,
        "statuses?done=saved",
        lambda tx: statuses.rename(tx, visit.actor, visit.here, id, name=typed.line(sent, "name")),
        lambda refused: show(runtime, visit, request, Tried(refused, sent, id)),
    )


async def delete(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """One that no conversation is in."""
    id = typed.id_in_path(request, "status")
    return await acting.act(
        runtime,
        visit,
        "statuses?done=deleted",
        lambda tx: statuses.delete(tx, visit.actor, visit.here, id),
        lambda refused: show(runtime, visit, request, Tried(refused, at=id)),
    )
