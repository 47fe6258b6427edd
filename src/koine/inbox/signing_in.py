"""The sign-in page, its second step, and signing out."""

from __future__ import annotations

import contextlib

from starlette.requests import Request
from starlette.responses import Response

from koine.core.actor import Actor
from koine.core.errors import TooMany, Unauthenticated, UsedUp
from koine.core.second_factors.refusals import CodeRefused, NoSecondFactor
from koine.core.sessions import sessions
from koine.core.tokens import once
from koine.core.users import signing_in
from koine.inbox import clients, cookies, door, entering, form, recognising, render, ways
from koine.inbox.recognising import NotRecognised
from koine.inbox.runtime import Runtime
from koine.inbox.visit import Guest, Visit

_TOO_MANY = "Too many tries. Wait a few minutes, then try again."
_TOO_LATE = "Too much time has passed. Sign in again."


async def show(runtime: Runtime, guest: Guest, request: Request) -> Response:
    """The form; whoever is signed in already is led on."""
    to = ways.safe(request.query_params.get("next"))
    with contextlib.suppress(Unauthenticated):
        await door.session(runtime, request)
        return entering.led_to(to)
    return _form(guest, to)


async def accept(runtime: Runtime, guest: Guest, request: Request) -> Response:
    """Address and password. What is wrong with them is told to nobody."""
    sent = await form.read(request)
    to, email = ways.safe(sent.get("next")), sent.get("email", "").strip()
    try:
        by = await runtime.recognising.by_password(email, sent.get("password", ""), _client(runtime, request))
    except TooMany as refused:
        return _later(_form(guest, to, email, _TOO_MANY, status=429), refused)
    except NotRecognised as refused:
        return _form(guest, to, email, refused.says, status=422)
    return await entering.proved(runtime, guest, request, by, "password", to)


async def accept_code(runtime: Runtime, guest: Guest, request: Request) -> Response:
    """The second step: a code of the phone, or a recovery code."""
    sent = await form.read(request)
    to, known = ways.safe(sent.get("next")), sent.get("known", "")
    try:
        await runtime.recognising.count_guest(_client(runtime, request))
        by, came_by = await _half_way(runtime, known)
        await runtime.recognising.count_code(by)
    except TooMany as refused:
        return _later(entering.second_step(guest, known, to, _TOO_MANY, status=429), refused)
    except UsedUp:
        return _form(guest, to, "", _TOO_LATE, status=409)
    try:
        async with runtime.database.writing(()) as tx:
            await recognising.use_code(tx, by, runtime.sealing, sent.get("code", ""))
            await once.use(tx, entering.SECOND_STEP, known)
            return await entering.let_in(tx, runtime, request, by, f"{came_by} and code", entering.led_to(to))
    except CodeRefused as wrong:
        return entering.second_step(guest, known, to, wrong.says, status=422)
    except (UsedUp, NoSecondFactor):
        return _form(guest, to, "", _TOO_LATE, status=409)


async def leave(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Sign out: the session ends, and its streams with it."""
    async with runtime.database.writing(()) as tx:
        await sessions.end(tx, visit.actor, visit.session_id)
    response = entering.led_to(ways.SIGN_IN)
    cookies.take(response, "session", secure=runtime.secure)
    return response


async def _half_way(runtime: Runtime, known: str) -> tuple[Actor, str]:
    """Who said the right password before, and by what. Raises UsedUp."""
    async with runtime.database.reading(()) as tx:
        holder = await once.holder(tx, entering.SECOND_STEP, known)
        by = await signing_in.acting(tx, holder.account_id, holder.user_id)
    if by is None:
        raise UsedUp
    return by, holder.says


def _form(guest: Guest, to: str, email: str = "", problem: str = "", *, status: int = 200) -> Response:
    return render.page(guest, "sign_in.html", status=status, next=to, email=email[:254], problem=problem)


def _later(response: Response, refused: TooMany) -> Response:
    response.headers["retry-after"] = str(refused.retry_after)
    return response


def _client(runtime: Runtime, request: Request) -> str:
    return clients.address(request, runtime.proxies)
