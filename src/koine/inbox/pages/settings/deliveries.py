"""What became of telling a webhook: its log, a test, and telling it again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from koine.core import events as known
from koine.core.errors import Invalid, NotFound, Problem
from koine.core.webhooks import log, parts, replaying
from koine.core.webhooks.model import PING
from koine.inbox import complaints, entering, form, typed
from koine.inbox.pages.settings import acting, webhooks
from koine.inbox.pages.settings.acting import NOT_YET, Tried
from koine.inbox.runtime import Runtime
from koine.inbox.visit import Visit
from koine.postgres.database import Tx

PAGE = 50  # tries
WAIT = 3.0  # seconds that a test is waited for, before its page is shown without its end
_LOOK = 0.1
OUTCOMES: Mapping[str, bool] = {"delivered": True, "failed": False}
# How far back one reaches for what failed.
SINCE = {
    "hour": ("the last hour", timedelta(hours=1)),
    "day": ("the last day", timedelta(days=1)),
    "week": ("the last week", timedelta(days=7)),
}


async def show(runtime: Runtime, visit: Visit, request: Request, tried: Tried = NOT_YET) -> Response:
    """How a webhook stands, and its log. Raises NotFound."""
    query, able = request.query_params, webhooks.means(runtime)
    delivery, outcome = _uuid(query.get("delivery")), query.get("outcome", "")
    kind = next((each for each in (PING, *known.kinds()) if each == query.get("kind")), None)
    async with runtime.database.reading((visit.here,)) as tx:
        webhook = await webhooks.find(tx, visit, request)
        found = await log.tries(
            tx,
            webhook,
            before=typed.number(query.get("before", "")),
            delivery=delivery,
            delivered=OUTCOMES.get(outcome),
            kind=kind,
            limit=PAGE + 1,
        )
    shape = able.shapes[webhook.dialect]
    older = _address(visit, request, before=str(found[PAGE - 1].id)) if len(found) > PAGE else None
    values = {
        "webhook": webhook,
        "titles": webhooks.titles(runtime),
        "public_keys": [public for key in webhook.public_keys if (public := shape.public_key(key))],
        "tries": found[:PAGE],
        "older": older,
        "delivery": delivery,
        "outcome": outcome if outcome in OUTCOMES else "",
        "kind": kind,
        "kinds": [PING, *sorted(webhook.kinds or parts.kinds(shape) or known.kinds())],
        "since": SINCE,
    }
    return acting.draw(visit, "webhook.html", "webhooks", request, tried, **values)


async def test(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Deliver a test, and show what came of it."""
    try:
        async with runtime.database.writing((visit.here,)) as tx:
            webhook = await webhooks.find(tx, visit, request)
            delivery = await replaying.test(tx, visit.actor, webhook)
    except complaints.CORRECTABLE as refused:
        return await show(runtime, visit, request, Tried(refused))
    runtime.wrote()
    for _ in range(round(WAIT / _LOOK)):
        await asyncio.sleep(_LOOK)
        async with runtime.database.reading((visit.here,)) as tx:
            if await log.tries(tx, webhook, delivery=delivery, limit=1):
                break
    return entering.led_to(f"{visit.root}/settings/webhooks/{webhook.uuid}?{urlencode({'delivery': delivery})}")


async def replay(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Deliver one delivery once more, or all that were given up for some time. Raises NotFound."""
    sent, able = await form.read(request), webhooks.means(runtime)

    async def again(tx: Tx) -> None:
        webhook = await webhooks.find(tx, visit, request)
        if (delivery := _uuid(sent.get("delivery"))) is not None:
            await replaying.replay(tx, visit.actor, able.shapes[webhook.dialect], webhook, delivery)
        else:
            await replaying.replay_failed(tx, visit.actor, webhook, _since(sent))

    return await acting.act(
        runtime,
        visit,
        f"webhooks/{request.path_params['webhook']}?done=replayed",
        again,
        lambda refused: show(runtime, visit, request, Tried(refused)),
    )


def _since(sent: Mapping[str, str]) -> datetime:
    """Raises Invalid."""
    if sent.get("since") not in SINCE:
        raise Invalid("Choose since when.", problems=[Problem("not_allowed", ("since",))])
    return datetime.now(UTC) - SINCE[sent["since"]][1]


def _address(visit: Visit, request: Request, **changes: str) -> str:
    said = {name: value for name, value in request.query_params.items() if name in ("outcome", "kind", "delivery")}
    return f"{visit.root}/settings/webhooks/{request.path_params['webhook']}?{urlencode(said | changes)}"


def _uuid(text: str | None) -> UUID | None:
    """Raises NotFound for what is none."""
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
