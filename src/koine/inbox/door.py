"""Who comes in: from a request to a `Visit`, or to the sign-in page; and which forms are believed to be ours."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from koine.core.errors import Conflict, Forbidden, Invalid, NotFound, Refused, TooMany, Unauthenticated
from koine.core.sessions.register import Opened
from koine.core.workspaces import workspaces
from koine.core.workspaces.model import Workspace
from koine.inbox import cookies, csrf, form, policy, render, ways
from koine.inbox.form import Unreadable
from koine.inbox.runtime import Runtime
from koine.inbox.visit import UTC, Guest, Visit

log = logging.getLogger("koine")

Handler = Callable[[Runtime, Visit, Request], Awaitable[Response]]
OpenHandler = Callable[[Runtime, Guest, Request], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]

_READING = frozenset({"GET", "HEAD"})
# Kind of refusal -> status. What one may not see is not there; what one may see and not do is said plainly.
_STATUSES: tuple[tuple[type[Refused], int], ...] = (
    (NotFound, 404),
    (Forbidden, 403),
    (Conflict, 409),
    (Invalid, 422),
    (TooMany, 429),
)


def admit(runtime: Runtime, handler: Handler) -> Endpoint:
    """A page for those who are signed in; one with {workspace} in its path only for its members."""

    async def endpoint(request: Request) -> Response:
        guest = _guest("")
        try:
            opened, secret = await session(runtime, request)
            guest = _signed_in(opened, secret)
            await _must_be_ours(request, guest, form.OF_PEOPLE)
            visit = await _visit(runtime, request, opened, guest)
            response = await handler(runtime, visit, request)
        except Unauthenticated:
            return _away(runtime, request)
        except Exception as error:
            return _failed(error, guest, request)
        if request.method not in _READING:
            runtime.wrote()
        return _guarded(response)

    return endpoint


def greet(runtime: Runtime, handler: OpenHandler) -> Endpoint:
    """A page for whoever comes. Its forms are known by a cookie that says nothing else."""

    async def endpoint(request: Request) -> Response:
        kept = cookies.read(request, "guest", secure=runtime.secure)
        secret = kept or cookies.new()
        guest = _guest(csrf.of(secret))
        try:
            await _must_be_ours(request, guest, form.OF_STRANGERS)
            response = await handler(runtime, guest, request)
        except Exception as error:
            response = _failed(error, guest, request)
        if kept is None and request.method in _READING:
            cookies.put(response, "guest", secret, secure=runtime.secure)
        return _guarded(response)

    return endpoint


async def session(runtime: Runtime, request: Request) -> tuple[Opened, str]:
    """The session that a browser shows, and its secret. Raises Unauthenticated."""
    secret = cookies.read(request, "session", secure=runtime.secure)
    if secret is None:
        raise Unauthenticated
    return await runtime.register.opened(secret), secret


def _guest(token: str) -> Guest:
    return Guest(csrf=token, nonce=secrets.token_urlsafe(16))


def _signed_in(opened: Opened, secret: str) -> Guest:
    liked = opened.preferences
    return Guest(
        csrf=csrf.of(secret),
        nonce=secrets.token_urlsafe(16),
        zone=_zone(liked.time_zone),
        theme=liked.theme,
        availability=liked.availability,
    )


async def _visit(runtime: Runtime, request: Request, opened: Opened, guest: Guest) -> Visit:
    """Raises NotFound for a workspace that is not open to them."""
    async with runtime.database.reading(()) as tx:
        places = await workspaces.find(tx, opened.actor.account_id, opened.actor.workspaces)
    return Visit(
        csrf=guest.csrf,
        nonce=guest.nonce,
        zone=guest.zone,
        theme=guest.theme,
        availability=guest.availability,
        actor=opened.actor,
        session_id=opened.id,
        workspace=_here(request, places),
        places=tuple(sorted(places, key=lambda place: (place.name.casefold(), place.id))),
        partial=_is_partial(request),
    )


def _here(request: Request, places: list[Workspace]) -> Workspace | None:
    id = request.path_params.get("workspace")
    if id is None:
        return None
    for place in places:
        if place.id == id:
            return place
    raise NotFound


async def _must_be_ours(request: Request, guest: Guest, limits: form.Limits) -> None:
    """Raises Unreadable for what was not sent by a page that this very person got from us."""
    if request.method in _READING:
        return
    if not form.from_our_page(request):
        raise Unreadable(403)
    given = request.headers.get(csrf.HEADER)
    if given is None:
        given = (await form.read(request, limits)).get(csrf.FIELD)
    if not csrf.right(guest.csrf, given):
        raise Unreadable(403)


def _away(runtime: Runtime, request: Request) -> Response:
    """A page leads to the sign-in page and back; a script or a stream is told plainly."""
    if _is_partial(request) or "text/event-stream" in request.headers.get("accept", ""):
        response = Response("You are signed out.", 401, policy.headers(""), "text/plain")
    else:
        response = Response(status_code=303, headers=policy.headers("") | {"location": _sign_in(request)})
    if cookies.read(request, "session", secure=runtime.secure) is not None:
        cookies.take(response, "session", secure=runtime.secure)
    return response


def _sign_in(request: Request) -> str:
    if request.method not in _READING:
        return ways.SIGN_IN
    query = request.url.query
    return ways.to_sign_in(f"{request.url.path}?{query}" if query else request.url.path)


def _failed(error: Exception, guest: Guest, request: Request) -> Response:
    """Every other way this can end, as a page. The log gets no address: there may be a secret in it."""
    match error:
        case Unreadable():
            return Response("This form cannot be read. Go back, load the page again, and try once more.",
                            error.status, policy.headers(""), "text/plain")  # fmt: skip
        case ClientDisconnect():
            return Response(status_code=400, headers=policy.headers(""))
        case Refused():
            return _refused(error, guest)
    log.error("a page failed: %s", request.scope["route"].path if "route" in request.scope else "", exc_info=error)
    return Response("Something went wrong. Nothing was changed; try again.", 500, policy.headers(""), "text/plain")


def _refused(error: Refused, guest: Guest) -> Response:
    status = next((status for kind, status in _STATUSES if isinstance(error, kind)), 400)
    says = "There is no such page, or it is not open to you." if status == 404 else error.says
    response = render.page(guest, "refused.html", status=status, says=says)
    if isinstance(error, TooMany):
        response.headers["retry-after"] = str(error.retry_after)
    return response


def _guarded(response: Response) -> Response:
    """With what browsers are told beside every answer, where it does not say so itself: a redirect, say."""
    for name, value in policy.headers("").items():
        response.headers.setdefault(name, value)
    return response


def _is_partial(request: Request) -> bool:
    return request.headers.get("koine-partial") == "1"


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
