"""Forgetting answers that nobody can ask to be repeated any more."""

from __future__ import annotations

from datetime import timedelta

from koine.postgres.database import Tx

KEPT = timedelta(hours=24)


async def forget(tx: Tx) -> int:
    """Forget some keys that are older than a day, in the workspaces that the transaction sees; how many.

    Each is asked for its age twice: whoever sends an old key again makes it a new one, maybe while we wait for its row.
    """
    rows = await tx.write(
        """
        with old as (
            select k.workspace_id, k.actor_kind, k.actor_id, k.key
              from unnest($1::bigint[]) as w(id)
             cross join lateral (
                select workspace_id, actor_kind, actor_id, key from idempotency_keys
                 where workspace_id = w.id and created_at < now() - $2::interval order by created_at limit 1000) k
        ), gone as (
            delete from idempotency_keys k using old
             where k.workspace_id = old.workspace_id and k.actor_kind = old.actor_kind
               and k.actor_id = old.actor_id and k.key = old.key and k.created_at < now() - $2::interval
            returning 1
        )
        select count(*) as forgotten from gone
        """,
        list(tx.workspaces),
        KEPT,
    )
    forgotten: int = rows[0]["forgotten"]
    return forgotten
