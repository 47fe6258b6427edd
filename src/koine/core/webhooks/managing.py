"""Who may see and change a webhook, and finding it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from koine.core.actor import Actor
from koine.core.errors import ForeignWorkspace, WebhookNotFound
from koine.core.webhooks.model import Webhook
from koine.core.webhooks.store import subscribers
from koine.postgres.database import Tx

# Whoever receives all events of a workspace sees all of it: what follows the first is what the feed asks for that.
NEEDED = ("webhooks:manage", "conversations:read", "conversations:read_all", "contacts:read")


async def must_manage(tx: Tx, by: Actor, workspace_id: int | None) -> None:
    """Raise Forbidden unless the actor may manage the webhooks of a workspace; None: of the account as a whole."""
    if workspace_id is None:
        if not await is_of_account(tx, by):
            raise ForeignWorkspace("Only a token of the whole account may manage the webhooks of the account.")
        return
    if workspace_id not in by.access:
        raise ForeignWorkspace
    for permission in NEEDED:
        by.must(permission, workspace_id)


async def is_of_account(tx: Tx, by: Actor) -> bool:
    """Whether the actor stands for the account, with all workspaces to come, and may manage webhooks in each."""
    if by.kind == "system":
        return True
    if by.kind != "app" or by.token_id is None:
        return False
    everywhere = all(by.may(permission, id) for permission in NEEDED for id in by.access)
    return everywhere and await subscribers.opens_account(tx, by.account_id, by.token_id)


async def find(tx: Tx, by: Actor, uuid: UUID) -> Webhook:
    """A webhook that the actor may manage. Raises WebhookNotFound; PermissionMissing in the actor's own workspace."""
    webhook = await subscribers.by_uuid(tx, by.account_id, uuid)
    if webhook is None:
        raise WebhookNotFound
    if webhook.workspace_id is None:
        if not await is_of_account(tx, by):
            raise WebhookNotFound
        if webhook.home_id not in tx.workspaces:  # it was deleted, and the webhook goes on
            await tx.see(webhook.home_id)
    elif webhook.workspace_id not in by.access:
        raise WebhookNotFound
    else:
        await must_manage(tx, by, webhook.workspace_id)
    return webhook


async def every(tx: Tx, by: Actor) -> list[Webhook]:
    """All webhooks that the actor may manage, oldest first. Raises PermissionMissing for one who may manage none."""
    for permission in NEEDED:
        by.must_somewhere(permission)
    may = [id for id in by.workspaces if all(by.may(permission, id) for permission in NEEDED)]
    return await subscribers.of(tx, by.account_id, may, whole=await is_of_account(tx, by))


def workspaces(webhook: Webhook, tx: Tx) -> Sequence[int]:
    """The workspaces whose events it is told, of those that the transaction sees."""
    return tx.workspaces if webhook.workspace_id is None else (webhook.workspace_id,)
