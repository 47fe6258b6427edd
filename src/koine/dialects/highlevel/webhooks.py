"""What happens, as HighLevel tells it: flat, to apps where they are installed, under one signature (§8)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from koine.core.apps import apps, installing
from koine.core.apps.model import App
from koine.core.contacts import contacts
from koine.core.conversations import finding
from koine.core.conversations.correspondence import reading
from koine.core.errors import NotFound
from koine.core.feed import sight
from koine.core.feed.model import FeedEvent
from koine.core.files.links import Links
from koine.core.signing.keys import Key
from koine.core.users import users
from koine.core.webhooks.model import Due, Keys, Webhook
from koine.core.webhooks.patience import Patience
from koine.dialects.highlevel import file_links, ids, signing
from koine.dialects.highlevel.wire import told
from koine.dialects.highlevel.wire.bodies import time
from koine.postgres.database import Tx

Json = dict[str, Any]

# Twelve more tries: after 10 seconds, and each time twice as long, give or take a quarter; 11 hours in all (§8.1).
_PATIENCE = Patience(tuple(10.0 * 2**number for number in range(12)), spread=0.25)
_DND = frozenset({"dnd", "dnd_settings", "dnd_inbound"})


@dataclass(frozen=True, slots=True)
class _Part:
    """Something that is told: after which kinds, to whom (who has a scope; None: the app itself), and how."""

    kinds: frozenset[str]
    scope: str | None
    tell: Callable[[Tx, Webhook, FeedEvent, Links], Awaitable[Json | None]]


async def body(tx: Tx, webhook: Webhook, delivery: Due, event: FeedEvent, *, links: Links) -> bytes | None:
    """What an app is told, if it may hear it. All of it is as it is now; the time is when it is told."""
    part = _PARTS[delivery.part]
    app = await apps.of_webhook(tx, webhook.id)
    if not await _hears(tx, app, part, event):
        return None
    said = await part.tell(tx, webhook, event, links)
    return None if said is None else _written(said, delivery, app)


def ping(webhook: Webhook, delivery: Due) -> bytes:
    """A test, which says for which webhook it is."""
    return _written({"type": "WebhookTest", "id": str(webhook.uuid)}, delivery, None)


def headers(delivery: UUID, body: bytes, keys: Sequence[Keys], *, at: int) -> Mapping[str, str]:
    """One signature, by the key of the house."""
    return {"Content-Type": "application/json", **signing.headers(body, Key(keys[0].seed, b""))}


def parts() -> Mapping[str, frozenset[str] | None]:
    """Each is a delivery of its own: a change of a contact can be three of them."""
    return {name: part.kinds for name, part in _PARTS.items()}


def needs() -> Sequence[str]:
    """Whoever is told, is told what was said."""
    return ("messages:read",)


def patience() -> Patience:
    """As the contract describes it."""
    return _PATIENCE


def house_key() -> str | None:
    """All deliveries are signed by one key, which receivers are given once."""
    return signing.NAME


def secret(keys: Keys) -> None:
    """The public key is all that receivers need."""


def public_key(key: bytes) -> str:
    """As PEM, as the official clients take it."""
    return signing.public_pem(key)


async def _hears(tx: Tx, app: App | None, part: _Part, event: FeedEvent) -> bool:
    """An app is told of itself, and of what it may read where it is installed; without an app all is told."""
    if part.scope is None:
        return app is not None and event.data.get("app_id") == app.public_id
    if app is None:
        return True
    place = await installing.find(tx, app.id, event.workspace.id)
    return place is not None and part.scope in place.scopes


def _written(said: Json, delivery: Due, app: App | None) -> bytes:
    own = {} if app is None else {"appId": app.public_id, "versionId": app.public_id}
    return orjson.dumps(said | own | {"timestamp": time(datetime.now(UTC)), "webhookId": str(delivery.uuid)})


async def _message(tx: Tx, webhook: Webhook, event: FeedEvent, links: Links) -> Json | None:
    letter = None if event.message is None else await reading.by_id(tx, event.workspace.id, event.message.id)
    if letter is None or letter.kind == "activity":
        return None
    return told.message(letter, _location(event), file_links.Within(links, event.workspace.id))


async def _unread(tx: Tx, webhook: Webhook, event: FeedEvent, links: Links) -> Json | None:
    """What somebody says inward is unread; what is said outward changes nothing."""
    if event.conversation is None or (event.kind == "message.posted" and not await _came_in(tx, event)):
        return None
    try:
        thread = await finding.thread(tx, sight.as_its_doer(event, webhook.account_id), event.conversation.uuid)
    except NotFound:
        return None
    return told.unread(thread, _location(event))


async def _came_in(tx: Tx, event: FeedEvent) -> bool:
    letter = None if event.message is None else await reading.by_id(tx, event.workspace.id, event.message.id)
    return letter is not None and letter.direction == "in"


def _contact(name: str, fields: frozenset[str] | None = None) -> Callable[..., Awaitable[Json | None]]:
    """Tells of a contact; with `fields` only when one of these was changed."""

    async def tell(tx: Tx, webhook: Webhook, event: FeedEvent, links: Links) -> Json | None:
        if event.contact is None or (fields is not None and fields.isdisjoint(event.data.get("fields", ()))):
            return None
        by = sight.as_its_doer(event, webhook.account_id)
        try:
            contact = await contacts.by_uuid(tx, by, event.contact.uuid)
        except NotFound:
            return None
        keeper = contact.assigned_to and await users.by_id(tx, webhook.account_id, contact.assigned_to)
        return told.contact(name, contact, _location(event), keeper.uuid if keeper else None)

    return tell


async def _contact_gone(tx: Tx, webhook: Webhook, event: FeedEvent, links: Links) -> Json | None:
    return None if event.contact is None else told.contact_gone(event.contact.uuid, _location(event))


async def _installed(tx: Tx, webhook: Webhook, event: FeedEvent, links: Links) -> Json | None:
    app = await apps.of_webhook(tx, webhook.id)
    user = await users.by_id(tx, webhook.account_id, event.data.get("user_id") or 0)
    if app is None:
        return None
    return {
        "type": "INSTALL" if event.kind == "app.installed" else "UNINSTALL",
        "installType": "Location",
        "locationId": _location(event),
        "companyId": ids.write(app.account_uuid),
        **({} if user is None else {"userId": ids.write(user.uuid)}),
        "isWhitelabelCompany": False,
    }


def _location(event: FeedEvent) -> str:
    return ids.write_often(event.workspace.uuid)


_CHANGED = frozenset({"contact.updated"})
_MESSAGES, _CONVERSATIONS, _CONTACTS = "conversations/message.readonly", "conversations.readonly", "contacts.readonly"

# By name: deliveries are known by it, so it stays as it is.
_PARTS: Mapping[str, _Part] = {
    "Message": _Part(frozenset({"message.posted", "note.written"}), _MESSAGES, _message),
    "ConversationUnreadUpdate": _Part(
        frozenset({"conversation.unread_changed", "message.posted"}), _CONVERSATIONS, _unread
    ),
    "ContactCreate": _Part(frozenset({"contact.created"}), _CONTACTS, _contact("ContactCreate")),
    "ContactUpdate": _Part(_CHANGED, _CONTACTS, _contact("ContactUpdate")),
    "ContactDndUpdate": _Part(_CHANGED, _CONTACTS, _contact("ContactDndUpdate", _DND)),
    "ContactTagUpdate": _Part(_CHANGED, _CONTACTS, _contact("ContactTagUpdate", frozenset({"tags"}))),
    "ContactDelete": _Part(frozenset({"contact.deleted"}), _CONTACTS, _contact_gone),
    "Install": _Part(frozenset({"app.installed", "app.uninstalled"}), None, _installed),
}
