"""SQL for delivering a stretch of time once more: what happened then, whether it was ever on its way or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from koine.core.webhooks.parts import Told
from koine.core.webhooks.store.deliveries import columns
from koine.postgres.database import Tx


@dataclass(frozen=True, slots=True)
class Stretch:
    """What happened in a stretch of time in some workspaces has a position after `after` and up to `upto` in each."""

    since: datetime
    until: datetime
    workspaces: Sequence[int]
    after: Sequence[int]
    upto: Sequence[int]

    @property
    def positions(self) -> int:
        """How many events there are to be looked at."""
        return sum(self.upto) - sum(self.after)


# What webhook $1 wants to be told of the stretch $2 to $6, where its dialect tells $8 to $10.
_EVENTS = """
    select e.workspace_id, e.id, e.kind, p.part, p.ord, delivery_uuid(h.uuid, e.uuid, p.part) as uuid
      from webhooks h
     cross join unnest($2::bigint[], $3::bigint[], $4::bigint[]) as s(workspace_id, after, upto)
     cross join lateral (
        select e.workspace_id, e.id, e.uuid, e.kind from events e
         where e.workspace_id = s.workspace_id and e.position > s.after and e.position <= s.upto
           and e.created_at >= $5 and e.created_at < $6 and (h.kinds is null or e.kind = any (h.kinds))
         order by e.position limit $7) e
      join unnest($8::text[], $9::text[], $10::text[]) with ordinality as p(dialect, part, kind, ord)
        on p.dialect = h.dialect and (p.kind is null or p.kind = e.kind)
     where h.id = $1
"""


async def stretch(tx: Tx, workspaces: Sequence[int], since: datetime, until: datetime) -> Stretch:
    """Where to look for what happened from `since` on and before `until`.

    Positions follow the clock, give or take how long a transaction may last.
    """
    rows = await tx.rows(
        """
        select f.workspace_id, position_at(f.workspace_id, $2::timestamptz - interval '1 minute') as after,
               position_at(f.workspace_id, $3::timestamptz + interval '1 minute') as upto
          from feeds f where f.workspace_id = any ($1::bigint[]) order by f.workspace_id
        """,
        list(workspaces),
        since,
        until,
    )
    places, after, upto = ([row[column] for row in rows] for column in ("workspace_id", "after", "upto"))
    return Stretch(since, until, places, after, upto)


async def count(tx: Tx, told_of: Sequence[Told], webhook_id: int, stretch: Stretch, *, at_most: int) -> int:
    """How many deliveries there would be of what a webhook wants; counted up to one more than `at_most`."""
    found: int = await tx.value(
        f"select count(*) from (select 1 from ({_EVENTS}) e limit $7) e",
        *_values(webhook_id, stretch, at_most + 1, told_of),
    )
    return found


async def again(tx: Tx, told_of: Sequence[Told], webhook_id: int, stretch: Stretch, *, at_most: int) -> int:
    """Deliver all of them, now; how many that are."""
    rows = await tx.write(
        f"""
        with again as (
            insert into webhook_deliveries as d (workspace_id, uuid, webhook_id, event_id, kind, part)
            select e.workspace_id, e.uuid, $1, e.id, e.kind, e.part
              from ({_EVENTS}) e order by e.workspace_id, e.id, e.ord
                on conflict (workspace_id, uuid) do update
               set state = 'waiting', attempts = case d.state when 'waiting' then d.attempts else 0 end,
                   due_at = excluded.due_at, finished_at = null
            returning 1
        )
        select count(*) as again from again
        """,
        *_values(webhook_id, stretch, at_most, told_of),
    )
    again: int = rows[0]["again"]
    return again


def _values(webhook_id: int, stretch: Stretch, limit: int, told_of: Sequence[Told]) -> Sequence[object]:
    places = (list(stretch.workspaces), list(stretch.after), list(stretch.upto))
    return (webhook_id, *places, stretch.since, stretch.until, limit, *columns(told_of))
