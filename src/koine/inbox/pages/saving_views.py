"""Lists with their filters, kept as views: for oneself or for everybody, renamed, asked otherwise, and given up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from koine.core.errors import Invalid, Problem
from koine.core.views import filters, views
from koine.core.views.model import Described
from koine.inbox import asking, form, narrowing
from koine.inbox.asking import Shown
from koine.inbox.pages import desk
from koine.inbox.runtime import Runtime
from koine.inbox.visit import Visit
from koine.postgres.database import Tx

_LONGEST = 20_000  # characters of an address


async def create(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Keep the list that the form says in `query`. Raises Invalid, also where a list cannot be a view."""
    sent = await form.read(request, form.OF_PEOPLE)
    async with runtime.database.writing((visit.here,)) as tx:
        shown = await _shown(tx, visit, sent.get("query", ""))
        view = await views.create(tx, visit.actor, visit.here, _described(shown, sent, shared="shared" in sent))
    return RedirectResponse(f"{visit.root}/view/{view.id}", 303)


async def update(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Call a view otherwise, share it or not; or, with a `query`, only ask otherwise."""
    sent, id = await form.read(request, form.OF_PEOPLE), request.path_params["view"]
    async with runtime.database.writing((visit.here,)) as tx:
        view = await views.find(tx, visit.actor, visit.here, id)
        if "query" in sent:
            shown = await _shown(tx, visit, sent["query"])
            described = _described(shown, {"name": view.name}, shared=view.shared, place=view.place)
        else:
            named, asked = _name(sent), filters.write(view.filters)
            described = Described(named, asked, view.sort, "shared" in sent, view.place)
        await views.update(tx, visit.actor, view, described)
    return RedirectResponse(f"{visit.root}/view/{id}", 303)


async def delete(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Keep it no longer. Raises ViewNotFound."""
    await form.read(request, form.OF_PEOPLE)
    async with runtime.database.writing((visit.here,)) as tx:
        await views.delete(tx, visit.actor, await views.find(tx, visit.actor, visit.here, request.path_params["view"]))
    return RedirectResponse(f"{visit.root}/all", 303)


async def _shown(tx: Tx, visit: Visit, query: str) -> Shown:
    """The list of an address's query, as `Shown.query` writes it."""
    said = QueryParams(parse_qsl(query[:_LONGEST]))
    return await desk.resolved(tx, visit, asking.read(said.get("queue", "all"), said))


def _described(shown: Shown, sent: Mapping[str, str], *, shared: bool, place: int = 0) -> Described:
    asked = narrowing.kept(shown.slug, shown.asked.filters)
    if asked is None or shown.words:
        raise Invalid("This list cannot be kept as a view.", problems=[Problem("not_allowed", ("query",))])
    kept: dict[str, Any] = filters.write(asked)
    return Described(_name(sent), kept, shown.asked.sort, shared, place)


def _name(sent: Mapping[str, str]) -> str:
    name = " ".join(sent.get("name", "").replace("\x00", " ").split())
    if not name or len(name) > views.LONGEST:
        says = f"A view has a name of {views.LONGEST} letters at most."
        raise Invalid(says, problems=[Problem("missing" if not name else "too_long", ("name",))])
    return name
