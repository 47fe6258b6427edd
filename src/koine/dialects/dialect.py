"""What a dialect must say, and how one is served: what all of them share is done here, once."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, Protocol, TypeVar

import asyncpg
from starlette.routing import BaseRoute
from starlette.routing import Route as StarletteRoute
from starlette.types import Receive, Scope, Send

from koine.core.actor import Actor
from koine.core.errors import Invalid, Refused, TooBroad
from koine.core.limits.limits import RateUsedUp
from koine.core.limits.model import Allowance, Rate
from koine.dialects import repeating, streaming, uploading
from koine.dialects.call import Answer, Call, ClientGone, Runtime, send_answer
from koine.dialects.edge import NoSuchRoute, WrongMethod
from koine.dialects.streaming import Stream
from koine.dialects.uploading import Upload

log = logging.getLogger("koine")

Handler = Callable[[Call], Awaitable[Answer]]
Access = Literal["reads", "writes", "open"]
Said = TypeVar("Said", bound=Answer)

# What PostgreSQL or its driver says about values that it cannot hold. The models at the edge refuse them with the
# field's name; this is the net below, for what is nested in free-form JSON.
_UNSTORABLE = (asyncpg.DataError, UnicodeEncodeError)


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint. It reads or writes for an actor; an `open` one answers whoever asks, and has no `tx`.

    With `upload` it takes files. With `anew` it answers tokens, which are made anew whatever key a request has, so that
    no answer with one is kept.
    """

    method: str
    path: str
    handler: Handler
    access: Access
    upload: Upload | None = None
    anew: bool = False

    @property
    def repeatable(self) -> bool:
        """Whether an idempotency key means something here: for what would otherwise be done twice."""
        return self.method == "POST" and self.access == "writes" and not self.anew


class Dialect(Protocol):
    """What each contract says for itself."""

    @property
    def name(self) -> str:
        """The folder's name."""

    @property
    def routes(self) -> Sequence[Route]:
        """Every endpoint."""

    @property
    def rates(self) -> Sequence[Rate]:
        """How often the contract lets one ask, unless the settings say otherwise."""

    @property
    def trace(self) -> str | None:
        """The header by which every answer names its request, where the contract has one."""

    async def authenticate(self, call: Call) -> Actor:
        """Who calls. Raises Unauthenticated or Forbidden."""

    def counted(self, call: Call) -> str:
        """As whose the requests of an authenticated call are counted."""

    def allowed(self, left: Sequence[Allowance]) -> Mapping[str, str]:
        """The headers by which every answer to a counted call tells what may still be asked."""

    def refuse(self, refused: Refused, call: Call) -> Answer:
        """A refusal in the contract's words and status."""

    def fault(self, call: Call) -> Answer:
        """A 500 in the contract's shape, which tells nothing."""


def get(path: str, handler: Handler) -> Route:
    """An endpoint that only reads."""
    return Route("GET", path, handler, "reads")


def post(path: str, handler: Handler, access: Access = "writes", *, upload: Upload | None = None) -> Route:
    """An endpoint that writes, unless it says that it asks a question by POST."""
    return Route("POST", path, handler, access, upload)


def put(path: str, handler: Handler) -> Route:
    """An endpoint that changes what is there."""
    return Route("PUT", path, handler, "writes")


def delete(path: str, handler: Handler) -> Route:
    """An endpoint that takes something away. Done twice, it is done once, so it needs no idempotency key."""
    return Route("DELETE", path, handler, "writes")


def mount(dialect: Dialect, services: Runtime) -> list[BaseRoute]:
    """The dialect's endpoints, one for each path: a wrong method is refused in the dialect's words."""
    paths: dict[str, dict[str, Route]] = {}
    for route in dialect.routes:
        paths.setdefault(route.path, {})[route.method] = route
    return [StarletteRoute(path, Endpoint(dialect, services, methods)) for path, methods in paths.items()]


class Endpoint:
    """One path of a dialect, as an ASGI application."""

    def __init__(self, dialect: Dialect, services: Runtime, methods: dict[str, Route]) -> None:
        self._dialect = dialect
        self._services = services
        self._methods = methods
        self._rates = services.rates.get(dialect.name, ())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = Call(scope, receive, self._services)
        try:
            answer = await self._answer(call)
            if isinstance(answer, Stream):
                await streaming.serve(self._told(answer, call), scope, receive, send)
                return
        except ClientGone:
            return
        except Refused as refused:
            answer = self._dialect.refuse(refused, call)
        except _UNSTORABLE as error:
            log.info("request %s held a value that cannot be stored (%s)", call.id, type(error).__name__)
            answer = self._dialect.refuse(Invalid(), call)
        except Exception:
            log.exception("request %s failed: %s %s", call.id, call.method, scope["path"])
            answer = self._dialect.fault(call)
        await send_answer(send, self._told(answer, call), call)

    def _told(self, answer: Said, call: Call) -> Said:
        """With the name of the request, and what the caller may still ask, where that is counted."""
        told = {} if self._dialect.trace is None else {self._dialect.trace: call.id}
        if call.allowances:
            told |= self._dialect.allowed(call.allowances)
        return replace(answer, headers={**answer.headers, **told}) if told else answer

    async def _answer(self, call: Call) -> Answer:
        method = "GET" if call.method == "HEAD" else call.method
        route = self._methods.get(method)
        if route is None:
            raise WrongMethod(call.method, call.path, self._methods)
        if route.access == "open":
            if route.upload is not None:
                return await uploading.served(call, route.upload, partial(route.handler, call))
            await call.receive_body()
            return await route.handler(call)
        call.actor = await self._dialect.authenticate(call)
        if self._rates:
            await self._count(call)
        if route.upload is not None:
            return await uploading.served(call, route.upload, partial(self._with_tx, route, call))
        await call.receive_body()
        try:
            return await self._with_tx(route, call)
        except asyncpg.QueryCanceledError:
            if route.access == "writes":
                raise
            raise TooBroad from None

    async def _count(self, call: Call) -> None:
        """Raises TooMany; what is refused for another reason counts as well."""
        who = f"{self._dialect.name} {self._dialect.counted(call)}"
        try:
            call.allowances = await self._services.limits.count(who, self._rates, call.actor.workspaces)
        except RateUsedUp as refused:
            call.allowances = refused.allowances
            raise

    async def _with_tx(self, route: Route, call: Call) -> Answer:
        """The answer is only sent after the commit."""
        traffic = self._services.traffic
        traffic.begin()
        try:
            return await self._in_tx(route, call)
        finally:
            traffic.end()

    async def _in_tx(self, route: Route, call: Call) -> Answer:
        database, workspaces = self._services.database, call.actor.workspaces
        async with database.reading(workspaces) if route.access == "reads" else database.writing(workspaces) as tx:
            call.tx = tx
            key = call.header(repeating.HEADER) if route.repeatable else None
            answer = await (route.handler(call) if key is None else repeating.once(key, call, route.handler))
        if route.access == "writes":
            self._services.wrote()
            if call.opens_more:
                self._services.keyring.forget(call.actor.account_id)
        return answer


class Unknown:
    """The answer to a path that nothing serves, in the words of whichever dialect owns the prefix."""

    def __init__(self, owners: Sequence[tuple[str, Dialect]], services: Runtime) -> None:
        self._owners = owners
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        call = Call(scope, receive, self._services)
        dialect = next(dialect for prefix, dialect in self._owners if call.path.startswith(prefix))
        await send_answer(send, dialect.refuse(NoSuchRoute(call.method, call.path), call), call)
