"""The teams of a workspace and their members."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from koine.core.teams import teams
from koine.core.users import agents
from koine.inbox import form, typed
from koine.inbox.pages.settings import acting
from koine.inbox.pages.settings.acting import NOT_YET, Tried
from koine.inbox.runtime import Runtime
from koine.inbox.shown.people import Face
from koine.inbox.visit import Visit
from koine.postgres.database import Tx


async def show(runtime: Runtime, visit: Visit, request: Request, tried: Tried = NOT_YET) -> Response:
    """All of them, and a form for one more."""
    async with runtime.database.reading((visit.here,)) as tx:
        found = await teams.every(tx, visit.here)
        faces = await _faces(tx, visit)
    may = visit.may("teams:manage")
    values = {"teams": found, "faces": faces, "may": may, "longest": teams.LONGEST}
    return acting.draw(visit, "teams.html", "teams", request, tried, **values)


async def create(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """A new one, of nobody yet."""
    sent = await form.read(request)
    return await acting.act(
        runtime,
        visit,
        "teams?done=created",
        lambda tx: teams.create(tx, visit.actor, visit.here, name=typed.line(sent, "name")),
        lambda refused: show(runtime, visit, request, Tried(refused, sent)),
    )


async def show_one(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """One of them. Raises TeamNotFound."""
    return await _one(runtime, visit, request)


async def save(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Name and members."""
    sent, id = await form.read(request, form.OF_PEOPLE), typed.id_in_path(request, "team")
    members = typed.ids(await form.fields(request, form.OF_PEOPLE), "member")

    async def save(tx: Tx) -> None:
        await teams.rename(tx, visit.actor, visit.here, id, name=typed.line(sent, "name"))
        await teams.set_members(tx, visit.actor, visit.here, id, members=members)

    return await acting.act(
        runtime,
        visit,
        f"teams/{id}?done=saved",
        save,
        lambda refused: _one(runtime, visit, request, Tried(refused, sent), members),
    )


async def delete(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """One that has no conversations to look after any more."""
    id = typed.id_in_path(request, "team")
    return await acting.act(
        runtime,
        visit,
        "teams?done=deleted",
        lambda tx: teams.delete(tx, visit.actor, visit.here, id),
        lambda refused: _one(runtime, visit, request, Tried(refused)),
    )


async def _one(
    runtime: Runtime, visit: Visit, request: Request, tried: Tried = NOT_YET, ticked: Sequence[int] | None = None
) -> Response:
    async with runtime.database.reading((visit.here,)) as tx:
        team = await teams.find(tx, visit.here, typed.id_in_path(request, "team"))
        faces = await _faces(tx, visit)
    values = {"team": team, "faces": faces, "ticked": team.members if ticked is None else ticked}
    may = visit.may("teams:manage")
    return acting.draw(visit, "team.html", "teams", request, tried, may=may, longest=teams.LONGEST, **values)


async def _faces(tx: Tx, visit: Visit) -> dict[int, Face]:
    """All members of the workspace, by name."""
    return {each.id: Face("user", each.name, each.email, each.id) for each in await agents.of_workspace(tx, visit.here)}
