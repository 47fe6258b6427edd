"""Every page of the inbox: method, path, and what answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from koine.inbox import assets
from koine.inbox.runtime import Runtime
from koine.inbox.visit import Guest, Visit

Handler = Callable[[Runtime, Visit, Request], Awaitable[Response]]
OpenHandler = Callable[[Runtime, Guest, Request], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]
Admit = Callable[[Runtime, Handler], Endpoint]  # what a door makes of a page that only some may see

WORKSPACE = "/inbox/w/{workspace:int}"

# For those who are signed in. Paths with {workspace} are only for its members.
PAGES: Sequence[tuple[str, str, Handler]] = ()

# For anybody.
OPEN: Sequence[tuple[str, str, OpenHandler]] = ()


def mount(runtime: Runtime, admit: Admit) -> list[BaseRoute]:
    """The pages behind the door, and what they are drawn with."""
    behind = [Route(path, admit(runtime, handler), methods=[method]) for method, path, handler in PAGES]
    return [*assets.routes(), *behind]
