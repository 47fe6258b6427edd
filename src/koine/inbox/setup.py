"""The page behind the link that a first start prints: it makes the first workspace and its administrator.

Whoever fills it in is signed in at its end, and can make the first token.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import partial

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from koine.core.accounts import setup
from koine.core.accounts.setup import First
from koine.core.errors import Taken, UsedUp
from koine.core.sessions.model import Begun
from koine.core.users import signing_in, users
from koine.core.workspaces.model import Workspace
from koine.inbox import cookies, csrf, entering, form, policy, render, setup_form
from koine.inbox.form import Unreadable
from koine.inbox.runtime import Runtime
from koine.inbox.setup_form import Filled
from koine.inbox.visit import Guest
from koine.postgres.database import Tx

log = logging.getLogger("koine")

PATH = "/inbox/setup/"


class Door:
    """Who has the link comes in here, once."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def show(self, request: Request) -> Response:
        """The form, while the link works."""
        return await self._guarded(self._show(_secret(request)))

    async def accept(self, request: Request) -> Response:
        """The form comes back: everything is made, or nothing."""
        return await self._guarded(self._accept(_secret(request), request))

    async def _show(self, secret: str) -> Response:
        await self._must_be_offered(secret)
        return _form(Filled({}, {}))

    async def _accept(self, secret: str, request: Request) -> Response:
        await self._must_be_offered(secret)  # before anything that costs
        filled = setup_form.checked(await form.read(request))
        if filled.problems:
            return _form(filled)
        first = await self._described(filled)
        try:
            async with self._runtime.database.writing(()) as tx:
                workspace = await setup.accept(tx, secret, first)
                begun = await self._enter(tx, request, workspace, first)
        except Taken as refused:
            return _form(Filled(filled.values, {"email": refused.says}))
        return self._done(workspace, begun)

    async def _described(self, filled: Filled) -> First:
        values = filled.values
        first_name, _, last_name = values["name"].rpartition(" ")
        if not first_name:
            first_name, last_name = last_name, ""
        password_hash = await self._runtime.recognising.hashed(values["password"])
        return First(values["workspace"], first_name, last_name, values["email"], password_hash)

    async def _enter(self, tx: Tx, request: Request, workspace: Workspace, first: First) -> Begun:
        user = await users.by_email(tx, workspace.account_id, first.email)
        by = None if user is None else await signing_in.acting(tx, workspace.account_id, user.id)
        if by is None:
            raise LookupError("the first administrator is not there")
        return await entering.begin(tx, self._runtime, request, by, "first start")

    def _done(self, workspace: Workspace, begun: Begun) -> Response:
        guest = Guest(csrf=csrf.of(begun.secret))
        response = render.page(guest, "setup_done.html", workspace=workspace, offers=self._runtime.offers)
        cookies.put(response, "session", begun.secret, secure=self._runtime.secure)
        return response

    async def _must_be_offered(self, secret: str) -> None:
        async with self._runtime.database.reading(()) as tx:
            if not await setup.is_offered(tx, secret):
                raise UsedUp

    async def _guarded(self, answering: Awaitable[Response]) -> Response:
        """Every way this can end, as a page. The log gets no path: it holds the secret."""
        try:
            return await answering
        except UsedUp:
            return render.page(Guest(), "setup_over.html", status=404)
        except Unreadable as refused:
            return Response("This form cannot be read.", refused.status, policy.headers(""), "text/plain")
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception:
            log.exception("setting up failed")
            return Response(
                "Something went wrong. Nothing was changed; try again.", 500, policy.headers(""), "text/plain"
            )


# method, path, handler
ROUTES: tuple[tuple[str, str, Callable[[Door, Request], Awaitable[Response]]], ...] = (
    ("GET", PATH + "{secret}", Door.show),
    ("POST", PATH + "{secret}", Door.accept),
)


def routes(runtime: Runtime) -> list[Route]:
    """The page."""
    door = Door(runtime)
    return [Route(path, partial(handler, door), methods=[method]) for method, path, handler in ROUTES]


def _secret(request: Request) -> str:
    secret: str = request.path_params["secret"]
    return secret


def _form(filled: Filled) -> Response:
    return render.page(Guest(), "setup.html", status=422 if filled.problems else 200, filled=filled)
