"""Looking for conversations by what was said, their people and subjects, or their number."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from koine.core.conversations import finding
from koine.core.errors import ConversationNotFound
from koine.inbox import asking
from koine.inbox.pages import lists
from koine.inbox.runtime import Runtime
from koine.inbox.visit import Visit


async def show(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """What was found; for a number that is a conversation's, that conversation."""
    shown = asking.read(asking.SEARCH, request.query_params)
    number = shown.words.removeprefix("#")
    if number.isdecimal() and number.isascii() and len(number) < 19 and await _is_there(runtime, visit, int(number)):
        return RedirectResponse(f"{visit.root}/conversations/{int(number)}", 303)
    return await lists.page(runtime, visit, shown, request.query_params)


async def _is_there(runtime: Runtime, visit: Visit, number: int) -> bool:
    async with runtime.database.reading((visit.here,)) as tx:
        try:
            await finding.by_number(tx, visit.actor, visit.here, number)
        except ConversationNotFound:
            return False
    return True
