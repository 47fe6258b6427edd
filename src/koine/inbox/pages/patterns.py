"""Every part of the pages on one page, for whoever changes one: only while `development` is on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from koine.core.actor import Actor
from koine.core.permissions import ADMIN
from koine.core.workspaces.model import Workspace
from koine.inbox import icons, render
from koine.inbox.runtime import Runtime
from koine.inbox.shown import samples
from koine.inbox.visit import Guest, Visit

PATH = "/patterns"
_WHOLE = {"list": "inbox.html", "thread": "inbox.html", "empty": "inbox.html"}


async def show(runtime: Runtime, guest: Guest, request: Request) -> Response:
    """All parts below each other; or, by its name in the query, one whole page made of them."""
    visit = _visit(guest)
    whole = request.query_params.get("page", "")
    if whole not in _WHOLE:
        return render.page(visit, "patterns.html", samples=samples, names=sorted(icons.NAMES))
    queue = samples.empty_queue() if whole == "empty" else samples.queue()
    opened = whole == "thread"
    values: dict[str, Any] = {"rail": samples.rail(queue.slug), "queue": queue, "position": 0}
    thread, side = (samples.thread(), samples.side()) if opened else (None, None)
    return render.page(visit, _WHOLE[whole], thread=thread, side=side, **values)


def _visit(guest: Guest) -> Visit:
    """Somebody who is nobody, in a workspace that is nowhere."""
    then = datetime(2026, 1, 1, tzinfo=UTC)
    place = Workspace(0, UUID(int=0), 0, "Lamplight Ltd", None, {}, then, then, None)
    by = Actor("user", samples.MARY.id, 0, {0: ADMIN}, name=samples.MARY.name)
    return Visit(
        csrf=guest.csrf, nonce=guest.nonce, zone=guest.zone, actor=by, session_id=0, workspace=place, places=(place,)
    )
