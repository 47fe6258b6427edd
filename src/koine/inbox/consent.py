"""The page on which a person lets an app in: they sign in, see what it wants, and choose where."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Mapping, Sequence

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from koine.core.actor import Actor
from koine.core.apps import authorizing, redirects
from koine.core.errors import TooMany, Unauthenticated, UsedUp
from koine.core.users import signing_in, users
from koine.core.workspaces import workspaces
from koine.core.workspaces.model import Workspace
from koine.inbox import clients, consent_request, cookies, csrf, door, entering, form, policy, render
from koine.inbox.consent_request import Request as Wanted
from koine.inbox.consent_request import Unusable
from koine.inbox.form import Unreadable
from koine.inbox.recognising import NotRecognised
from koine.inbox.runtime import Runtime
from koine.inbox.visit import Guest
from koine.postgres.database import Tx

log = logging.getLogger("koine")

# The second is the one that the official clients make links to.
PATHS = ("/oauth/chooselocation", "/v2/oauth/chooselocation")


class Door:
    """Whoever an app sends here decides about it.

    Those who are signed in decide at once. For others the browser keeps nothing: each page holds what the next needs.
    """

    def __init__(self, runtime: Runtime, says: Mapping[str, str]) -> None:
        self._runtime = runtime
        self._says = says

    async def show(self, request: Request) -> Response:
        """Who asks, and the form to decide, or to sign in."""
        return await _guarded(self._show(request))

    async def accept(self, request: Request) -> Response:
        """A form comes back: that of signing in, or that of deciding."""
        return await _guarded(self._accept(request))

    async def _show(self, request: Request) -> Response:
        wanted = await consent_request.read(self._runtime.database, request.query_params)
        if refused := _refused(wanted):
            return refused
        here = await self._signed_in(wanted, request)
        if here is None:
            return _sign_in(wanted)
        by, guest = here
        async with self._runtime.database.reading(()) as tx:
            places = await _administered(tx, by)
        return self._ask(wanted, by, places, guest) if places else _nothing_to_give(wanted, by)

    async def _accept(self, request: Request) -> Response:
        wanted = await consent_request.read(self._runtime.database, request.query_params)
        if refused := _refused(wanted):
            return refused
        sent = await form.read(request)
        if "known" in sent:
            return await self._decide_known(wanted, sent)
        if "decision" in sent:
            return await self._decide_signed_in(wanted, sent, request)
        return await self._recognise(wanted, sent.get("email", "").strip(), sent.get("password", ""), request)

    async def _recognise(self, wanted: Wanted, email: str, password: str, request: Request) -> Response:
        """Whoever has a second factor is asked for it, gets a session, and comes back with that."""
        recognising, client = self._runtime.recognising, clients.address(request, self._runtime.proxies)
        try:
            by = await recognising.by_password(email, password, client, account_id=wanted.app.account_id)
        except TooMany:
            return _sign_in(wanted, email, "Too many tries. Wait five minutes.", status=429)
        except NotRecognised as refused:
            return _sign_in(wanted, email, refused.says, status=422)
        if await recognising.has_second_factor(by):
            return await self._second_step(by, request)
        async with self._runtime.database.writing(()) as tx:
            places = await _administered(tx, by)
            await signing_in.signed_in(tx, by, f"app {wanted.app.public_id}")
            user = await users.by_id(tx, by.account_id, by.id or 0)
            known = await authorizing.recognise(tx, by, wanted.app, user) if places and user is not None else ""
        return self._ask(wanted, by, places, Guest(), known) if known else _nothing_to_give(wanted, by)

    async def _second_step(self, by: Actor, request: Request) -> Response:
        secret = cookies.read(request, "guest", secure=self._runtime.secure) or cookies.new()
        back, guest = f"{request.url.path}?{request.url.query}", Guest(csrf=csrf.of(secret))
        response = await entering.proved(self._runtime, guest, request, by, "password", back)
        cookies.put(response, "guest", secret, secure=self._runtime.secure)
        return response

    async def _signed_in(self, wanted: Wanted, request: Request) -> tuple[Actor, Guest] | None:
        """Who is signed in here, if they belong to the app's account."""
        try:
            opened, secret = await door.session(self._runtime, request)
        except Unauthenticated:
            return None
        if opened.actor.account_id != wanted.app.account_id:
            return None
        return opened.actor, Guest(csrf=csrf.of(secret), theme=opened.preferences.theme)

    async def _decide_signed_in(self, wanted: Wanted, sent: Mapping[str, str], request: Request) -> Response:
        here = await self._signed_in(wanted, request)
        if here is None:
            return _sign_in(wanted, problem="You are signed out. Sign in again.", status=409)
        by, guest = here
        if not csrf.right(guest.csrf, sent.get(csrf.FIELD)):
            raise Unreadable(403)
        async with self._runtime.database.writing(()) as tx:
            return await self._decided(tx, wanted, by, sent)

    async def _decide_known(self, wanted: Wanted, sent: Mapping[str, str]) -> Response:
        app = wanted.app
        async with self._runtime.database.writing(()) as tx:
            user_id = await authorizing.recognised(tx, app, sent["known"])
            by = await signing_in.acting(tx, app.account_id, user_id)
            return await self._decided(tx, wanted, by, sent)

    async def _decided(self, tx: Tx, wanted: Wanted, by: Actor | None, sent: Mapping[str, str]) -> Response:
        if sent.get("decision") != "allow":
            return _away(wanted.back(error="access_denied"))
        whole, place = wanted.app.audience == "account", sent.get("place")
        places = [] if by is None else await _administered(tx, by)
        chosen = [each.id for each in places if whole or str(each.id) == place]
        if by is None or not chosen:
            raise UsedUp
        return _away(wanted.back(code=await authorizing.allow(tx, by, wanted.app, chosen, wanted.asked)))

    def _ask(self, wanted: Wanted, by: Actor, places: Sequence[Workspace], guest: Guest, known: str = "") -> Response:
        app, choosing = wanted.app, wanted.app.audience == "workspace"
        leads_to = redirects.origin(wanted.asked.redirect_uri)
        return render.page(
            guest,
            "consent.html",
            leads_to=leads_to,
            app=app.name,
            person=by.name or by.email or "",
            wanted=[self._says.get(scope, scope) for scope in wanted.asked.scopes],
            known=known,
            legend="In which location?" if choosing else "In all locations that you administer",
            places=places,
            choosing=choosing,
            origin=leads_to,
        )


def routes(runtime: Runtime, says: Mapping[str, str]) -> list[Route]:
    """The page, under each of its addresses. `says` is what people read for the scopes that apps ask for."""
    door = Door(runtime, says)
    return [
        Route(path, handler, methods=[method])
        for path in PATHS
        for method, handler in (("GET", door.show), ("POST", door.accept))
    ]


async def _administered(tx: Tx, by: Actor) -> list[Workspace]:
    """Where somebody may let an app in."""
    ids = [id for id in by.workspaces if by.may("account:manage", id)]
    return await workspaces.find(tx, by.account_id, ids)


async def _guarded(answering: Awaitable[Response]) -> Response:
    """Every way this can end, as a page. The log gets no address: there may be secrets in it."""
    try:
        return await answering
    except Unusable as unusable:
        return _over("This link cannot be used", str(unusable), status=400)
    except UsedUp:
        says = "This was decided already, or too much time has passed since you signed in."
        return _over("This cannot be decided any more", says, status=409)
    except Unreadable as refused:
        return Response("This form cannot be read.", refused.status, policy.headers(""), "text/plain")
    except ClientDisconnect:
        return Response(status_code=400)
    except Exception:
        log.exception("letting an app in failed")
        return Response("Something went wrong. Nothing was allowed; try again.", 500, policy.headers(""), "text/plain")


def _refused(wanted: Wanted) -> Response | None:
    """The app has itself to blame, and is told."""
    return None if wanted.problem is None else _away(wanted.back(error=wanted.problem))


def _sign_in(wanted: Wanted, email: str = "", problem: str = "", *, status: int = 200) -> Response:
    origin = redirects.origin(wanted.asked.redirect_uri)
    shown = {"app": wanted.app.name, "email": email[:254], "problem": problem, "origin": origin}
    return render.page(Guest(), "consent_sign_in.html", status=status, **shown)


def _nothing_to_give(wanted: Wanted, by: Actor) -> Response:
    says = f"{by.name or by.email}, you administer no location, so you cannot let {wanted.app.name} into one."
    return _over("You cannot decide this", says, status=403)


def _over(title: str, says: str, *, status: int) -> Response:
    return render.page(Guest(), "consent_over.html", status=status, title=title, says=says)


def _away(address: str) -> Response:
    return Response(status_code=303, headers=policy.headers("") | {"location": address})
