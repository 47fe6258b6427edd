"""SQL for the answers that are kept under keys."""

from __future__ import annotations

import hashlib

from koine.core.idempotency.forgetting import KEPT
from koine.core.idempotency.model import Kept, Key
from koine.postgres.database import Tx


async def lock(tx: Tx, key: Key) -> bool:
    """Whether nobody else has the key; then it is ours until the transaction ends. Does not wait."""
    free: bool = await tx.value("select pg_try_advisory_xact_lock($1)", _number(key))
    return free


async def find(tx: Tx, key: Key) -> Kept | None:
    """What is kept under a key and has not expired. Asked after the lock, so that it sees what the last holder did."""
    row = await tx.row(
        """
        select created_at >= now() - $5::interval as fresh, fingerprint, status, content_type, body, sealed
          from idempotency_keys where workspace_id = $1 and actor_kind = $2 and actor_id = $3 and key = $4
        """,
        key.workspace_id,
        key.actor_kind,
        key.actor_id,
        key.text,
        KEPT,
    )
    if row is None:
        return None
    fresh, *kept = row.values()
    return Kept(*kept) if fresh else None


async def put(tx: Tx, key: Key, kept: Kept) -> None:
    """Keep something, in the place of what has expired and was not forgotten yet."""
    await tx.write(
        """
        insert into idempotency_keys (
            workspace_id, actor_kind, actor_id, key, fingerprint, status, content_type, body, sealed)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (workspace_id, actor_kind, actor_id, key) do update
           set fingerprint = excluded.fingerprint, status = excluded.status, content_type = excluded.content_type,
               body = excluded.body, sealed = excluded.sealed, created_at = excluded.created_at
        """,
        key.workspace_id,
        key.actor_kind,
        key.actor_id,
        key.text,
        kept.fingerprint,
        kept.status,
        kept.content_type,
        kept.body,
        kept.sealed,
    )


def _number(key: Key) -> int:
    """The key as PostgreSQL's advisory locks know it: 64 bits of its SHA-256."""
    return int.from_bytes(hashlib.sha256(bytes(key)).digest()[:8], signed=True)
