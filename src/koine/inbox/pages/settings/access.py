"""API access: the tokens that open a workspace, for clients of each contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from koine.core.accounts import roles
from koine.core.errors import Invalid, NotFound, Problem
from koine.core.tokens import reach
from koine.core.users import agents
from koine.core.users.agents import Agent
from koine.inbox import complaints, form, typed
from koine.inbox.access import Asked, Offer
from koine.inbox.pages.settings import acting
from koine.inbox.pages.settings.acting import NOT_YET, Tried
from koine.inbox.runtime import Runtime
from koine.inbox.shown import sections
from koine.inbox.visit import Visit
from koine.postgres.database import Tx

LONGEST = 100  # characters of a name


async def show(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """All tokens that open this workspace, and what can be made. Raises NotFound for who does not administer it."""
    sections.must_open(visit, "access")
    async with runtime.database.reading((visit.here,)) as tx:
        tokens = await reach.of_workspace(tx, visit.actor, visit.here)
        all_of_it = await reach.opens_all(tx, visit.actor)
        people = {agent.id: agent.name for agent in await agents.of_workspace(tx, visit.here)}
    titles = {offer.dialect: offer.title for offer in runtime.offers}
    values = {"tokens": tokens, "people": people, "titles": titles, "offers": runtime.offers, "all_of_it": all_of_it}
    return acting.draw(visit, "access.html", "access", request, base_url=runtime.base_url, **values)


async def offer(runtime: Runtime, visit: Visit, request: Request, tried: Tried = NOT_YET) -> Response:
    """A form for one of a contract. Raises NotFound."""
    sections.must_open(visit, "access")
    offered = _offered(runtime, request)
    async with runtime.database.reading((visit.here,)) as tx:
        people = await _standing_behind(tx, visit)
    refused = tried.refused is not None
    ticked = await _ticked(request) if refused else [scope.name for scope in offered.scopes]
    values = {"offer": offered, "people": people, "ticked": ticked, "longest": LONGEST}
    return acting.draw(visit, "token.html", "access", request, tried, **values)


async def make(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """The token, this once. Raises NotFound and PermissionMissing."""
    sections.must_open(visit, "access")
    offered, sent = _offered(runtime, request), await form.read(request, form.OF_PEOPLE)
    place = next(place for place in visit.places if place.id == visit.here)
    try:
        async with runtime.database.writing((visit.here,)) as tx:
            asked = _asked(offered, sent, await _ticked(request), await _standing_behind(tx, visit))
            given = await offered.issue(tx, visit.actor, place, asked, runtime.base_url)
    except complaints.CORRECTABLE as refused:
        return await offer(runtime, visit, request, Tried(refused, sent))
    values = {"offer": offered, "given": given, "name": asked.name, "base_url": runtime.base_url}
    return acting.draw(visit, "token_made.html", "access", request, **values)


async def revoke(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """It opens nothing any more. Raises NotFound and PermissionMissing."""
    sections.must_open(visit, "access")
    id = typed.id_in_path(request, "token")
    return await acting.act(
        runtime,
        visit,
        "access?done=revoked",
        lambda tx: reach.revoke(tx, visit.actor, visit.here, id),
        lambda refused: show(runtime, visit, request),
    )


def _asked(offered: Offer, sent: Mapping[str, str], ticked: Sequence[str], people: Sequence[Agent]) -> Asked:
    """Raises Invalid, with all that is wrong."""
    name, user_id, problems = typed.line(sent, "name"), typed.number(sent.get("user", "")), []
    if not name:
        problems.append(Problem("missing", ("name",), "Say what it is for: you will look for it one day"))
    if len(name) > LONGEST:
        problems.append(Problem("too_long", ("name",), limit=LONGEST))
    by_somebody = bool(sent.get("user")) or offered.acts == "person"
    if by_somebody and (offered.acts == "app" or user_id not in {agent.id for agent in people}):
        problems.append(Problem("not_allowed", ("user",), "Choose somebody of the list"))
    if offered.scopes and not ticked:
        problems.append(Problem("missing", ("scope",), "Choose what it may do"))
    if set(ticked) - {scope.name for scope in offered.scopes}:
        problems.append(Problem("not_allowed", ("scope",)))
    if problems:
        raise Invalid(problems=problems)
    return Asked(name, user_id, ticked if offered.scopes else None)


async def _standing_behind(tx: Tx, visit: Visit) -> list[Agent]:
    """Those in whose name a token can act: members who can come in, and may do no more than its maker."""
    own = visit.actor.access[visit.here]
    lesser = {role.id for role in await roles.of_account(tx, visit.actor.account_id) if role.permissions <= own}
    return [each for each in await agents.of_workspace(tx, visit.here) if each.enabled and each.role_id in lesser]


async def _ticked(request: Request) -> list[str]:
    fields = await form.fields(request, form.OF_PEOPLE)
    return [value for name, value in fields if name == "scope"]


def _offered(runtime: Runtime, request: Request) -> Offer:
    for offered in runtime.offers:
        if offered.dialect == request.path_params["dialect"]:
            return offered
    raise NotFound
