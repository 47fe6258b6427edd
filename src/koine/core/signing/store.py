"""SQL for keys."""

from __future__ import annotations

from koine.postgres.database import Tx


async def find(tx: Tx, name: str) -> tuple[bytes, bytes] | None:
    """The sealed private half and the public one."""
    row = await tx.row("select sealed, public_key from signing_keys where name = $1", name)
    return None if row is None else (row["sealed"], row["public_key"])


async def insert(tx: Tx, name: str, sealed: bytes, public_key: bytes) -> None:
    """A new one, unless there is one."""
    await tx.write(
        "insert into signing_keys (name, sealed, public_key) values ($1, $2, $3) on conflict do nothing",
        name,
        sealed,
        public_key,
    )
