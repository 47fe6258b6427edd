"""The composition root: which dialects are served, and where."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, Router

from koine.core.files.model import Means as FileMeans
from koine.core.limits.limits import Limits
from koine.core.limits.model import Rate
from koine.core.sessions.register import Register
from koine.core.tokens.keyring import Keyring
from koine.core.tokens.watch import Watch
from koine.core.webhooks.model import Means
from koine.dialects import dialect
from koine.dialects.call import Runtime
from koine.dialects.dialect import Dialect
from koine.dialects.highlevel import scopes
from koine.dialects.highlevel.highlevel import HighLevel
from koine.dialects.libredesk.libredesk import Libredesk
from koine.dialects.native.native import Native
from koine.dialects.tight.tight import Tight
from koine.dialects.traffic import Traffic
from koine.downloads import downloads
from koine.inbox import consent, setup
from koine.inbox import routes as inbox
from koine.inbox.recognising import Recognising
from koine.inbox.runtime import Runtime as InboxRuntime
from koine.offers import OFFERS
from koine.postgres.database import Database
from koine.realtime.hub import Hub
from koine.realtime.presence import Presence
from koine.settings import LOOPBACK, Settings

# Which dialect answers for a path that nothing serves. HighLevel has no prefix of its own, so it comes last.
PREFIXES: Sequence[tuple[str, Dialect]] = (
    ("/v1", Native()),
    ("/v6", Tight()),
    ("/api/v1", Libredesk()),
    ("/", HighLevel()),
)
DIALECTS = tuple(spoken for _, spoken in PREFIXES)


def create(
    database: Database,
    *,
    base_url: str,
    hub: Hub,
    wrote: Callable[[], None] = lambda: None,
    webhooks: Means | None = None,
    files: FileMeans | None = None,
    rates: Mapping[str, Sequence[Rate]] | None = None,
    traffic: Traffic | None = None,
    proxies: Sequence[IPv4Network | IPv6Network] = LOOPBACK,
    development: bool = False,
    presence: Presence | None = None,
) -> Router:
    """All of Koine as one ASGI application. `wrote` is called after each request that may have written.

    `rates` are how often one may ask, by the name of the dialect; None: as often as one likes. `traffic`
    counts who is being answered, for those who want to know. `proxies` are believed about where requests come from.
    `development` shows `/patterns`. `presence` knows who looks at what; None: of this process alone.
    """
    keyring, limits = Keyring(database), Limits(database)
    services = Runtime(
        database,
        keyring,
        limits,
        base_url,
        hub,
        Watch(database, keyring),
        wrote,
        webhooks,
        files,
        rates or {},
        traffic or Traffic(),
    )
    register = Register(database)
    pages = InboxRuntime(
        database,
        hub,
        base_url,
        register,
        Watch(database, register),
        Recognising(database, limits),
        wrote,
        files,
        webhooks,
        OFFERS,
        proxies,
        development,
        presence or Presence(),
    )
    routes = [
        Route("/health", health),
        *inbox.mount(pages),
        *setup.routes(pages),
        *consent.routes(pages, scopes.SAYS),
        *downloads.routes(database, files),
        *(route for spoken in DIALECTS for route in dialect.mount(spoken, services)),
    ]
    return Router(routes, redirect_slashes=False, default=dialect.Unknown(PREFIXES, services))


def rates(settings: Settings) -> dict[str, Sequence[Rate]]:
    """How often one may ask: what the contracts say, unless the settings say otherwise."""
    if not settings.limited:
        return {}
    said = {name: [Rate(*pair) for pair in pairs] for name, pairs in settings.rates.items()}
    return {spoken.name: said.get(spoken.name, spoken.rates) for spoken in DIALECTS}


async def health(request: Request) -> JSONResponse:
    """Whether this process serves."""
    return JSONResponse({"status": "success", "data": True})
