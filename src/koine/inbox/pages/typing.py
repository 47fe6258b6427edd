"""Keys are pressed: whispered to whoever looks at the same conversation, and kept nowhere."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from koine.core.conversations import finding
from koine.inbox import form, operations, watching
from koine.inbox.runtime import Runtime
from koine.inbox.visit import Visit


async def tell(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Somebody writes, or has stopped (`writes` is `no`). Raises ConversationNotFound, and PermissionMissing."""
    sent = await form.read(request, form.OF_PEOPLE)
    visit.actor.must("messages:write", visit.here)
    async with runtime.database.reading((visit.here,)) as tx:
        conversation = await finding.by_number(tx, visit.actor, visit.here, request.path_params["number"])
    if visit.actor.id is not None:
        place = (visit.here, conversation.id)
        runtime.presence.writing(place, visit.actor.id, watching.name(visit), writes=sent.get("writes") != "no")
    return operations.answer()
