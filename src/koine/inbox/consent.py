"""The page on which a person lets an app in: they sign in, see what it wants, and choose where."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Mapping
from html import escape

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from koine.core.actor import Actor
from koine.core.apps import authorizing, redirects
from koine.core.apps.model import App
from koine.core.errors import TooMany, UsedUp
from koine.core.limits.limits import Limits
from koine.core.limits.model import Rate
from koine.core.users import passwords, signing_in
from koine.core.users.users import User
from koine.core.workspaces import workspaces
from koine.core.workspaces.model import Workspace
from koine.inbox import consent_request, form, page
from koine.inbox.consent_request import Request as Wanted
from koine.inbox.consent_request import Unusable
from koine.inbox.form import Unreadable
from koine.inbox.page import HEADERS, Markup
from koine.postgres.database import Database, Tx

log = logging.getLogger("koine")

# The second is the one that the official clients make links to.
PATHS = ("/oauth/chooselocation", "/v2/oauth/chooselocation")

OFTEN = (Rate(10, 300),)  # tries to sign in, for each address
_AT_ONCE = 2  # passwords that are looked at: each takes 64 MiB
_WRONG = "This address and this password do not belong together."


class Door:
    """Whoever an app sends here decides about it. The browser keeps nothing: each page holds what the next needs."""

    def __init__(self, database: Database, says: Mapping[str, str]) -> None:
        self._database = database
        self._says = says
        self._limits = Limits(database)
        self._looking = asyncio.Semaphore(_AT_ONCE)

    async def show(self, request: Request) -> Response:
        """Who asks, and the form to sign in."""
        return await _guarded(self._show(request))

    async def accept(self, request: Request) -> Response:
        """A form comes back: that of signing in, or that of deciding."""
        return await _guarded(self._accept(request))

    async def _show(self, request: Request) -> Response:
        wanted = await consent_request.read(self._database, request.query_params)
        return _refused(wanted) or _sign_in(wanted)

    async def _accept(self, request: Request) -> Response:
        wanted = await consent_request.read(self._database, request.query_params)
        if refused := _refused(wanted):
            return refused
        sent = await form.read(request)
        if "known" in sent:
            return await self._decide(wanted, sent)
        return await self._recognise(wanted, sent.get("email", "").strip(), sent.get("password", ""))

    async def _recognise(self, wanted: Wanted, email: str, password: str) -> Response:
        """As much work, and the same answer, for an address that nobody has."""
        app = wanted.app
        try:
            await self._limits.count(f"sign-in {_told_apart(app, email)}", OFTEN)
        except TooMany:
            return _sign_in(wanted, email, "Too many tries. Wait five minutes.", status=429)
        async with self._database.reading(()) as tx:
            claimed = await signing_in.claimed(tx, app.account_id, email)
        async with self._looking:
            right = await asyncio.to_thread(passwords.verified, password, claimed.password_hash)
        if not right or claimed.user is None:
            return _sign_in(wanted, email, _WRONG, status=422)
        async with self._database.writing(()) as tx:
            by = await signing_in.acting(tx, app.account_id, claimed.user.id)
            if by is None:
                return _sign_in(wanted, email, _WRONG, status=422)
            places = await _administered(tx, by)
            await signing_in.signed_in(tx, by, f"app {app.public_id}")
            known = await authorizing.recognise(tx, by, app, claimed.user) if places else ""
        return self._ask(wanted, by, places, known) if places else _nothing_to_give(wanted, claimed.user)

    async def _decide(self, wanted: Wanted, sent: Mapping[str, str]) -> Response:
        app = wanted.app
        async with self._database.writing(()) as tx:
            user_id = await authorizing.recognised(tx, app, sent["known"])
            if sent.get("decision") != "allow":
                return _away(wanted.back(error="access_denied"))
            by = await signing_in.acting(tx, app.account_id, user_id)
            places = [] if by is None else await _administered(tx, by)
            chosen = [place.id for place in places if app.audience == "account" or str(place.id) == sent.get("place")]
            if by is None or not chosen:
                raise UsedUp
            code = await authorizing.allow(tx, by, app, chosen, wanted.asked)
        return _away(wanted.back(code=code))

    def _ask(self, wanted: Wanted, by: Actor, places: list[Workspace], known: str) -> Response:
        app = wanted.app
        listed = "\n".join(f"<li>{escape(self._says.get(scope, scope))}</li>" for scope in wanted.asked.scopes)
        values = {
            "app": app.name,
            "person": by.name or by.email or "",
            "wanted": Markup(listed),
            "problem": Markup(""),
            "known": known,
            "legend": "In which location?" if app.audience == "workspace" else "In all locations that you administer",
            "places": Markup("\n".join(_place(app, place, checked=not at) for at, place in enumerate(places))),
            "leads_to": redirects.origin(wanted.asked.redirect_uri),
        }
        return page.show("consent", values, title=f"Let {app.name} in?", leads_to=values["leads_to"])


def routes(database: Database, says: Mapping[str, str]) -> list[Route]:
    """The page, under each of its addresses. `says` is what people read for the scopes that apps ask for."""
    door = Door(database, says)
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
        return page.show("consent_over", {"says": str(unusable)}, title="This link cannot be used", status=400)
    except UsedUp:
        says = "This was decided already, or too much time has passed since you signed in."
        return page.show("consent_over", {"says": says}, title="This cannot be decided any more", status=409)
    except Unreadable as refused:
        return Response("This form cannot be read.", refused.status, HEADERS, "text/plain")
    except ClientDisconnect:
        return Response(status_code=400)
    except Exception:
        log.exception("letting an app in failed")
        return Response("Something went wrong. Nothing was allowed; try again.", 500, HEADERS, "text/plain")


def _refused(wanted: Wanted) -> Response | None:
    """The app has itself to blame, and is told."""
    return None if wanted.problem is None else _away(wanted.back(error=wanted.problem))


def _sign_in(wanted: Wanted, email: str = "", problem: str = "", *, status: int = 200) -> Response:
    values = {
        "app": wanted.app.name,
        "email": email[:254],
        "problem": Markup(f'<p class="problem" role="alert">{escape(problem)}</p>') if problem else Markup(""),
        "leads_to": redirects.origin(wanted.asked.redirect_uri),
    }
    return page.show("consent_sign_in", values, title=f"Sign in to connect {wanted.app.name}", status=status)


def _nothing_to_give(wanted: Wanted, user: User) -> Response:
    says = f"{user.name or user.email}, you administer no location, so you cannot let {wanted.app.name} into one."
    return page.show("consent_over", {"says": says}, title="You cannot decide this", status=403)


def _place(app: App, place: Workspace, *, checked: bool) -> str:
    if app.audience == "account":
        return f"<p>{escape(place.name)}</p>"
    mark = " checked" if checked else ""
    return f'<label><input type="radio" name="place" value="{place.id}" required{mark}>{escape(place.name)}</label>'


def _away(address: str) -> Response:
    return Response(status_code=303, headers=HEADERS | {"location": address})


def _told_apart(app: App, email: str) -> str:
    """An address as it is counted: nobody who reads the counts learns who it was."""
    return hashlib.sha256(f"{app.account_id} {email.casefold()}".encode("utf-8", "surrogatepass")).hexdigest()
