"""Emojis under what was said: chosen, and taken back."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from koine.core.conversations import finding, reactions, timeline
from koine.core.errors import Invalid, MessageNotFound, Problem
from koine.inbox import asking, form, live, operations
from koine.inbox.live import View
from koine.inbox.pages import desk
from koine.inbox.runtime import Runtime
from koine.inbox.visit import Visit

LONGEST = 16  # characters of one emoji, with what joins its parts
_PLAINEST = 0x203C  # the first character that is an emoji by itself


async def react(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Choose an `emoji`, or take one back with `without`. Raises Invalid and MessageNotFound."""
    sent = await form.read(request, form.OF_PEOPLE)
    number, id = request.path_params["number"], request.path_params["message"]
    emoji = sent.get("without") or sent.get("emoji", "")
    # One that is there can be taken back, whatever it is.
    if not 0 < len(emoji) <= LONGEST or ("without" not in sent and all(ord(each) < _PLAINEST for each in emoji)):
        raise Invalid("This is no emoji.", problems=[Problem("not_allowed", ("emoji",))])
    async with runtime.database.writing((visit.here,)) as tx:
        conversation = await finding.by_number(tx, visit.actor, visit.here, number)
        if not await timeline.those(tx, visit.actor, conversation, [id]):
            raise MessageNotFound
        await (reactions.remove if "without" in sent else reactions.add)(tx, visit.actor, id, emoji)
    shown = asking.read(request.query_params.get("queue", "all"), request.query_params)
    if not visit.partial:
        return RedirectResponse(f"{visit.root}/conversations/{number}?{shown.query()}#message-{id}", 303)
    async with runtime.database.reading((visit.here,)) as tx:
        view = View(await desk.resolved(tx, visit, shown), number, entry=2**63 - 1)
        return operations.answer(*await live.changed(runtime, tx, visit, view, [conversation.id], entries=[id]))
