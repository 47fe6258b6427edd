"""Coming in: whoever has proved who they are gets a session of their own, always a new one."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from koine.core.actor import Actor
from koine.core.errors import Unauthenticated
from koine.core.sessions import sessions
from koine.core.sessions.model import Begun, Seen
from koine.core.tokens import once
from koine.inbox import clients, cookies, door, policy, render
from koine.inbox.runtime import Runtime
from koine.inbox.visit import Guest
from koine.postgres.database import Tx

HALF_WAY = timedelta(minutes=5)  # between the password and the code
SECOND_STEP = "second-step"


async def proved(runtime: Runtime, guest: Guest, request: Request, by: Actor, came_by: str, to: str) -> Response:
    """Somebody has said the right password, or had a link: let them in, or ask for the code first."""
    if await runtime.recognising.has_second_factor(by):
        async with runtime.database.writing(()) as tx:
            known = await once.vouch(tx, by, SECOND_STEP, came_by, lifetime=HALF_WAY)
        return second_step(guest, known, to)
    async with runtime.database.writing(()) as tx:
        return await let_in(tx, runtime, request, by, came_by, led_to(to))


def second_step(guest: Guest, known: str, to: str, problem: str = "", *, status: int = 200) -> Response:
    """The page that asks for a code. `known` is what shows that the password was right."""
    return render.page(guest, "second_step.html", status=status, known=known, next=to, problem=problem)


async def let_in(tx: Tx, runtime: Runtime, request: Request, by: Actor, came_by: str, response: Response) -> Response:
    """Begin a session, and give its secret to the browser with this answer."""
    begun = await begin(tx, runtime, request, by, came_by)
    cookies.put(response, "session", begun.secret, secure=runtime.secure)
    return response


async def begin(tx: Tx, runtime: Runtime, request: Request, by: Actor, came_by: str) -> Begun:
    """A new session; the one that this browser had before ends."""
    try:
        before, _ = await door.session(runtime, request)
    except Unauthenticated:
        before = None
    if before is not None:
        await sessions.end(tx, before.actor, before.id)
    seen = Seen.of(request.headers.get("user-agent", ""), clients.address(request, runtime.proxies))
    return await sessions.begin(tx, by, came_by=came_by, seen=seen)


def led_to(path: str) -> Response:
    """Go there next, by GET."""
    return Response(status_code=303, headers=policy.headers("") | {"location": path})
