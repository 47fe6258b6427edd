"""SQL for jobs and lanes as requests and handlers meet them; workers claim and settle through functions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from koine.core.jobs.model import Claim, JobState, Wanted
from koine.postgres.database import Row, Tx


async def enqueue(tx: Tx, wanted: Sequence[Wanted]) -> None:
    """Write jobs, and open their lanes. Lanes are locked in the order of their keys, as everywhere.

    They are locked before a job is touched that is there already: whoever settles it does so in that order too.
    """
    await tx.write(
        """
        with wanted as materialized (
            select * from unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::timestamptz[])
                   with ordinality as g(workspace_id, reaction, lane, event_id, target, due_at, ord)
        ), held as materialized (
            select 1 from lanes l
             where (l.workspace_id, l.reaction, l.lane) in (select workspace_id, reaction, lane from wanted)
             order by l.workspace_id, l.reaction, l.lane for no key update
        ), added as (
            insert into jobs (workspace_id, reaction, lane, event_id, target, due_at)
            select g.workspace_id, g.reaction, g.lane, g.event_id, g.target, g.due_at
              from wanted g where (select count(*) from held) is not null
             order by g.ord
                on conflict (workspace_id, reaction, event_id, target)
                do update set lane = excluded.lane, due_at = excluded.due_at, state = 'waiting', attempts = 0,
                              reason = null, finished_at = null
                where jobs.event_id is null
            returning workspace_id, reaction, lane, due_at
        )
        insert into lanes as l (workspace_id, reaction, lane, run_at)
        select workspace_id, reaction, lane, min(coalesce(due_at, now())) from added
         group by workspace_id, reaction, lane order by workspace_id, reaction, lane
            on conflict (workspace_id, reaction, lane)
            do update set run_at = case when l.retrying then l.run_at else least(l.run_at, excluded.run_at) end
        """,
        [each.workspace_id for each in wanted],
        [each.reaction for each in wanted],
        [each.lane for each in wanted],
        [each.event_id for each in wanted],
        [each.target for each in wanted],
        [each.due_at for each in wanted],
    )


async def announce(tx: Tx) -> None:
    """Tell workers, with the commit, that there are jobs."""
    await tx.write("select pg_notify('koine_jobs', '')")


async def hold(tx: Tx, claim: Claim) -> bool:
    """Whether a claim still holds; if so it does until the end of the transaction, however late that comes.

    The lock does not disturb those who add jobs to the lane: they do not touch its key.
    """
    await tx.begin()
    row = await tx.row(
        """
        select 1 from lanes
         where workspace_id = $1 and reaction = $2 and lane = $3 and token = $4 for key share
        """,
        claim.workspace_id,
        claim.reaction,
        claim.lane,
        claim.token,
    )
    return row is not None


async def finish(tx: Tx, claim: Claim) -> None:
    """Write down that a job that is held has been done, unless it was moved to another time meanwhile."""
    await tx.write(
        """
        update jobs set state = 'done', finished_at = now()
         where workspace_id = $1 and id = $2 and state = 'waiting' and due_at is not distinct from $3
        """,
        claim.workspace_id,
        claim.id,
        claim.due_at,
    )


async def find(tx: Tx, state: JobState | None, reaction: str | None, limit: int) -> list[Row]:
    """The newest jobs of all workspaces that the transaction sees."""
    return await tx.rows(
        """
        select j.workspace_id, j.id, j.reaction, j.lane, e.uuid as event, e.kind, j.target, j.state,
               j.state = 'waiting' and coalesce(l.lease_until > now(), false) as busy, j.attempts, j.reason, j.due_at,
               j.created_at, j.finished_at
          from jobs j
          left join lanes l on l.workspace_id = j.workspace_id and l.reaction = j.reaction and l.lane = j.lane
          left join events e on e.workspace_id = j.workspace_id and e.id = j.event_id
         where j.workspace_id = any ($4::bigint[])
           and ($1::text is null or j.state = $1) and ($2::text is null or j.reaction = $2)
         order by j.id desc limit $3
        """,
        state,
        reaction,
        limit,
        list(tx.workspaces),
    )


async def retry(tx: Tx, ids: Sequence[int]) -> list[int]:
    """Put jobs back to the start, and open their lanes now unless somebody holds them."""
    rows = await tx.write(
        """
        with held as materialized (
            select 1 from jobs j
              join lanes l on l.workspace_id = j.workspace_id and l.reaction = j.reaction and l.lane = j.lane
             where j.workspace_id = any ($2::bigint[]) and j.id = any ($1::bigint[])
             order by l.workspace_id, l.reaction, l.lane for no key update of l
        ), again as (
            update jobs set state = 'waiting', attempts = 0, reason = null, finished_at = null
             where workspace_id = any ($2::bigint[]) and id = any ($1::bigint[]) and state <> 'done'
               and (select count(*) from held) is not null
            returning workspace_id, id, reaction, lane
        ), opened as (
            insert into lanes as l (workspace_id, reaction, lane, run_at)
            select distinct workspace_id, reaction, lane, now() from again order by workspace_id, reaction, lane
                on conflict (workspace_id, reaction, lane) do update set run_at = excluded.run_at, retrying = false
        )
        select id from again order by id
        """,
        list(ids),
        list(tx.workspaces),
    )
    return [row["id"] for row in rows]


async def cancel(tx: Tx, workspace_id: int, reaction: str, target: str) -> bool:
    """Remove a job that waits for its time. Its lane finds out when it is looked at next."""
    rows = await tx.write(
        """
        delete from jobs where workspace_id = $1 and reaction = $2 and target = $3 and event_id is null
           and state = 'waiting' and due_at > now() returning 1
        """,
        workspace_id,
        reaction,
        target,
    )
    return bool(rows)


async def want(tx: Tx, workspace_id: int, reaction: str) -> None:
    """A workspace wants a reaction, from the feed's end on."""
    await tx.write(
        """
        insert into wants (workspace_id, reaction, done)
        values ($1, $2, coalesce((select last from feeds where workspace_id = $1), 0)) on conflict do nothing
        """,
        workspace_id,
        reaction,
    )


async def unwant(tx: Tx, workspace_id: int, reaction: str) -> None:
    """A workspace wants a reaction no more."""
    await tx.write("delete from wants where workspace_id = $1 and reaction = $2", workspace_id, reaction)


async def begin_gathering(tx: Tx, workspace_id: int, reaction: str) -> int | None:
    """How far a reaction has come, locked until the transaction ends."""
    await tx.begin()
    done: int | None = await tx.value(
        "select done from wants where workspace_id = $1 and reaction = $2 for update", workspace_id, reaction
    )
    return done


async def gathered(tx: Tx, workspace_id: int, reaction: str, position: int) -> None:
    """A reaction has come so far."""
    await tx.write(
        "update wants set done = $3 where workspace_id = $1 and reaction = $2", workspace_id, reaction, position
    )


async def behind(tx: Tx, reaction: str) -> list[int]:
    """The workspaces that the transaction sees in which a reaction has not come to the feed's end."""
    rows = await tx.rows(
        """
        select w.workspace_id from wants w join feeds f on f.workspace_id = w.workspace_id and f.last > w.done
         where w.reaction = $1 and w.workspace_id = any ($2::bigint[]) order by w.workspace_id
        """,
        reaction,
        list(tx.workspaces),
    )
    return [row["workspace_id"] for row in rows]


async def clock(tx: Tx) -> datetime:
    """The time, which goes on within a transaction."""
    at: datetime = await tx.value("select clock_timestamp()")
    return at


async def forget(tx: Tx, done: timedelta, quarantined: timedelta) -> int:
    """Remove up to 1,000 jobs of each workspace and state that ended longer ago."""
    rows = await tx.write(
        """
        with old as (
            select j.workspace_id, j.id
              from unnest($3::bigint[]) as w(id)
             cross join (values ('done', $1::interval), ('quarantined', $2::interval)) as s(state, kept)
             cross join lateral (
                select workspace_id, id from jobs
                 where workspace_id = w.id and state = s.state and state <> 'waiting' and finished_at < now() - s.kept
                 order by finished_at limit 1000) j
        ), gone as (
            delete from jobs j using old where j.workspace_id = old.workspace_id and j.id = old.id returning 1
        )
        select count(*) as forgotten from gone
        """,
        done,
        quarantined,
        list(tx.workspaces),
    )
    forgotten: int = rows[0]["forgotten"]
    return forgotten
