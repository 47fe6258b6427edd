"""The page behind a link that is good once and signs one person in."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from koine.core.actor import Actor
from koine.core.errors import UsedUp
from koine.core.tokens import once
from koine.core.users import links, signing_in
from koine.inbox import clients, entering, render, ways
from koine.inbox.runtime import Runtime
from koine.inbox.visit import Guest
from koine.postgres.database import Tx


async def show(runtime: Runtime, guest: Guest, request: Request) -> Response:
    """Whom it signs in, and a button: what only looks at links does not use them up."""
    await runtime.recognising.count_guest(clients.address(request, runtime.proxies))
    try:
        async with runtime.database.reading(()) as tx:
            by = await _whose(tx, request.path_params["secret"])
    except UsedUp:
        return _over(guest)
    return render.page(guest, "link.html", person=by.name or by.email or "", email=by.email or "")


async def accept(runtime: Runtime, guest: Guest, request: Request) -> Response:
    """Use it up, and come in. It stands for the password; whoever has a second factor shows that too."""
    await runtime.recognising.count_guest(clients.address(request, runtime.proxies))
    secret = request.path_params["secret"]
    try:
        async with runtime.database.writing(()) as tx:
            by = await _whose(tx, secret)
            await once.use(tx, links.PURPOSE, secret)
    except UsedUp:
        return _over(guest)
    return await entering.proved(runtime, guest, request, by, "link", ways.HOME)


async def _whose(tx: Tx, secret: str) -> Actor:
    """Raises UsedUp."""
    holder = await once.holder(tx, links.PURPOSE, secret)
    by = await signing_in.acting(tx, holder.account_id, holder.user_id)
    if by is None:
        raise UsedUp
    return by


def _over(guest: Guest) -> Response:
    return render.page(guest, "link_over.html", status=404)
