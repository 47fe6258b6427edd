"""Setting up who is told: new webhooks, new secrets, an end and a new beginning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from koine.core import events, outbox
from koine.core.actor import Actor
from koine.core.errors import Invalid, NotFound, Problem, TooManyWebhooks
from koine.core.events import WebhookCreated, WebhookDeleted, WebhookDisabled, WebhookEnabled, WebhookRotated
from koine.core.identity import new_uuid
from koine.core.webhooks import addresses, keys, managing, parts, waking
from koine.core.webhooks.model import DisabledBecause, Keys, Means, Shape, Wanted, Webhook
from koine.core.webhooks.store import subscribers
from koine.core.workspaces import workspaces
from koine.postgres.database import Tx

MOST = 100  # enabled ones of a workspace, and as many of the account itself
OVERLAP = timedelta(hours=24)  # in which deliveries are signed with the secret before, too
LONGEST_NAME = 200  # characters


@dataclass(frozen=True, slots=True)
class Issued:
    """A webhook with its new keys, which are shown this once."""

    webhook: Webhook
    keys: Keys


async def create(tx: Tx, by: Actor, means: Means, wanted: Wanted) -> Issued:
    """Tell somebody of what happens from now on. Raises Forbidden, Invalid, TooManyWebhooks, TooMany."""
    await managing.must_manage(tx, by, wanted.workspace_id)
    shape = _must_make_sense(wanted, means)
    for permission in shape.needs():
        by.must(permission, *(by.workspaces if wanted.workspace_id is None else [wanted.workspace_id]))
    if wanted.kinds is None and (known := parts.kinds(shape)) is not None:
        wanted = replace(wanted, kinds=sorted(known))
    await addresses.must_be_good(means.gate, wanted.url)
    told = await _room(tx, wanted.account_id, wanted.workspace_id)
    uuid, new = new_uuid(), await keys.made(tx, means.sealing, shape)
    sealed = keys.sealed(means.sealing, uuid, new)
    await subscribers.insert(tx, uuid, wanted, told[0], sealed, keys.public(new))
    await waking.follow(tx, wanted.account_id, told)
    data = {"webhook_id": str(uuid), "workspace_id": wanted.workspace_id, "dialect": wanted.dialect}
    await outbox.record_of_account(tx, by, WebhookCreated(wanted.account_id, data))
    return Issued(await managing.find(tx, by, uuid), new)


async def rotate(tx: Tx, by: Actor, means: Means, webhook: Webhook) -> Issued:
    """New secrets. For a day deliveries are signed with those before as well; those before them end now.

    Where one key signs for all there is nothing to change for one of them: it has the key that it had.
    """
    new = await keys.made(tx, means.sealing, means.shapes[webhook.dialect])
    sealed = keys.sealed(means.sealing, webhook.uuid, new)
    await subscribers.rotate(tx, webhook.id, sealed, keys.public(new), OVERLAP)
    await outbox.record_of_account(tx, by, WebhookRotated(webhook.account_id, {"webhook_id": str(webhook.uuid)}))
    return Issued(await managing.find(tx, by, webhook.uuid), new)


async def disable(tx: Tx, by: Actor, webhook: Webhook, because: DisabledBecause = "asked") -> None:
    """Tell nothing more. What is on its way waits, in case it is enabled again."""
    await subscribers.hold(tx, webhook.account_id)
    if await subscribers.disable(tx, webhook.id, because):
        await waking.follow(tx, webhook.account_id, await _told(tx, webhook.account_id, webhook.workspace_id))
        data = {"webhook_id": str(webhook.uuid), "reason": because}
        await outbox.record(tx, by, WebhookDisabled(webhook.home_id, data=data))


async def enable(tx: Tx, by: Actor, webhook: Webhook) -> None:
    """Tell what happens from now on, and what was on its way. Raises TooManyWebhooks."""
    if webhook.disabled_at is None:
        return
    told = await _room(tx, webhook.account_id, webhook.workspace_id)
    if await subscribers.enable(tx, webhook.id):
        await waking.follow(tx, webhook.account_id, told)
        await waking.call_now(tx, webhook.id, webhook.home_id)
        await outbox.record_of_account(tx, by, WebhookEnabled(webhook.account_id, {"webhook_id": str(webhook.uuid)}))


async def delete(tx: Tx, by: Actor, webhook: Webhook) -> None:
    """Tell nothing more, and forget who it was, with its secrets. Its deliveries are forgotten in time."""
    await subscribers.hold(tx, webhook.account_id)
    if await subscribers.delete(tx, webhook.id):
        await waking.follow(tx, webhook.account_id, await _told(tx, webhook.account_id, webhook.workspace_id))
        await outbox.record_of_account(tx, by, WebhookDeleted(webhook.account_id, {"webhook_id": str(webhook.uuid)}))


def _must_make_sense(wanted: Wanted, means: Means) -> Shape:
    problems = []
    shape = means.shapes.get(wanted.dialect)
    if shape is None:
        problems.append(Problem("not_allowed", ("dialect",), f"is none of {', '.join(sorted(means.shapes))}"))
    if len(wanted.url) > addresses.LONGEST:
        problems.append(Problem("too_long", ("url",), "is too long", limit=addresses.LONGEST))
    if len(wanted.name) > LONGEST_NAME:
        problems.append(Problem("too_long", ("name",), "is too long", limit=LONGEST_NAME))
    if wanted.kinds is not None and not wanted.kinds:
        problems.append(Problem("missing", ("events",), "names no kind of event"))
    if shape is not None:
        known = parts.kinds(shape) or events.kinds()
        unknown = [(at, kind) for at, kind in enumerate(wanted.kinds or ()) if kind not in known]
        problems += [Problem("not_allowed", ("events", at), f"{kind} is no kind of event") for at, kind in unknown]
    if shape is None or problems:
        raise Invalid(problems=problems)
    return shape


async def _room(tx: Tx, account_id: int, workspace_id: int | None) -> Sequence[int]:
    """The workspaces that one more would be told of, while nobody else changes anything. Raises TooManyWebhooks."""
    await subscribers.hold(tx, account_id)
    if await subscribers.count_enabled(tx, account_id, workspace_id) >= MOST:
        raise TooManyWebhooks(MOST)
    told = await _told(tx, account_id, workspace_id)
    if not told:
        raise NotFound("The account has no workspace yet.")
    return told


async def _told(tx: Tx, account_id: int, workspace_id: int | None) -> Sequence[int]:
    """The workspaces of which one is told; the transaction sees all of them from here on."""
    if workspace_id is not None:
        return [workspace_id]
    there = [workspace.id for workspace in await workspaces.find(tx, account_id)]
    for id in there:
        if id not in tx.workspaces:  # founded since it was looked up what the actor may see
            await tx.see(id)
    return there
