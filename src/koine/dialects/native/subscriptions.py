"""Webhooks under /v1/webhooks: who is told what happens, how it goes, and telling it again."""

from __future__ import annotations

from koine.core.errors import Invalid, Problem, WebhookNotFound
from koine.core.webhooks import log as logs
from koine.core.webhooks import managing, replaying, webhooks
from koine.core.webhooks.model import Means, Shape, Wanted, Webhook
from koine.core.workspaces import workspaces
from koine.dialects.call import Answer, Call
from koine.dialects.native import ids, parameters, subscribing
from koine.dialects.native.subscribing import LogParameters, NewWebhook, Replay
from koine.dialects.native.wire import Json


async def create(call: Call) -> Answer:
    """Tell somebody what happens from now on. The secret is in this answer and in no other."""
    asked = call.read(NewWebhook)
    workspace_id = await _workspace(call, asked)
    wanted = Wanted(call.actor.account_id, workspace_id, asked.dialect, asked.url, asked.events, asked.name)
    made = await webhooks.create(call.tx, call.actor, _means(call), wanted)
    return Answer(201, subscribing.issued(made, _shape(call, made.webhook)), secret=True)


async def every(call: Call) -> Answer:
    """All webhooks that the token may manage."""
    return Answer(200, {"webhooks": [_shown(call, it) for it in await managing.every(call.tx, call.actor)]})


async def show(call: Call) -> Answer:
    """One webhook."""
    return Answer(200, _shown(call, await _named(call)))


async def log(call: Call) -> Answer:
    """Every try of the last weeks, the newest first: `limit` of them, `before` one, of one `delivery`."""
    webhook = await _named(call)
    asked = parameters.read(call, LogParameters)
    tries = await logs.tries(call.tx, webhook, before=asked.before, delivery=asked.delivery, limit=asked.limit + 1)
    return Answer(200, subscribing.log(tries[: asked.limit], more=len(tries) > asked.limit))


async def test(call: Call) -> Answer:
    """Deliver a test, at once and once."""
    delivery = await replaying.test(call.tx, call.actor, await _named(call))
    return Answer(202, subscribing.asked([delivery]))


async def replay(call: Call) -> Answer:
    """Deliver something again: one delivery, or all that happened in a stretch of time, delivered before or not."""
    webhook, asked = await _named(call), call.read(Replay)
    if asked.since is not None and asked.id is None:
        count = await replaying.replay_range(
            call.tx, call.actor, _shape(call, webhook), webhook, asked.since, asked.until
        )
        return Answer(202, {"delivery_id": None, "count": count})
    if asked.id is None or asked.since is not None or asked.until is not None:
        raise Invalid(problems=[Problem("missing", ("id",), "Either an id, or since and perhaps until.")])
    deliveries = await replaying.replay(call.tx, call.actor, _shape(call, webhook), webhook, asked.id)
    return Answer(202, subscribing.asked(deliveries))


async def rotate(call: Call) -> Answer:
    """New secrets; deliveries are signed with the old ones as well for a day."""
    made = await webhooks.rotate(call.tx, call.actor, _means(call), await _named(call))
    return Answer(200, subscribing.issued(made, _shape(call, made.webhook)), secret=True)


async def disable(call: Call) -> Answer:
    """Tell nothing more. What is on its way waits."""
    await webhooks.disable(call.tx, call.actor, await _named(call))
    return Answer(200, _shown(call, await _named(call)))


async def delete(call: Call) -> Answer:
    """Tell nothing more, and forget the webhook with its secrets and its log."""
    await webhooks.delete(call.tx, call.actor, await _named(call))
    return Answer(204, b"")


async def enable(call: Call) -> Answer:
    """Tell what happens from now on, and what was on its way; `replay` has the rest."""
    await webhooks.enable(call.tx, call.actor, await _named(call))
    return Answer(200, _shown(call, await _named(call)))


async def _named(call: Call) -> Webhook:
    uuid = ids.uuid(call.named("id"))
    if uuid is None:
        raise WebhookNotFound
    return await managing.find(call.tx, call.actor, uuid)


async def _workspace(call: Call, asked: NewWebhook) -> int | None:
    """The workspace that is meant; None: all of the account."""
    by = call.actor
    if asked.scope == "account":
        if asked.workspace_id is not None:
            raise Invalid(problems=[Problem("not_allowed", ("workspace_id",), "means nothing with the scope account")])
        return None
    if asked.workspace_id is None:
        if len(by.workspaces) != 1:
            raise Invalid(problems=[Problem("missing", ("workspace_id",))])
        return by.workspaces[0]
    for workspace in await workspaces.find(call.tx, by.account_id, by.workspaces):
        if workspace.uuid == asked.workspace_id:
            return workspace.id
    raise Invalid(problems=[Problem("not_found", ("workspace_id",))])


def _means(call: Call) -> Means:
    able = call.services.webhooks
    if able is None:
        raise RuntimeError("this process was not given what webhooks need")
    return able


def _shape(call: Call, webhook: Webhook) -> Shape:
    return _means(call).shapes[webhook.dialect]


def _shown(call: Call, webhook: Webhook) -> Json:
    return subscribing.webhook(webhook, _shape(call, webhook))
