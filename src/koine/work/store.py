"""SQL of those who serve all workspaces. They see references only, and come in through functions of the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from koine.core.jobs.model import Claim
from koine.postgres.database import Tx
from koine.postgres.pool import Connection
from koine.work import settlement
from koine.work.settlement import Settlement

# As in the functions number_events and claim_jobs.
BUCKETS = 8  # of workspaces, by workspace_id % 8
LOCK = 0x4B6F696E  # the first half of the buckets' advisory locks; the second is the bucket
PASS = 1000  # events that are numbered at once
CLAIMED = 200  # jobs that can be claimed at once


# ── The relay ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def take_buckets(connection: Connection, buckets: Collection[int]) -> set[int]:
    """Lock those of these buckets that nobody holds, for as long as the connection lives."""
    rows = await connection.fetch(
        "select b from unnest($2::integer[]) b where pg_try_advisory_lock($1, b)", LOCK, list(buckets)
    )
    return {row["b"] for row in rows}


async def number(connection: Connection, buckets: Collection[int], reactions: str) -> int | None:
    """Give positions to up to PASS events and make the jobs that follow; how many, None where others are at it."""
    numbered: int | None = await connection.fetchval("select number_events($1, $2)", list(buckets), reactions)
    return numbered


# ── The worker ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def claim(
    connection: Connection, reactions: Sequence[str], at_most: int, lease: timedelta
) -> tuple[list[Claim], float | None]:
    """Hold up to `at_most` jobs; where there were fewer, the seconds until the next one is due, if that is known."""
    rows = await connection.fetch(
        """
        select *, extract(epoch from due_at - clock_timestamp())::double precision as seconds
          from claim_jobs($1, $2, $3)
        """,
        list(reactions),
        at_most,
        lease,
    )
    seconds = max(rows.pop()["seconds"], 0.0) if rows and rows[-1]["id"] is None else None
    return [Claim(*tuple(row)[:-1]) for row in rows], seconds


async def settle(connection: Connection, settled: Sequence[Settlement]) -> set[int]:
    """Write down what became of jobs, and let go of their lanes; the tokens that still held them."""
    return set(await connection.fetchval("select settle_jobs($1)", settled))


async def renew(connection: Connection, claims: Collection[Claim], lease: timedelta) -> set[int]:
    """Hold jobs for longer; the tokens that still held them."""
    held = [settlement.left(claim) for claim in claims]
    return set(await connection.fetchval("select renew_leases($1, $2)", held, lease))


# ── The schedule ────────────────────────────────────────────────────────────────────────────────────────────────────


async def put_on_schedule(tx: Tx, names: Sequence[str], first: Sequence[datetime]) -> None:
    """Write down when these are to run first, unless they are on the schedule already."""
    await tx.write(
        """
        insert into schedule (name, next_run) select name, first from unnest($1::text[], $2::timestamptz[])
            as g(name, first) order by name on conflict do nothing
        """,
        list(names),
        list(first),
    )


async def claim_due(tx: Tx, names: Sequence[str], lease: timedelta) -> list[tuple[str, int]]:
    """Hold those of these that are due and that nobody holds: names, each with the token it is held under."""
    rows = await tx.write(
        """
        with due as (
            select name from schedule
             where next_run <= now() and (lease_until is null or lease_until <= now()) and name = any ($1::text[])
             order by name for update skip locked
        )
        update schedule s set lease_until = now() + $2::interval, token = s.token + 1
          from due where s.name = due.name returning s.name, s.token
        """,
        list(names),
        lease,
    )
    return [(row["name"], row["token"]) for row in rows]


async def ran(tx: Tx, name: str, token: int, next_run: datetime, reason: str | None) -> bool:
    """Write down that it ran, or why it failed, and when it runs next; False when it was not held any more."""
    rows = await tx.write(
        """
        update schedule set lease_until = null, last_run = now(), next_run = $3, reason = $4
         where name = $1 and token = $2 returning 1
        """,
        name,
        token,
        next_run,
        reason,
    )
    return bool(rows)


async def until_next(tx: Tx, names: Sequence[str]) -> float | None:
    """Seconds until the first of these is due or let go; None when none of them is on the schedule."""
    seconds: float | None = await tx.value(
        """
        select extract(epoch from min(greatest(next_run, lease_until)) - clock_timestamp())::double precision
          from schedule where name = any ($1::text[])
        """,
        list(names),
    )
    return seconds


# ── Workspaces ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def workspaces_after(tx: Tx, id: int, limit: int) -> list[int]:
    """The next workspaces, of all accounts, in the order of their ids."""
    rows = await tx.rows("select id from workspaces where id > $1 order by id limit $2", id, limit)
    return [row["id"] for row in rows]
