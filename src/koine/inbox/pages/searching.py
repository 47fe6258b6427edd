"""Looking for conversations by the words of their people and subjects, or by their number."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from koine.core.conversations import finding, queues, searching
from koine.core.conversations.sought import Sought
from koine.core.errors import ConversationNotFound
from koine.inbox import asking, render
from koine.inbox.pages import desk
from koine.inbox.runtime import Runtime
from koine.inbox.shown import rows
from koine.inbox.shown.lists import Queue
from koine.inbox.visit import Visit
from koine.postgres.database import Tx

MOST = 50  # conversations that are shown
_LONGEST = 200  # characters


async def show(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """What was found; for a number that is a conversation's, that conversation."""
    words = " ".join(request.query_params.get("q", "").replace("\x00", " ").split())[:_LONGEST]
    shown = asking.read("all", {})
    async with runtime.database.reading((visit.here,)) as tx:
        number = words.removeprefix("#")
        if number.isdecimal() and number.isascii() and len(number) < 19 and await _is_there(tx, visit, int(number)):
            return RedirectResponse(f"{visit.root}/conversations/{int(number)}", 303)
        around = await desk.read(tx, visit, shown, {})
        found = await _found(tx, visit, words) if words else []
    says = f"Nothing was found for “{words}”." if words else "Say what you look for."
    href, count = f"{visit.root}/search", str(len(found) or "")
    queue = Queue("search", "Search", href, found, None, empty=says, count=count, beside="queue=all")
    rail = replace(around.rail, chosen="search", sought=words)
    return render.page(visit, "inbox.html", rail=rail, queue=queue, thread=None, side=None, position=around.position)


async def _is_there(tx: Tx, visit: Visit, number: int) -> bool:
    try:
        await finding.by_number(tx, visit.actor, visit.here, number)
    except ConversationNotFound:
        return False
    return True


async def _found(tx: Tx, visit: Visit, words: str) -> list[rows.Row]:
    talks = (await searching.search(tx, visit.actor, visit.here, Sought(text=words, limit=MOST))).talks
    there = await queues.those(tx, visit.actor, visit.here, [talk.id for talk in talks])
    return [rows.of(there[talk.id], visit.root, "queue=all") for talk in talks if talk.id in there]
