"""Letting a first client in: choosing a contract, and getting a token with the line that uses it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from koine.core.errors import NotFound, PermissionMissing
from koine.core.tokens import reach
from koine.core.workspaces.model import Workspace
from koine.inbox import form, render
from koine.inbox.access import Asked, Offer
from koine.inbox.runtime import Runtime
from koine.inbox.visit import Visit

PATH = "/inbox/first-token"
NAME = "First token"


async def show(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """For which contract the token is to be."""
    place = _place(visit)
    async with runtime.database.reading(()) as tx:
        all_of_it = await reach.opens_all(tx, visit.actor)
    offers = [offer for offer in runtime.offers if all_of_it or not offer.whole]
    return render.page(visit, "first_token.html", workspace=place.name, offers=offers)


async def make(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """The token, this once."""
    place = _place(visit)
    offer = _chosen(runtime, (await form.read(request)).get("dialect", ""))
    async with runtime.database.writing(visit.actor.workspaces) as tx:
        given = await offer.issue(tx, visit.actor, place, Asked(NAME), runtime.base_url)
    return render.page(visit, "first_token_made.html", offer=offer, given=given, base_url=runtime.base_url)


def _place(visit: Visit) -> Workspace:
    """The first workspace that they administer. Raises PermissionMissing."""
    administered = [place for place in visit.places if visit.actor.may("account:manage", place.id)]
    if not administered:
        raise PermissionMissing("account:manage")
    return min(administered, key=lambda place: place.id)


def _chosen(runtime: Runtime, dialect: str) -> Offer:
    for offer in runtime.offers:
        if offer.dialect == dialect:
            return offer
    raise NotFound
