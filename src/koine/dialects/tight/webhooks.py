"""What happens, as Tight tells it: changes of entities and life-cycle events, each under a token (§11)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from uuid import UUID

import orjson

from koine.core.feed import sight
from koine.core.feed.model import FeedEvent
from koine.core.files.links import Links
from koine.core.webhooks.model import Due, Keys, Webhook
from koine.core.webhooks.patience import USUAL, Patience
from koine.core.workspaces import workspaces
from koine.core.workspaces.model import Workspace
from koine.dialects.tight import ids, wire, words
from koine.dialects.tight.inferred import VERIFIABLE
from koine.dialects.tight.wire import Json
from koine.dialects.tight.words import Entity
from koine.postgres.database import Tx

ENTITY_UPDATE = "ENTITY_UPDATE"
LIFECYCLE = "LIFECYCLE"

_HEAD = {"alg": "HS256", "typ": "JWT"}


async def body(tx: Tx, webhook: Webhook, delivery: Due, event: FeedEvent, *, links: Links) -> bytes | None:
    """The whole entity that was changed, as whoever changed it finds it now; or the name of what began or ended."""
    entity = await words.entity(tx, sight.as_its_doer(event, webhook.account_id), event, links)
    if entity is None:
        return None
    if delivery.part == ENTITY_UPDATE:
        (company,) = await workspaces.find(tx, webhook.account_id, [event.workspace.id])
        return orjson.dumps(_update(event, entity, company))
    name = words.life_cycle_event(event)
    return None if name is None else orjson.dumps(_life_cycle(event, name, entity))


def ping(webhook: Webhook, delivery: Due) -> bytes:
    """A test: a life-cycle event that Tight does not have, which says for which webhook it is."""
    company = None if webhook.workspace_id is None else ids.company(webhook.workspace_id)
    return orjson.dumps(
        {
            "type": LIFECYCLE,
            "editor": {"userId": None},
            "company": {"id": company},
            "event": "webhookTest",
            "datetime": wire.moment(delivery.created_at),
            "eventData": {"webhookId": str(webhook.uuid)},
        }
    )


def headers(delivery: UUID, body: bytes, keys: Sequence[Keys], *, at: int) -> Mapping[str, str]:
    """A JSON Web Token (RFC 7519) by the newest secret: there is room for one, so a rotation has no overlap."""
    claims = {
        "iat": at,
        "exp": at + VERIFIABLE,
        "body_sha256": hashlib.sha256(body).hexdigest(),
        "delivery_id": str(delivery),
    }
    signed = f"{_base64url(orjson.dumps(_HEAD))}.{_base64url(orjson.dumps(claims))}"
    signature = hmac.digest(secret(keys[0]).encode(), signed.encode(), hashlib.sha256)
    return {"Content-Type": "application/json", "Tight-Verification": f"{signed}.{_base64url(signature)}"}


def parts() -> Mapping[str, frozenset[str]]:
    """Every change is told as one; what is also a beginning or an end is told as that besides."""
    return {
        ENTITY_UPDATE: frozenset(words.WORDS),
        LIFECYCLE: frozenset(kind for kind, name in words.WORDS.items() if name is not None),
    }


def needs() -> Sequence[str]:
    """Whoever is told, is told what was said."""
    return ("messages:read",)


def patience() -> Patience:
    """As everybody's."""
    return USUAL


def house_key() -> None:
    """Each webhook has keys of its own."""


def secret(keys: Keys) -> str:
    """64 hexadecimal digits. What signs is this text itself, as libraries for such tokens take it."""
    return keys.secret.hex()


def public_key(key: bytes) -> None:
    """Nothing is signed with it."""


def _update(event: FeedEvent, entity: Entity, company: Workspace) -> Json:
    return {
        "editor": _editor(event),
        "company": {"id": ids.company(company.id), "apiCompanyId": company.external_id},
        "type": ENTITY_UPDATE,
        "url": entity.url,
        "data": entity.data,
    }


def _life_cycle(event: FeedEvent, name: str, entity: Entity) -> Json:
    return {
        "type": LIFECYCLE,
        "editor": _editor(event),
        "company": {"id": ids.company(event.workspace.id)},
        "event": name,
        "datetime": wire.moment(event.created_at),
        "eventData": {"id": entity.id, "url": entity.url},
    }


def _editor(event: FeedEvent) -> Json:
    """Apps, contacts and Koine itself have no `userId`."""
    return {"userId": event.actor.external_id}


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")
