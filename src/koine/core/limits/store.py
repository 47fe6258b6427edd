"""SQL for counting requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from koine.core.limits.model import Rate
from koine.postgres.database import Tx
from koine.postgres.together import Rowwise

# Requests that come at once are counted by one statement, each with its own place in the count. Those of one token
# wait for each other at its row, so two processes never give out the same place.
_RAISE = """
    insert into request_counts as c (who, ends_at, used)
    select who, now() + make_interval(secs => seconds), asked from {summed} order by who
        on conflict (who) do update
       set used = excluded.used + case when c.ends_at > now() then c.used else 0 end,
           ends_at = case when c.ends_at > now() then c.ends_at else excluded.ends_at end
    returning who, ends_at, used
"""
_COUNT = f"""
with given as (select g.* from {{given}}
), summed as (select who, max(seconds) as seconds, count(*) as asked from given group by who
), counted as ({_RAISE.format(summed="summed")})
"""
_PLACE = """
select g.ord, c.used - s.asked + row_number() over (partition by g.who order by g.ord) as place,
       extract(epoch from c.ends_at - now())::float8 as renewed_in
  from given g join summed s using (who) join counted c using (who)
"""
_COUNTS = Rowwise(
    one=_COUNT.format(given="(select $1::text as who, $2::integer as seconds, 1::bigint as ord) g") + _PLACE,
    many=_COUNT.format(given="unnest($1::text[], $2::integer[]) with ordinality as g(who, seconds, ord)") + _PLACE,
)

# The same against two rates, the second for those whose place the first has. All who are counted so take their rows in
# this order, the first rate's before the second's, so that nobody waits for each other.
_BOTH = f"""
{_COUNT}, placed as (
    select g.*, t.place, t.renewed_in from given g join ({_PLACE}) t using (ord)
), summed_then as (
    select then_who as who, max(then_seconds) as seconds, count(*) as asked from placed where place <= most group by 1
), counted_then as ({_RAISE.format(summed="summed_then")})
select p.ord, p.place, p.renewed_in,
       c.used - s.asked + row_number() over (partition by c.who order by p.ord) as then_place,
       extract(epoch from c.ends_at - now())::float8 as then_renewed_in
  from placed p left join (summed_then s join counted_then c using (who)) on s.who = p.then_who and p.place <= p.most
"""
_COUNTS_OF_BOTH = Rowwise(
    one=_BOTH.format(
        given="""
        (select $1::text as who, $2::integer as seconds, $3::bigint as most, $4::text as then_who,
                $5::integer as then_seconds, 1::bigint as ord) g
        """
    ),
    many=_BOTH.format(
        given="""
        unnest($1::text[], $2::integer[], $3::bigint[], $4::text[], $5::integer[])
            with ordinality as g(who, seconds, most, then_who, then_seconds, ord)
        """
    ),
)


class Counted(NamedTuple):
    """The place of a request in a span, from 1, and the seconds until the span's end."""

    place: int
    renewed_in: float


async def count(tx: Tx, who: str, rates: Sequence[Rate]) -> list[Counted]:
    """Count one request against one rate, or against two by one statement; the second only within the first."""
    tx.only_one_write()
    first, *then = rates
    row: tuple[Any, ...] = (_key(who, first), first.seconds)
    if then:
        row = (*row, first.requests, _key(who, then[0]), then[0].seconds)
    (found,) = await tx.write_each(_COUNTS_OF_BOTH if then else _COUNTS, [row])
    if found is None:
        raise LookupError("a request was not counted")
    counted = [Counted(found["place"], found["renewed_in"])]
    if then and found["then_place"] is not None:
        counted.append(Counted(found["then_place"], found["then_renewed_in"]))
    return counted


def _key(who: str, rate: Rate) -> str:
    return f"{who} {rate.seconds}"


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
