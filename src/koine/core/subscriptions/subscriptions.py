"""Types of subscription, and ending and resuming them for somebody."""

from __future__ import annotations

from uuid import UUID

from koine.core import outbox
from koine.core.actor import Actor
from koine.core.contacts.model import Contact
from koine.core.message_events import ContactSubscriptionChanged, SubscriptionTypeChanged, SubscriptionTypeCreated
from koine.core.subscriptions import store
from koine.core.subscriptions.model import Change, Described, SubscriptionType, Wish
from koine.core.subscriptions.refusals import SubscriptionTypeNotFound
from koine.postgres.database import Tx


async def types(tx: Tx, by: Actor, workspace_id: int) -> list[SubscriptionType]:
    """All types of a workspace, archived ones too, oldest first."""
    by.must("contacts:read", workspace_id)
    return await store.types(tx, workspace_id)


async def find(tx: Tx, by: Actor, workspace_id: int, uuid: UUID) -> SubscriptionType:
    """One of a workspace's types. Raises SubscriptionTypeNotFound."""
    by.must("contacts:read", workspace_id)
    found = await store.find(tx, workspace_id, uuid)
    if found is None:
        raise SubscriptionTypeNotFound
    return found


async def create(tx: Tx, by: Actor, workspace_id: int, described: Described) -> SubscriptionType:
    """A new type."""
    by.must("contacts:write", workspace_id)
    created = await store.insert(tx, workspace_id, described)
    told = {"subscription_type": str(created.uuid), "name": created.name, "channel": created.channel}
    await outbox.record(tx, by, SubscriptionTypeCreated(workspace_id, data=told))
    return created


async def change(tx: Tx, by: Actor, kind: SubscriptionType, described: Described) -> SubscriptionType:
    """Describe a type otherwise; what changes nothing tells nothing."""
    by.must("contacts:write", kind.workspace_id)
    given = {name: getattr(described, name) for name in Described.__slots__}
    fields = [name for name, value in given.items() if value is not None and value != getattr(kind, name)]
    if not fields:
        return kind
    changed = await store.update(tx, kind.workspace_id, kind.id, described)
    told = {"subscription_type": str(kind.uuid), "fields": fields}
    await outbox.record(tx, by, SubscriptionTypeChanged(kind.workspace_id, data=told))
    return changed


async def wishes(tx: Tx, by: Actor, contact: Contact, email: str | None = None) -> list[Wish]:
    """What a contact said about their addresses, or about one of them."""
    by.must("contacts:read", contact.workspace_id)
    return await store.wishes(tx, contact.workspace_id, contact.id, email)


async def wish(tx: Tx, by: Actor, contact: Contact, change: Change, kind: SubscriptionType | None) -> None:
    """Take down what a contact wishes; `kind` is the type that it is about, if any."""
    by.must("contacts:write", contact.workspace_id)
    if change.everything:
        await store.resume_all(tx, contact.workspace_id, contact.id, change)
    else:
        await store.wish(tx, contact.workspace_id, contact.id, change)
    told = {"subscription_type": None if kind is None else str(kind.uuid), "subscribed": change.subscribed}
    await outbox.record(tx, by, ContactSubscriptionChanged(contact.workspace_id, contact_id=contact.id, data=told))
