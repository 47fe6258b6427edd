"""What is done with conversations from a page: one that is open, or several that are selected, by the same forms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from koine.core.conversations import changing, finding
from koine.core.conversations.handling import assignment, priority, snoozing, status, tagging
from koine.core.conversations.model import Category
from koine.core.errors import Invalid, NotFound, Problem
from koine.inbox import asking, form, live, moments, operations
from koine.inbox.live import View
from koine.inbox.pages import desk
from koine.inbox.runtime import Runtime
from koine.inbox.visit import Visit
from koine.postgres.database import Tx

Sent = Mapping[str, str]
Act = Callable[[Tx, Visit, Sequence[int], Sent], Awaitable[object]]


async def one(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Do something with the conversation of the path."""
    act, sent = _act(request), await form.read(request, form.OF_PEOPLE)
    number = request.path_params["number"]
    async with runtime.database.writing((visit.here,)) as tx:
        conversation = await finding.by_number(tx, visit.actor, visit.here, number)
        await act(tx, visit, [conversation.id], sent)
    view = View(asking.read(request.query_params.get("queue", "all"), request.query_params), number)
    if visit.partial:
        return await _told(runtime, visit, view, [conversation.id])
    return RedirectResponse(f"{visit.root}/conversations/{number}?{view.shown.query()}", 303)


async def several(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Do something with those that are selected."""
    act, fields = _act(request), await form.fields(request, form.OF_PEOPLE)
    ids = [int(value) for name, value in fields if name == "conversation" and value.isdecimal() and len(value) < 19]
    if not ids:
        raise Invalid("Nothing is selected.", problems=[Problem("missing", ("conversation",))])
    async with runtime.database.writing((visit.here,)) as tx:
        await act(tx, visit, ids, dict(fields))
    shown = asking.read(request.query_params.get("queue", "all"), request.query_params)
    if visit.partial:
        return await _told(runtime, visit, View(shown), ids)
    return RedirectResponse(shown.href(visit.root), 303)


async def _told(runtime: Runtime, visit: Visit, view: View, ids: Sequence[int]) -> Response:
    """What changes on the page at once; the entries of the thread come by its stream."""
    async with runtime.database.reading((visit.here,)) as tx:
        view = View(await desk.resolved(tx, visit, view.shown), view.number, entry=2**63 - 1)
        return operations.answer(*await live.changed(runtime, tx, visit, view, ids))


def _act(request: Request) -> Act:
    """Raises NotFound."""
    act = ACTS.get(request.path_params["act"])
    if act is None:
        raise NotFound
    return act


async def _resolve(tx: Tx, visit: Visit, ids: Sequence[int], sent: Sent) -> None:
    category: Category = "resolved" if sent.get("state") == "resolved" else "open"
    await status.put_category(tx, visit.actor, visit.here, ids, category=category)


async def _put_status(tx: Tx, visit: Visit, ids: Sequence[int], sent: Sent) -> None:
    await status.put(tx, visit.actor, visit.here, ids, status_id=_id(sent, "status") or 0)


async def _assign(tx: Tx, visit: Visit, ids: Sequence[int], sent: Sent) -> None:
    """To a person, or to a team, whichever the form says."""
    if "team" in sent:
        await assignment.give_to_team(tx, visit.actor, visit.here, ids, team=_id(sent, "team"))
    else:
        to = visit.actor.id if sent.get("assignee") == "me" else _id(sent, "assignee")
        await assignment.assign(tx, visit.actor, visit.here, ids, to=to)


async def _prioritise(tx: Tx, visit: Visit, ids: Sequence[int], sent: Sent) -> None:
    await priority.put(tx, visit.actor, visit.here, ids, priority_id=_id(sent, "priority"))


async def _tag(tx: Tx, visit: Visit, ids: Sequence[int], sent: Sent) -> None:
    """Put a tag on, or take it off with `without`."""
    if "without" in sent:
        await tagging.remove(tx, visit.actor, visit.here, ids, tags=[_id(sent, "without") or 0])
    else:
        await tagging.add(tx, visit.actor, visit.here, ids, tags=[_id(sent, "tag") or 0])


async def _snooze(tx: Tx, visit: Visit, ids: Sequence[int], sent: Sent) -> None:
    """Until one of a few times, or until one that is said; without any they wake."""
    until = sent.get("until", "")
    if not until:
        await snoozing.wake(tx, visit.actor, visit.here, ids)
    else:
        await snoozing.snooze(tx, visit.actor, visit.here, ids, until=moments.read(until, visit.zone))


async def _mark(tx: Tx, visit: Visit, ids: Sequence[int], sent: Sent) -> None:
    for each in (await finding.by_ids(tx, visit.actor, ids)).values():
        await changing.mark(tx, visit.actor, each, read=sent.get("read") == "yes")


async def _star(tx: Tx, visit: Visit, ids: Sequence[int], sent: Sent) -> None:
    for each in (await finding.by_ids(tx, visit.actor, ids)).values():
        await changing.star(tx, visit.actor, each, starred=sent.get("starred") == "yes")


ACTS: Mapping[str, Act] = {
    "resolution": _resolve,
    "status": _put_status,
    "assignment": _assign,
    "priority": _prioritise,
    "tags": _tag,
    "snooze": _snooze,
    "read": _mark,
    "star": _star,
}


def _id(sent: Sent, name: str) -> int | None:
    """Raises Invalid for what is neither a number nor nothing."""
    value = sent.get(name, "")
    if not value:
        return None
    if not value.isdecimal() or not value.isascii() or len(value) > 18:
        raise Invalid(problems=[Problem("not_found", (name,))])
    return int(value)
