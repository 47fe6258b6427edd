"""Webhooks: who is told what happens here; setting them up, and an end to them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response

from koine.core import events as known
from koine.core.errors import NotFound, WebhookNotFound
from koine.core.webhooks import addresses, managing, parts
from koine.core.webhooks import webhooks as core
from koine.core.webhooks.model import Means, Wanted, Webhook
from koine.inbox import complaints, form, typed
from koine.inbox.pages.settings import acting
from koine.inbox.pages.settings.acting import NOT_YET, Tried
from koine.inbox.runtime import Runtime
from koine.inbox.shown import sections
from koine.inbox.visit import Visit
from koine.postgres.database import Tx


async def show(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """All of this workspace. Raises NotFound for those who may not manage them."""
    sections.must_open(visit, "webhooks")
    async with runtime.database.reading(visit.actor.workspaces) as tx:
        found = [each for each in await managing.every(tx, visit.actor) if each.workspace_id == visit.here]
    return acting.draw(visit, "webhooks.html", "webhooks", request, webhooks=found, titles=titles(runtime))


async def offer(runtime: Runtime, visit: Visit, request: Request, tried: Tried = NOT_YET) -> Response:
    """A form for one more, in the words of the contract that its address says. Raises NotFound."""
    sections.must_open(visit, "webhooks")
    dialect = tried.sent.get("dialect") or request.query_params.get("dialect", "native")
    shapes = means(runtime).shapes
    if dialect not in shapes:
        raise NotFound
    kinds = parts.kinds(shapes[dialect]) or known.kinds()
    topics = [(topic, list(each)) for topic, each in groupby(sorted(kinds), lambda kind: kind.partition(".")[0])]
    values = {
        "dialect": dialect,
        "titles": {name: title for name, title in titles(runtime).items() if name in shapes},
        "topics": topics,
        "ticked": await _ticked(request) if tried.refused else (),
        "longest": {"url": addresses.LONGEST, "name": core.LONGEST_NAME},
    }
    return acting.draw(visit, "webhook_new.html", "webhooks", request, tried, **values)


async def create(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """A new one, with its secret, this once."""
    sections.must_open(visit, "webhooks")
    sent, able = await form.read(request, form.OF_PEOPLE), means(runtime)
    kinds = None if sent.get("which", "all") == "all" else await _ticked(request)
    dialect, url = sent.get("dialect", ""), typed.line(sent, "url")
    wanted = Wanted(visit.actor.account_id, visit.here, dialect, url, kinds, typed.line(sent, "name"))
    try:
        async with runtime.database.writing((visit.here,)) as tx:
            issued = await core.create(tx, visit.actor, able, wanted)
    except complaints.CORRECTABLE as refused:
        return await offer(runtime, visit, request, Tried(refused, sent))
    return _secret(runtime, visit, request, issued, fresh=True)


async def rotate(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """A new secret, this once; the one before is good for another day."""
    able = means(runtime)
    async with runtime.database.writing((visit.here,)) as tx:
        issued = await core.rotate(tx, visit.actor, able, await find(tx, visit, request))
    return _secret(runtime, visit, request, issued, fresh=False)


async def put_enabled(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Tell it what happens, or nothing more."""
    enabled = (await form.read(request)).get("enabled") == "yes"

    async def put(tx: Tx) -> None:
        webhook = await find(tx, visit, request)
        await (core.enable if enabled else core.disable)(tx, visit.actor, webhook)

    then = f"webhooks/{request.path_params['webhook']}?done={'enabled' if enabled else 'disabled'}"
    return await acting.act(runtime, visit, then, put, lambda refused: show(runtime, visit, request))


async def delete(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Forget it, with its secret and its log."""

    async def delete(tx: Tx) -> None:
        await core.delete(tx, visit.actor, await find(tx, visit, request))

    return await acting.act(
        runtime, visit, "webhooks?done=deleted", delete, lambda refused: show(runtime, visit, request)
    )


async def find(tx: Tx, visit: Visit, request: Request) -> Webhook:
    """The one of the address. Raises NotFound, also for one of another workspace and for who may not manage any."""
    sections.must_open(visit, "webhooks")
    webhook = await managing.find(tx, visit.actor, request.path_params["webhook"])
    if webhook.workspace_id != visit.here:
        raise WebhookNotFound
    return webhook


def means(runtime: Runtime) -> Means:
    """What webhooks are managed with. Raises NotFound in a process that cannot."""
    if runtime.webhooks is None:
        raise NotFound
    return runtime.webhooks


def titles(runtime: Runtime) -> dict[str, str]:
    """What each contract is called."""
    return {offer.dialect: offer.title for offer in runtime.offers}


def _secret(runtime: Runtime, visit: Visit, request: Request, issued: core.Issued, *, fresh: bool) -> Response:
    webhook = issued.webhook
    shape = means(runtime).shapes[webhook.dialect]
    values = {
        "webhook": webhook,
        "secret": shape.secret(issued.keys),
        "public_keys": _public(runtime, webhook)[:1],
        "fresh": fresh,
    }
    return acting.draw(visit, "webhook_secret.html", "webhooks", request, **values)


def _public(runtime: Runtime, webhook: Webhook) -> Sequence[str]:
    shape = means(runtime).shapes[webhook.dialect]
    return [known for key in webhook.public_keys if (known := shape.public_key(key))]


async def _ticked(request: Request) -> list[str]:
    fields = await form.fields(request, form.OF_PEOPLE)
    return [value for name, value in fields if name == "kind"]
