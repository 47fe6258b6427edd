"""One Ed25519 key for each name, made when it is first needed, the same for all processes on a database."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

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


async def known(tx: Tx, sealing: Sealing, name: str) -> Key | None:
    """The key of a name, if it was made. Raises SealingFailed."""
    found = await store.find(tx, name)
    return None if found is None else Key(sealing.open(found[0], _about(name)), found[1])


async def public(tx: Tx, name: str) -> bytes | None:
    """The public half of a name's key, 32 bytes, if it was made."""
    found = await store.find(tx, name)
    return None if found is None else found[1]


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
