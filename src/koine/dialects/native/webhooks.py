"""What happens, in the form of Standard Webhooks 1.0, signed by HMAC-SHA256 and by Ed25519."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import orjson

from koine.core.feed.model import FeedEvent
from koine.core.files.links import Links
from koine.core.webhooks.model import Due, Keys, Webhook
from koine.core.webhooks.patience import USUAL, Patience
from koine.dialects.native import wire
from koine.dialects.native.names import Names
from koine.postgres.database import Tx


async def body(tx: Tx, webhook: Webhook, delivery: Due, event: FeedEvent, *, links: Links) -> bytes:
    """The event as the feed has it, under its kind and the time when it happened."""
    known = Names()
    if unknown := known.unknown([event]):
        await known.learn(tx, webhook.account_id, event.workspace.id, unknown)
    return _message(event.kind, event.created_at, wire.event(event, known.data(event)))


def ping(webhook: Webhook, delivery: Due) -> bytes:
    """A test, which says for which webhook it is."""
    return _message(delivery.kind, delivery.created_at, {"webhook_id": str(webhook.uuid)})


def headers(delivery: UUID, body: bytes, keys: Sequence[Keys], *, at: int) -> Mapping[str, str]:
    """Two signatures for each of the keys, with blanks between them; a receiver needs one that it can check."""
    signed = f"{delivery}.{at}.".encode() + body
    return {
        "Content-Type": "application/json",
        "webhook-id": str(delivery),
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(signature for each in keys for signature in _signatures(each, signed)),
    }


def parts() -> Mapping[str, None]:
    """All there is to say, of events of all kinds, also those to come."""
    return {"": None}


def needs() -> Sequence[str]:
    """Nothing: names and kinds are told, and no words."""
    return ()


def patience() -> Patience:
    """As everybody's."""
    return USUAL


def house_key() -> None:
    """Each webhook has keys of its own."""


def secret(keys: Keys) -> str:
    """`whsec_` and the secret, base64."""
    return f"whsec_{_base64(keys.secret)}"


def public_key(key: bytes) -> str:
    """`whpk_` and the key, base64."""
    return f"whpk_{_base64(key)}"


def _signatures(keys: Keys, signed: bytes) -> tuple[str, str]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # takes a while to load

    by_hmac = hmac.digest(keys.secret, signed, hashlib.sha256)
    by_ed25519 = Ed25519PrivateKey.from_private_bytes(keys.seed).sign(signed)
    return f"v1,{_base64(by_hmac)}", f"v1a,{_base64(by_ed25519)}"


def _message(kind: str, at: datetime, data: object) -> bytes:
    return orjson.dumps({"type": kind, "timestamp": wire.time(at), "data": data})


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
