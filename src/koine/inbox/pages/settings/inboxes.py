"""The inboxes of a workspace."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from koine.core.errors import Invalid, Problem
from koine.core.inboxes import inboxes
from koine.core.inboxes.inboxes import Channel, InboxNotFound
from koine.inbox import form, typed
from koine.inbox.pages.settings import acting
from koine.inbox.pages.settings.acting import NOT_YET, Tried
from koine.inbox.runtime import Runtime
from koine.inbox.visit import Visit
from koine.postgres.database import Tx

# channel -> name, icon, what comes in by it
CHANNELS: Mapping[Channel, tuple[str, str, str]] = {
    "api": ("API", "code", "What programs open, by any of the contracts"),
    "email": ("E-mail", "email", "Mail to an address"),
    "chat": ("Chat", "chat", "A live chat on a web site"),
}


async def show(runtime: Runtime, visit: Visit, request: Request, tried: Tried = NOT_YET) -> Response:
    """All of them, and a form for one more."""
    async with runtime.database.reading((visit.here,)) as tx:
        found = await inboxes.of_workspace(tx, visit.here)
    values = {"inboxes": found, "may": visit.may("inboxes:manage"), "longest": inboxes.LONGEST, "channels": CHANNELS}
    return acting.draw(visit, "inboxes.html", "inboxes", request, tried, **values)


async def create(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """A new one."""
    sent = await form.read(request)

    async def create(tx: Tx) -> None:
        channel = next((each for each in CHANNELS if each == sent.get("channel")), None)
        if channel is None:
            raise Invalid(problems=[Problem("not_allowed", ("channel",))])
        address = _address(sent) if channel == "email" else None
        name = typed.line(sent, "name")
        await inboxes.create(tx, visit.actor, visit.here, name=name, channel=channel, address=address)

    return await acting.act(
        runtime,
        visit,
        "inboxes?done=created",
        create,
        lambda refused: show(runtime, visit, request, Tried(refused, sent)),
    )


async def show_one(runtime: Runtime, visit: Visit, request: Request, tried: Tried = NOT_YET) -> Response:
    """One of them. Raises InboxNotFound."""
    async with runtime.database.reading((visit.here,)) as tx:
        inbox = await inboxes.find(tx, visit.here, typed.id_in_path(request, "inbox"))
    if inbox is None:
        raise InboxNotFound
    values = {"inbox": inbox, "may": visit.may("inboxes:manage"), "longest": inboxes.LONGEST, "channels": CHANNELS}
    return acting.draw(visit, "inbox.html", "inboxes", request, tried, **values)


async def save(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Name, address, and whether anything comes in by it."""
    sent, id = await form.read(request), typed.id_in_path(request, "inbox")

    async def update(tx: Tx) -> None:
        before = await inboxes.find(tx, visit.here, id)
        if before is None:
            raise InboxNotFound
        address = _address(sent) if before.channel == "email" else before.address
        name, enabled = typed.line(sent, "name"), sent.get("enabled") == "yes"
        await inboxes.update(tx, visit.actor, visit.here, id, name=name, address=address, enabled=enabled)

    return await acting.act(
        runtime,
        visit,
        f"inboxes/{id}?done=saved",
        update,
        lambda refused: show_one(runtime, visit, request, Tried(refused, sent)),
    )


def _address(sent: Mapping[str, str]) -> str | None:
    """Raises Invalid for what is none."""
    address = typed.line(sent, "address")
    if address and ("@" not in address.strip("@") or " " in address or len(address) > 254):
        raise Invalid(problems=[Problem("malformed", ("address",), "This is no e-mail address")])
    return address or None
