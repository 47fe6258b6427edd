"""Forgetting secrets that expired: each client gets a new one every hour or day."""

from __future__ import annotations

from datetime import timedelta

from koine.postgres.database import Tx

KEPT = timedelta(days=7)  # after its end: whoever shows one that late may as well hear that it is unknown


async def forget(tx: Tx) -> int:
    """Forget some secrets that ended more than a week ago, of all accounts; how many."""
    rows = await tx.write(
        """
        with gone as (
            delete from tokens where id in (
                select id from tokens
                 where kind in ('access', 'login', 'code', 'refresh') and expires_at < now() - $1::interval
                 order by expires_at limit 1000) returning 1)
        select count(*) as forgotten from gone
        """,
        KEPT,
    )
    forgotten: int = rows[0]["forgotten"]
    return forgotten
