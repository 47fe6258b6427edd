"""SQL for counting requests."""

from __future__ import annotations

from koine.postgres.database import Row, Tx
from koine.postgres.together import Rowwise

# Requests that come at once are counted by one statement, each with its own place in the count. Those of one token
# wait for each other at its row, so two processes never give out the same place.
_COUNT = """
with given as (select g.* from {given}
), summed as (select who, max(seconds) as seconds, count(*) as asked from given group by who
), counted as (
    insert into request_counts as c (who, ends_at, used)
    select who, now() + make_interval(secs => seconds), asked from summed order by who
        on conflict (who) do update
       set used = excluded.used + case when c.ends_at > now() then c.used else 0 end,
           ends_at = case when c.ends_at > now() then c.ends_at else excluded.ends_at end
    returning who, ends_at, used)
select g.ord, c.used - s.asked + row_number() over (partition by g.who order by g.ord) as place,
       extract(epoch from c.ends_at - now())::float8 as renewed_in
  from given g join summed s using (who) join counted c using (who)
"""
_COUNTS = Rowwise(
    one=_COUNT.format(given="(select $1::text as who, $2::integer as seconds, 1::bigint as ord) g"),
    many=_COUNT.format(given="unnest($1::text[], $2::integer[]) with ordinality as g(who, seconds, ord)"),
)


async def count(tx: Tx, who: str, seconds: int) -> Row:
    """Count one request: its place in the span, from 1, and the seconds until the span's end."""
    tx.only_one_write()
    (row,) = await tx.write_each(_COUNTS, [(who, seconds)])
    if row is None:
        raise LookupError("a request was not counted")
    return row


async def forget(tx: Tx) -> int:
    """Forget spans that are over; how many."""
    rows = await tx.write(
        """
        with gone as (
            delete from request_counts where who in (
                select who from request_counts where ends_at < now() limit 1000 for update skip locked) returning 1)
        select count(*) as forgotten from gone
        """
    )
    forgotten: int = rows[0]["forgotten"]
    return forgotten
