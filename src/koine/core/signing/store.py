"""SQL for keys."""

from __future__ import annotations

from datetime import datetime

from koine.postgres.database import Row, Tx


async def find(tx: Tx, name: str) -> tuple[bytes, bytes] | None:
    """The sealed private half and the public one of the key that signs now."""
    row = await tx.row(
        """
        select sealed, public_key from signing_keys
         where name = $1 and signs_from <= now() order by signs_from desc limit 1
        """,
        name,
    )
    return None if row is None else (row["sealed"], row["public_key"])


async def known(tx: Tx, name: str) -> list[Row]:
    """The one that signs now and those that will, in the order of their times: `public_key` and `signs_from`."""
    return await tx.rows(
        """
        select public_key, signs_from from signing_keys
         where name = $1 and signs_from >= (
            select max(signs_from) from signing_keys where name = $1 and signs_from <= now())
         order by signs_from
        """,
        name,
    )


async def insert(tx: Tx, name: str, sealed: bytes, public_key: bytes) -> None:
    """The first one, unless there is one."""
    await tx.write(
        "insert into signing_keys (name, sealed, public_key) values ($1, $2, $3) on conflict do nothing",
        name,
        sealed,
        public_key,
    )


async def follow(tx: Tx, name: str, sealed: bytes, public_key: bytes, seconds: float) -> datetime:
    """One that signs in so many seconds; when that is."""
    (row,) = await tx.write(
        """
        insert into signing_keys (name, sealed, public_key, signs_from)
        values ($1, $2, $3, now() + make_interval(secs => $4)) returning signs_from
        """,
        name,
        sealed,
        public_key,
        seconds,
    )
    at: datetime = row["signs_from"]
    return at


async def lock(tx: Tx, name: str) -> None:
    """Let nobody else replace keys of this name until the transaction ends."""
    await tx.begin()
    await tx.write("select pg_advisory_xact_lock(hashtextextended('signing key ' || $1, 0))", name)


async def forget(tx: Tx, name: str, *, next_too: bool) -> None:
    """Those that sign no more; with `next_too` also those that do not yet."""
    await tx.write(
        """
        delete from signing_keys
         where name = $1 and (($2 and signs_from > now()) or signs_from < (
            select max(signs_from) from signing_keys where name = $1 and signs_from <= now()))
        """,
        name,
        next_too,
    )
