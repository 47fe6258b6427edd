"""SQL for sessions."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from koine.core.sessions.model import IDLE, LIFETIME, Seen
from koine.postgres.database import Row, Tx

_GOOD = "revoked_at is null and expires_at > now() and last_seen_at > now() - {idle}::interval"


async def insert(tx: Tx, account_id: int, user_id: int, secret_hash: bytes, came_by: str, seen: Seen) -> int:
    """A new session; its id."""
    rows = await tx.write(
        """
        insert into sessions (account_id, user_id, secret_hash, came_by, user_agent, address, expires_at)
        values ($1, $2, $3, $4, $5, $6, now() + $7::interval) returning id
        """,
        account_id,
        user_id,
        secret_hash,
        came_by,
        seen.user_agent,
        seen.address,
        LIFETIME,
    )
    id: int = rows[0]["id"]
    return id


async def of_user(tx: Tx, account_id: int, user_id: int) -> list[Row]:
    """Where somebody is signed in, the latest first."""
    return await tx.rows(
        f"""
        select id, came_by, user_agent, address, created_at, last_seen_at, expires_at from sessions
         where account_id = $1 and user_id = $2 and {_GOOD.format(idle="$3")} order by last_seen_at desc, id desc
        """,
        account_id,
        user_id,
        IDLE,
    )


async def revoke(
    tx: Tx, account_id: int, user_id: int, *, only: int | None = None, but: int | None = None
) -> list[int]:
    """End somebody's sessions: one, or all but one, or all; the ids of those that had not ended before."""
    rows = await tx.write(
        """
        update sessions set revoked_at = now()
         where account_id = $1 and user_id = $2 and revoked_at is null
           and ($3::bigint is null or id = $3) and ($4::bigint is null or id <> $4)
        returning id
        """,
        account_id,
        user_id,
        only,
        but,
    )
    return sorted(row["id"] for row in rows)


_OPENED = f"""
    select s.secret_hash, s.id, s.account_id, s.user_id, s.last_seen_at < now() - interval '1 minute' as unseen,
           u.external_id, u.email, u.first_name, u.last_name, u.time_zone, u.theme, u.availability, a.access, a.home
      from sessions s join users u on u.id = s.user_id and u.enabled
     cross join lateral (
           select jsonb_object_agg(w.id, to_jsonb(r.permissions)) filter (where w.deleted_at is null) as access,
                  min(w.id) as home
             from memberships m join roles r on r.id = m.role_id join workspaces w on w.id = m.workspace_id
            where m.user_id = s.user_id and w.account_id = s.account_id) a
     where {_GOOD.format(idle="$2")}
"""


async def opened(tx: Tx, secret_hash: bytes) -> Row | None:
    """A session that is good, by its secret, with its user and all that decides what it opens, in one statement."""
    return await tx.row(_OPENED + " and s.secret_hash = $1", secret_hash, IDLE)


async def all_opened(tx: Tx, secret_hashes: Collection[bytes]) -> list[Row]:
    """Those of these that are good, each as `opened` finds it."""
    return await tx.rows(_OPENED + " and s.secret_hash = any ($1::bytea[])", list(secret_hashes), IDLE)


async def touch(tx: Tx, id: int) -> None:
    """Remember that a session was used, at most once a minute."""
    await tx.write(
        "update sessions set last_seen_at = now() where id = $1 and last_seen_at < now() - interval '1 minute'", id
    )


async def forget(tx: Tx, kept: timedelta) -> int:
    """Forget sessions that ended so long ago; how many."""
    rows = await tx.write(
        """
        with gone as (
            delete from sessions where id in (
                select id from sessions where expires_at < now() - $1::interval order by expires_at limit 1000)
            returning 1)
        select count(*) as forgotten from gone
        """,
        kept,
    )
    forgotten: int = rows[0]["forgotten"]
    return forgotten
