"""One Ed25519 key for each name, made when it is first needed, the same for all processes on a database.

It can be replaced: the next one is made known first, and signs from a given time on.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from koine.core.errors import Conflict
from koine.core.sealing import Sealing
from koine.core.signing import store
from koine.postgres.database import Tx

_SEED = 32  # bytes


@dataclass(frozen=True, slots=True)
class Key:
    """What is signed with: the `seed`, 32 bytes, and the `public` half, 32 bytes."""

    seed: bytes
    public: bytes

    def sign(self, content: bytes) -> bytes:
        """64 bytes of signature."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # takes a while to load

        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(content)


class NextKeyKnown(Conflict):
    """Another key is to follow already, and receivers may know it."""

    code = "next_key_known"
    says = "A next key is known already."


@dataclass(frozen=True, slots=True)
class Published:
    """A key that receivers should know: its `public` half, 32 bytes, and from when to when it signs (UTC).

    `since` None: ever since there was one; `until` None: no other is to follow.
    """

    public: bytes
    since: datetime | None
    until: datetime | None


async def known(tx: Tx, sealing: Sealing, name: str) -> Key | None:
    """The key of a name, if it was made. Raises SealingFailed."""
    found = await store.find(tx, name)
    return None if found is None else Key(sealing.open(found[0], _about(name)), found[1])


async def published(tx: Tx, name: str) -> Sequence[Published]:
    """The key that signs, and the one that will; nothing while none was made."""
    rows = await store.known(tx, name)
    ends = [row["signs_from"] for row in rows[1:]] + [None]
    return [
        Published(row["public_key"], row["signs_from"] if row["signs_from"].timestamp() else None, end)
        for row, end in zip(rows, ends, strict=False)
    ]


async def replace(tx: Tx, sealing: Sealing, name: str, *, after: float) -> Sequence[Published]:
    """Make a key that signs in `after` seconds, 0 for at once; all that receivers should know then.

    At once it also takes the place of one that was to follow, and needs none that can still be opened. Raises
    NextKeyKnown when there is one otherwise, and SealingFailed.
    """
    await store.lock(tx, name)
    there = await store.known(tx, name)
    if after and len(there) > 1:
        raise NextKeyKnown
    if after and not there:
        await own(tx, sealing, name)
    seed = secrets.token_bytes(_SEED)
    await store.follow(tx, name, sealing.seal(seed, _about(name)), _public(seed), after)
    await store.forget(tx, name, next_too=not after)
    return await published(tx, name)


async def own(tx: Tx, sealing: Sealing, name: str) -> Key:
    """The key of a name, made if need be; that of whoever was quicker. Raises SealingFailed."""
    found = await known(tx, sealing, name)
    if found is not None:
        return found
    seed = secrets.token_bytes(_SEED)
    await store.insert(tx, name, sealing.seal(seed, _about(name)), _public(seed))
    found = await known(tx, sealing, name)
    if found is None:
        raise RuntimeError("a key was made, and is not there")
    return found


def _public(seed: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def _about(name: str) -> bytes:
    return b"signing key " + name.encode()
