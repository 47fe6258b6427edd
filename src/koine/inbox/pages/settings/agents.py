"""Those who answer in a workspace: who they are, what they may do, and letting them in."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from koine.core.accounts import roles
from koine.core.errors import PermissionMissing
from koine.core.users import agents, links
from koine.core.users.agents import Agent, AgentNotFound, Invited
from koine.inbox import complaints, form, typed
from koine.inbox.pages.settings import acting
from koine.inbox.pages.settings.acting import NOT_YET, Tried
from koine.inbox.runtime import Runtime
from koine.inbox.shown.people import Face
from koine.inbox.visit import Visit
from koine.postgres.database import Tx

_HOURS = int(links.LIFETIME.total_seconds()) // 3600


async def show(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """All of them."""
    async with runtime.database.reading((visit.here,)) as tx:
        found = await agents.of_workspace(tx, visit.here)
    return acting.draw(visit, "agents.html", "agents", request, agents=found, face=_face, may=_may(visit))


async def offer(runtime: Runtime, visit: Visit, request: Request, tried: Tried = NOT_YET) -> Response:
    """A form for one more. Raises PermissionMissing."""
    if not _may(visit):
        raise PermissionMissing("users:manage")
    async with runtime.database.reading((visit.here,)) as tx:
        given = await _given(tx, visit)
    return acting.draw(visit, "invite.html", "agents", request, tried, roles=given, longest=agents.LONGEST)


async def invite(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Somebody new, and the link by which they come in, this once."""
    sent = await form.read(request)
    invited = Invited(
        typed.line(sent, "email"),
        typed.number(sent.get("role", "")) or 0,
        typed.line(sent, "first_name"),
        typed.line(sent, "last_name"),
    )
    try:
        async with runtime.database.writing(visit.actor.workspaces) as tx:
            user = await agents.invite(tx, visit.actor, visit.here, invited)
            path = await _link(tx, visit, user.id)
    except complaints.CORRECTABLE as refused:
        return await offer(runtime, visit, request, Tried(refused, sent))
    return _linked(runtime, visit, request, user.id, user.name or user.email, path)


async def show_one(runtime: Runtime, visit: Visit, request: Request, tried: Tried = NOT_YET) -> Response:
    """One of them. Raises AgentNotFound."""
    async with runtime.database.reading((visit.here,)) as tx:
        agent = await _agent(tx, visit, request)
        given = await _given(tx, visit)
    may = _may(visit) and any(role.id == agent.role_id for role in given)
    values = {"agent": agent, "face": _face(agent), "roles": given, "may": may}
    return acting.draw(visit, "agent.html", "agents", request, tried, **values)


async def give_role(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Another role; they are signed out, and come in again with what it allows."""
    sent, id = await form.read(request), typed.id_in_path(request, "agent")
    role_id = typed.number(sent.get("role", "")) or 0
    return await acting.act(
        runtime,
        visit,
        f"agents/{id}?done=saved",
        lambda tx: agents.give_role(tx, visit.actor, visit.here, id, role_id=role_id),
        lambda refused: show_one(runtime, visit, request, Tried(refused, sent)),
    )


async def put_enabled(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Let them in, or no more."""
    sent, id = await form.read(request), typed.id_in_path(request, "agent")
    enabled = sent.get("enabled") == "yes"
    deed = agents.enable if enabled else agents.disable
    return await acting.act(
        runtime,
        visit,
        f"agents/{id}?done={'enabled' if enabled else 'disabled'}",
        lambda tx: deed(tx, visit.actor, visit.here, id),
        lambda refused: show_one(runtime, visit, request, Tried(refused)),
    )


async def remove(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """No member of this workspace any more."""
    id = typed.id_in_path(request, "agent")
    return await acting.act(
        runtime,
        visit,
        "agents?done=removed",
        lambda tx: agents.remove(tx, visit.actor, visit.here, id),
        lambda refused: show_one(runtime, visit, request, Tried(refused)),
    )


async def link(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """A link by which they come in and choose a password, this once. Raises AgentNotFound and PermissionMissing."""
    async with runtime.database.writing(visit.actor.workspaces) as tx:
        agent = await _agent(tx, visit, request)
        path = await links.offer_to_member(tx, visit.actor, visit.here, agent.id)
    return _linked(runtime, visit, request, agent.id, agent.name, path)


async def _link(tx: Tx, visit: Visit, user_id: int) -> str | None:
    """None for whoever is also where the inviter may not manage people: they come in by the password that they have."""
    try:
        return await links.offer_to_member(tx, visit.actor, visit.here, user_id)
    except (PermissionMissing, AgentNotFound):
        return None


def _linked(runtime: Runtime, visit: Visit, request: Request, id: int, name: str, path: str | None) -> Response:
    address = None if path is None else runtime.base_url + path
    return acting.draw(visit, "invited.html", "agents", request, id=id, name=name, address=address, hours=_HOURS)


async def _agent(tx: Tx, visit: Visit, request: Request) -> Agent:
    id = typed.id_in_path(request, "agent")
    for agent in await agents.of_workspace(tx, visit.here):
        if agent.id == id:
            return agent
    raise AgentNotFound


async def _given(tx: Tx, visit: Visit) -> list[roles.Role]:
    """The roles that they may give: no role that may do more than they."""
    own = visit.actor.access[visit.here]
    return [role for role in await roles.of_account(tx, visit.actor.account_id) if role.permissions <= own]


def _may(visit: Visit) -> bool:
    return visit.may("users:manage")


def _face(agent: Agent) -> Face:
    return Face("user", agent.name, agent.email, agent.id)
