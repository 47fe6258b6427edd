"""Where one is signed in, and signing out there."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from koine.core.sessions import sessions
from koine.core.sessions.refusals import SessionNotFound
from koine.inbox import browsers, entering, render, ways
from koine.inbox.runtime import Runtime
from koine.inbox.visit import Visit

PATH = "/inbox/settings/sessions"
_LARGEST = 2**63 - 1


async def show(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """All of them; this one first."""
    async with runtime.database.reading(()) as tx:
        found = await sessions.of_user(tx, visit.actor)
    found.sort(key=lambda each: each.id != visit.session_id)
    said = "Signed out there." if "saved" in request.query_params else ""
    return render.page(visit, "sessions.html", sessions=found, browser=browsers.named, said=said)


async def revoke(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Sign out at one of them. Raises SessionNotFound."""
    id: int = request.path_params["session"]
    if id > _LARGEST:
        raise SessionNotFound
    async with runtime.database.writing(()) as tx:
        await sessions.revoke(tx, visit.actor, id)
    return entering.led_to(ways.SIGN_IN if id == visit.session_id else f"{PATH}?saved=1")


async def revoke_others(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Sign out everywhere but here."""
    async with runtime.database.writing(()) as tx:
        await sessions.revoke_others(tx, visit.actor, visit.session_id)
    return entering.led_to(f"{PATH}?saved=1")
