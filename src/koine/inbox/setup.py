"""The page behind the link that a first start prints: it makes the first workspace and its administrator."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from koine.core.accounts import setup
from koine.core.accounts.setup import First
from koine.core.errors import Taken, UsedUp
from koine.core.users import passwords
from koine.core.workspaces.model import Workspace
from koine.inbox import form, page, setup_form
from koine.inbox.form import Unreadable
from koine.inbox.page import HEADERS, Markup
from koine.inbox.setup_form import LONGEST, Filled
from koine.postgres.database import Database

log = logging.getLogger("koine")

PATH = "/inbox/setup/"


class Door:
    """Who has the link comes in here, once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def style(self, request: Request) -> Response:
        """The look of our pages."""
        return page.styled()

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
        first = await _described(filled.values)
        try:
            async with self._database.writing(()) as tx:
                workspace = await setup.accept(tx, secret, first)
        except Taken as refused:
            return _form(Filled(filled.values, {"email": refused.says}))
        return _done(workspace)

    async def _must_be_offered(self, secret: str) -> None:
        async with self._database.reading(()) as tx:
            if not await setup.is_offered(tx, secret):
                raise UsedUp

    async def _guarded(self, answering: Awaitable[Response]) -> Response:
        """Every way this can end, as a page. The log gets no path: it holds the secret."""
        try:
            return await answering
        except UsedUp:
            return page.show("setup_over", {}, title="This link does not work any more", status=404)
        except Unreadable as refused:
            return Response("This form cannot be read.", refused.status, HEADERS, "text/plain")
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception:
            log.exception("setting up failed")
            return Response("Something went wrong. Nothing was changed; try again.", 500, HEADERS, "text/plain")


# method, path, handler
ROUTES: tuple[tuple[str, str, Callable[[Door, Request], Awaitable[Response]]], ...] = (
    ("GET", PATH + "{secret}", Door.show),
    ("POST", PATH + "{secret}", Door.accept),
    ("GET", page.STYLE, Door.style),
)


def routes(database: Database) -> list[Route]:
    """The page and its stylesheet."""
    door = Door(database)
    return [Route(path, partial(handler, door), methods=[method]) for method, path, handler in ROUTES]


def _secret(request: Request) -> str:
    secret: str = request.path_params["secret"]
    return secret


async def _described(values: Mapping[str, str]) -> First:
    first_name, _, last_name = values["name"].rpartition(" ")
    if not first_name:
        first_name, last_name = last_name, ""
    # In a thread: it takes tens of milliseconds, in which others want their answers.
    password_hash = await asyncio.to_thread(passwords.hashed, values["password"])
    return First(values["workspace"], first_name, last_name, values["email"], password_hash)


def _form(filled: Filled) -> Response:
    shown = {f"{name}_value": filled.values.get(name, "") for name in LONGEST}
    shown |= {f"{name}_problem": _problem(name, filled.problems.get(name)) for name in (*LONGEST, "password")}
    invalid = {f"{name}_invalid": _invalid(name, name in filled.problems) for name in (*LONGEST, "password")}
    return page.show("setup", shown | invalid, title="Set up Koine", status=422 if filled.problems else 200)


def _problem(name: str, says: str | None) -> str:
    if says is None:
        return Markup("")
    return Markup(f'<p class="problem" id="{name}-problem">{says}</p>')


def _invalid(name: str, is_so: bool) -> str:
    return Markup(f' aria-invalid="true" aria-errormessage="{name}-problem"' if is_so else "")


def _done(workspace: Workspace) -> Response:
    return page.show("setup_done", {"workspace": workspace.name, "id": str(workspace.id)}, title="Koine is set up")
