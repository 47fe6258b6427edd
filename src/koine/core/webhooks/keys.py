"""The secrets that deliveries are signed with: made by us, sealed in the database, opened to sign."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from uuid import UUID

from koine.core.sealing import Sealing
from koine.core.signing import keys as house_keys
from koine.core.webhooks.model import Keys, Shape
from koine.postgres.database import Tx

_SEED = 32
_SECRET = 32


def new() -> Keys:
    """Random ones, of 256 bits each."""
    return Keys(secret=secrets.token_bytes(_SECRET), seed=secrets.token_bytes(_SEED))


async def made(tx: Tx, sealing: Sealing, shape: Shape) -> Keys:
    """Those of a new webhook: of its own, or with the seed that its dialect signs everything with."""
    own, house = new(), shape.house_key()
    return own if house is None else Keys(own.secret, (await house_keys.own(tx, sealing, house)).seed)


def sealed(sealing: Sealing, webhook: UUID, keys: Keys) -> bytes:
    """As they are stored: the seed, then the secret, sealed for this webhook and no other. Raises SealingFailed."""
    return sealing.seal(keys.seed + keys.secret, _about(webhook))


def opened(sealing: Sealing, webhook: UUID, sealed: bytes) -> Keys:
    """What was stored. Raises SealingFailed."""
    plain = sealing.open(sealed, _about(webhook))
    return Keys(secret=plain[_SEED:], seed=plain[:_SEED])


async def signing(tx: Tx, sealing: Sealing, shape: Shape, seals: Sequence[tuple[UUID, bytes]]) -> list[Keys]:
    """What deliveries are signed with now: what was stored, and the key of the house as it is by now, where the dialect
    has one. Raises SealingFailed.
    """
    found = [opened(sealing, webhook, seal) for webhook, seal in seals]
    house = shape.house_key()
    key = None if house is None else await house_keys.known(tx, sealing, house)
    return found if key is None else [Keys(each.secret, key.seed) for each in found]


def public(keys: Keys) -> bytes:
    """The public half of the Ed25519 key, 32 bytes."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # takes a while to load

    return Ed25519PrivateKey.from_private_bytes(keys.seed).public_key().public_bytes_raw()


def _about(webhook: UUID) -> bytes:
    return b"webhook " + webhook.bytes
