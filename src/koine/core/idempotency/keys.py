"""Keys by which a request can be sent again without doing twice what it did."""

from __future__ import annotations

from koine.core.actor import Actor
from koine.core.errors import KeyInFlight, KeyMalformed, KeyReused, NowhereToKeep
from koine.core.idempotency import store
from koine.core.idempotency.model import Kept, Key
from koine.postgres.database import Tx

LONGEST = 255  # characters


def of(by: Actor, text: str) -> Key:
    """An actor's key: all their tokens share it. It is kept in the first of the actor's workspaces.

    That is their home where it is known, which stays the same when it is deleted: a repeated request finds what the
    first one left. Raises KeyMalformed for anything but 1 to LONGEST printable ASCII characters, and NowhereToKeep for
    an actor without an id or a workspace.
    """
    if not (0 < len(text) <= LONGEST and text.isascii() and text.isprintable()):
        raise KeyMalformed
    if by.id is None or not (by.access or (by.everywhere is not None and by.home)):
        raise NowhereToKeep
    return Key(by.home or min(by.access), by.kind, by.id, text)


async def take(tx: Tx, key: Key, fingerprint: bytes) -> Kept | None:
    """Have a key to oneself until the transaction ends, which begins here; what is kept under it, if anything is.

    Raises KeyInFlight while another transaction has it, and KeyReused when what was asked then was something else.
    """
    await tx.begin()
    if not await store.lock(tx, key):
        raise KeyInFlight
    kept = await store.find(tx, key)
    if kept is not None and kept.fingerprint != fingerprint:
        raise KeyReused
    return kept


async def keep(tx: Tx, key: Key, kept: Kept) -> None:
    """Keep the answer under a key that was taken: it stands or falls with what the transaction does."""
    await store.put(tx, key, kept)
