"""SQL for those who are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from koine.core.webhooks.model import DisabledBecause, Wanted, Webhook
from koine.postgres.database import Row, Tx

_COLUMNS = """
    h.id, h.uuid, h.account_id, h.workspace_id, w.uuid as workspace_uuid, h.home_id, h.dialect, h.name, h.url, h.kinds,
    h.public_key, case when h.old_until > now() then h.old_public_key end as old_public_key,
    case when h.old_until > now() then h.old_until end as old_until,
    h.failures, h.failing_since, h.paused_until, h.disabled_at, h.disabled_because, h.created_at,
    (select array_agg(k.public_key order by k.signs_from) from signing_keys k
      where k.name = h.dialect and k.signs_from >= (
            select max(o.signs_from) from signing_keys o where o.name = h.dialect and o.signs_from <= now())
    ) as house_keys
"""
_JOINS = "left join workspaces w on w.id = h.workspace_id"


async def hold(tx: Tx, account_id: int) -> None:
    """Nobody else changes who is told in this account until this transaction ends."""
    await tx.begin()
    await tx.value("select 1 from accounts where id = $1 for no key update", account_id)


async def insert(tx: Tx, uuid: UUID, wanted: Wanted, home_id: int, sealed: bytes, public_key: bytes) -> None:
    """A new one."""
    await tx.write(
        """
        insert into webhooks (uuid, account_id, workspace_id, home_id, dialect, name, url, kinds, sealed, public_key)
        values ($1, $2, $3, $4, $5, $6, $7, $8::text[], $9, $10)
        """,
        uuid,
        wanted.account_id,
        wanted.workspace_id,
        home_id,
        wanted.dialect,
        wanted.name,
        wanted.url,
        None if wanted.kinds is None else list(wanted.kinds),
        sealed,
        public_key,
    )


async def by_uuid(tx: Tx, account_id: int, uuid: UUID) -> Webhook | None:
    """One of an account, of those that the transaction sees."""
    row = await tx.row(
        f"select {_COLUMNS} from webhooks h {_JOINS} where h.account_id = $1 and h.uuid = $2 and h.deleted_at is null",
        account_id,
        uuid,
    )
    return None if row is None else _webhook(row)


async def of(tx: Tx, account_id: int, workspaces: Sequence[int], *, whole: bool) -> list[Webhook]:
    """Those of these workspaces, and with `whole` those of the account, oldest first."""
    rows = await tx.rows(
        f"""
        select {_COLUMNS} from webhooks h {_JOINS}
         where h.account_id = $1 and (h.workspace_id = any ($2::bigint[]) or ($3 and h.workspace_id is null))
           and h.deleted_at is null
         order by h.id
        """,
        account_id,
        list(workspaces),
        whole,
    )
    return [_webhook(row) for row in rows]


async def count_enabled(tx: Tx, account_id: int, workspace_id: int | None) -> int:
    """How many of a workspace are enabled; None: of the account as a whole."""
    count: int = await tx.value(
        """
        select count(*) from webhooks
         where account_id = $1 and workspace_id is not distinct from $2 and disabled_at is null
        """,
        account_id,
        workspace_id,
    )
    return count


async def wanting(tx: Tx, account_id: int, workspaces: Sequence[int], reaction: str) -> list[tuple[int, bool]]:
    """Those of these workspaces where it changed whether somebody wants to be told, each with what it is now."""
    rows = await tx.rows(
        """
        select w.id, told.told from unnest($2::bigint[]) as w(id)
         cross join lateral (
            select exists (select from webhooks h
                            where h.account_id = $1 and (h.workspace_id is null or h.workspace_id = w.id)
                              and h.disabled_at is null)) as told(told)
         where told.told <> exists (select from wants s where s.workspace_id = w.id and s.reaction = $3)
         order by w.id
        """,
        account_id,
        list(workspaces),
        reaction,
    )
    return [(row["id"], row["told"]) for row in rows]


async def opens_account(tx: Tx, account_id: int, token_id: int) -> bool:
    """Whether a token is one of an app that opens all of an account, also what will come."""
    found: bool = await tx.value(
        """
        select exists (select from tokens
                        where id = $2 and account_id = $1 and user_id is null and workspaces is null
                          and revoked_at is null)
        """,
        account_id,
        token_id,
    )
    return found


async def clock(tx: Tx) -> datetime:
    """What time it is now, in the middle of the transaction too."""
    now: datetime = await tx.value("select clock_timestamp()")
    return now


async def with_seals(tx: Tx, id: int) -> tuple[Webhook, list[bytes]] | None:
    """One with its sealed keys, the newest first, for whoever delivers."""
    row = await tx.row(
        f"""
        select {_COLUMNS}, h.sealed, case when h.old_until > now() then h.old_sealed end as old_sealed
          from webhooks h {_JOINS} where h.id = $1
        """,
        id,
    )
    return None if row is None else (_webhook(row), [seal for seal in (row["sealed"], row["old_sealed"]) if seal])


async def rotate(tx: Tx, id: int, sealed: bytes, public_key: bytes, overlap: timedelta) -> None:
    """Sign with new keys, and for a while with those that were the newest until now; older ones end."""
    await tx.write(
        """
        update webhooks set old_sealed = sealed, old_public_key = public_key, old_until = now() + $4::interval,
               sealed = $2, public_key = $3 where id = $1 and deleted_at is null
        """,
        id,
        sealed,
        public_key,
        overlap,
    )


async def disable(tx: Tx, id: int, because: DisabledBecause) -> bool:
    """Deliver nothing more; False when it was so already."""
    rows = await tx.write(
        """
        update webhooks set disabled_at = now(), disabled_because = $2 where id = $1 and disabled_at is null returning 1
        """,
        id,
        because,
    )
    return bool(rows)


async def enable(tx: Tx, id: int) -> bool:
    """Deliver again, as if nothing had ever failed; False when it was enabled already."""
    rows = await tx.write(
        """
        update webhooks set disabled_at = null, disabled_because = null, failures = 0, failing_since = null,
               paused_until = null where id = $1 and disabled_at is not null and deleted_at is null returning 1
        """,
        id,
    )
    return bool(rows)


async def delete(tx: Tx, id: int) -> bool:
    """Forget all but that it was there, for the deliveries that are still kept; False when it was so already."""
    rows = await tx.write(
        """
        update webhooks set deleted_at = now(), disabled_at = coalesce(disabled_at, now()), disabled_because = 'asked',
               name = '', url = '', sealed = '', public_key = '', old_sealed = null, old_public_key = null,
               old_until = null where id = $1 and deleted_at is null returning 1
        """,
        id,
    )
    return bool(rows)


async def unpause(tx: Tx, id: int) -> None:
    """Call at once, however often it failed."""
    await tx.write("update webhooks set paused_until = null where id = $1 and paused_until is not null", id)


async def failed(tx: Tx, id: int, pause: float | None) -> timedelta:
    """A try has failed: leave the address alone for so many seconds, or not. For how long every try has failed."""
    rows = await tx.write(
        """
        update webhooks set failures = failures + 1, failing_since = coalesce(failing_since, now()),
               paused_until = clock_timestamp() + make_interval(secs => $2::double precision)
         where id = $1 returning now() - failing_since as failing_for
        """,
        id,
        pause,
    )
    failing_for: timedelta = rows[0]["failing_for"]
    return failing_for


async def worked(tx: Tx, id: int) -> None:
    """A try went well: whatever failed before is over."""
    await tx.write(
        "update webhooks set failures = 0, failing_since = null, paused_until = null where id = $1 and failures > 0", id
    )


async def forget_old_keys(tx: Tx) -> None:
    """Forget the keys whose rotation is over."""
    await tx.write(
        """
        update webhooks set old_sealed = null, old_public_key = null, old_until = null
         where old_until < now() and home_id = any ($1::bigint[])
        """,
        list(tx.workspaces),
    )


def _webhook(row: Row) -> Webhook:
    return Webhook(
        id=row["id"],
        uuid=row["uuid"],
        account_id=row["account_id"],
        workspace_id=row["workspace_id"],
        workspace_uuid=row["workspace_uuid"],
        home_id=row["home_id"],
        dialect=row["dialect"],
        name=row["name"],
        url=row["url"],
        kinds=row["kinds"],
        # A key that is named for a dialect signs for all of its webhooks, whatever was stored with them.
        public_keys=row["house_keys"] or [key for key in (row["public_key"], row["old_public_key"]) if key],
        old_until=row["old_until"],
        failures=row["failures"],
        failing_since=row["failing_since"],
        paused_until=row["paused_until"],
        disabled_at=row["disabled_at"],
        disabled_because=row["disabled_because"],
        created_at=row["created_at"],
    )
