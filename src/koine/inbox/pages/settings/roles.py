"""Roles: what agents may do, under a name."""

from __future__ import annotations

from collections.abc import Collection

from starlette.requests import Request
from starlette.responses import Response

from koine.core.accounts import roles
from koine.core.accounts.roles import FIXED, Role, RoleNotFound
from koine.core.permissions import ALL
from koine.inbox import form, typed
from koine.inbox.pages.settings import acting
from koine.inbox.pages.settings.acting import NOT_YET, Tried
from koine.inbox.runtime import Runtime
from koine.inbox.shown import allowing, sections
from koine.inbox.visit import Visit

_START = frozenset({"conversations:read", "conversations:read_assigned", "messages:read", "contacts:read"})


async def show(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """All of them. Raises NotFound for those who neither manage roles nor give them."""
    sections.must_open(visit, "roles")
    async with runtime.database.reading((visit.here,)) as tx:
        found = await roles.of_account(tx, visit.actor.account_id)
    return acting.draw(visit, "roles.html", "roles", request, roles=found, may=_may(visit), of=len(ALL))


async def offer(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """A form for one more. Raises NotFound and PermissionMissing."""
    sections.must_open(visit, "roles")
    visit.actor.must("roles:manage", visit.here)
    return _page(visit, request, None, _START)


async def create(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """A new one."""
    sent, ticked = await form.read(request, form.OF_PEOPLE), await _ticked(request)
    return await acting.act(
        runtime,
        visit,
        "roles?done=created",
        lambda tx: roles.create(tx, visit.actor, name=typed.line(sent, "name"), permissions=ticked),
        lambda refused: _again(visit, request, None, ticked, Tried(refused, sent)),
    )


async def show_one(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """One of them. Raises NotFound."""
    sections.must_open(visit, "roles")
    role = await _role(runtime, visit, request)
    return _page(visit, request, role, role.permissions)


async def save(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Name, and what it allows from now on."""
    role = await _role(runtime, visit, request)
    sent, ticked = await form.read(request, form.OF_PEOPLE), await _ticked(request)
    if role.name in FIXED:
        ticked = role.permissions
    name = role.name if role.built_in else typed.line(sent, "name")
    return await acting.act(
        runtime,
        visit,
        f"roles/{role.id}?done=saved",
        lambda tx: roles.update(tx, visit.actor, role.id, name=name, permissions=ticked),
        lambda refused: _again(visit, request, role, ticked, Tried(refused, sent)),
    )


async def delete(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """One that nobody has."""
    role = await _role(runtime, visit, request)
    return await acting.act(
        runtime,
        visit,
        "roles?done=deleted",
        lambda tx: roles.delete(tx, visit.actor, role.id),
        lambda refused: _again(visit, request, role, role.permissions, Tried(refused)),
    )


async def _role(runtime: Runtime, visit: Visit, request: Request) -> Role:
    async with runtime.database.reading((visit.here,)) as tx:
        role = await roles.find(tx, visit.actor.account_id, typed.id_in_path(request, "role"))
    if role is None:
        raise RoleNotFound
    return role


async def _ticked(request: Request) -> frozenset[str]:
    fields = await form.fields(request, form.OF_PEOPLE)
    return frozenset(value for name, value in fields if name == "permission")


async def _again(visit: Visit, request: Request, role: Role | None, ticked: Collection[str], tried: Tried) -> Response:
    return _page(visit, request, role, ticked, tried)


def _page(
    visit: Visit, request: Request, role: Role | None, ticked: Collection[str], tried: Tried = NOT_YET
) -> Response:
    own = visit.actor.access[visit.here]
    may = _may(visit) and (role is None or role.name not in FIXED)
    values = {"role": role, "ticked": ticked, "own": own, "may": may, "allowing": allowing.GROUPS}
    return acting.draw(visit, "role.html", "roles", request, tried, longest=roles.LONGEST, **values)


def _may(visit: Visit) -> bool:
    return visit.may("roles:manage")
