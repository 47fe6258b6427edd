"""What all pages of the settings have in common: how they are drawn, and what comes of a form."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from koine.core.errors import Refused
from koine.inbox import complaints, entering, render
from koine.inbox.runtime import Runtime
from koine.inbox.shown import sections
from koine.inbox.visit import Visit
from koine.postgres.database import Tx

# What the address of a page says was done -> what the page says.
_DONE = {
    "saved": "Saved.",
    "created": "Created.",
    "deleted": "Deleted.",
    "enabled": "Enabled.",
    "disabled": "Disabled.",
    "removed": "They are no member of this workspace any more.",
    "revoked": "Revoked. It opens nothing from now on.",
    "replayed": "On its way again.",
}


@dataclass(frozen=True, slots=True)
class Tried:
    """A form that was refused: what is wrong with it, what was typed, and of which of several things it was (`at`)."""

    refused: Refused | None = None
    sent: Mapping[str, str] = field(default_factory=dict)
    at: object = None


NOT_YET = Tried()
Again = Callable[[Refused], Awaitable[Response]]


async def act(
    runtime: Runtime, visit: Visit, then: str, deed: Callable[[Tx], Awaitable[object]], again: Again
) -> Response:
    """Do it and go on to another page of the settings, or show the form again with what is wrong with it."""
    try:
        async with runtime.database.writing(visit.actor.workspaces) as tx:
            await deed(tx)
    except complaints.CORRECTABLE as refused:
        return await again(refused)
    return entering.led_to(f"{visit.root}/settings/{then}")


def draw(
    visit: Visit, template: str, here: str, request: Request, tried: Tried = NOT_YET, /, **values: Any
) -> Response:
    """A page of the section `here`, from `templates/settings/<template>`.

    It sees besides the values: `problems` by field, what was typed as `sent`, and of which thing that was as `at`.
    """
    refused = tried.refused
    return render.page(
        visit,
        f"settings/{template}",
        status=complaints.status(refused) if refused else 200,
        here=here,
        groups=sections.open_to(visit),
        problems=complaints.about(refused) if refused else {},
        sent=tried.sent,
        at=tried.at,
        said="" if refused else _DONE.get(request.query_params.get("done", ""), ""),
        **values,
    )
