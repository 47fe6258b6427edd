"""SQL for delivering a stretch of time once more: what happened then, whether it was ever on its way or not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from koine.postgres.database import Tx

# Events of the workspaces $2 that webhook $1 wants, from $3 on and before $4. Positions follow the clock, give or take
# how long a transaction may last.
_EVENTS = """
    select e.workspace_id, e.id, e.kind, delivery_uuid(h.uuid, e.uuid) as uuid
      from webhooks h
     cross join unnest($2::bigint[]) as w(id)
     cross join lateral (
        select e.workspace_id, e.id, e.uuid, e.kind from events e
         where e.workspace_id = w.id and e.created_at >= $3 and e.created_at < $4
           and e.position > position_at(w.id, $3 - interval '1 minute')
           and e.position <= position_at(w.id, $4 + interval '1 minute')
           and (h.kinds is null or e.kind = any (h.kinds))
         order by e.position limit $5) e
     where h.id = $1
"""


async def count(
    tx: Tx, webhook_id: int, workspaces: Sequence[int], since: datetime, until: datetime, *, at_most: int
) -> int:
    """How many events there were, of those that a webhook wants; counted up to one more than `at_most`."""
    found: int = await tx.value(
        f"select count(*) from (select 1 from ({_EVENTS}) e limit $5) e",
        webhook_id,
        list(workspaces),
        since,
        until,
        at_most + 1,
    )
    return found


async def again(
    tx: Tx, webhook_id: int, workspaces: Sequence[int], since: datetime, until: datetime, *, at_most: int
) -> int:
    """Deliver all of them, now; how many that are."""
    rows = await tx.write(
        f"""
        with again as (
            insert into webhook_deliveries as d (workspace_id, uuid, webhook_id, event_id, kind)
            select e.workspace_id, e.uuid, $1, e.id, e.kind from ({_EVENTS}) e order by e.workspace_id, e.id
                on conflict (workspace_id, webhook_id, event_id) do update
               set state = 'waiting', attempts = case d.state when 'waiting' then d.attempts else 0 end,
                   due_at = excluded.due_at, finished_at = null
            returning 1
        )
        select count(*) as again from again
        """,
        webhook_id,
        list(workspaces),
        since,
        until,
        at_most,
    )
    again: int = rows[0]["again"]
    return again
