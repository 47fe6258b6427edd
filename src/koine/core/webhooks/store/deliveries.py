"""SQL for what is on its way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from koine.core.webhooks.model import DeliveryState, Due, Outcome
from koine.core.webhooks.parts import Told
from koine.postgres.database import Row, Tx

_DUE = "d.workspace_id, d.id, d.uuid, d.event_id, d.kind, d.part, d.attempts, d.created_at"


async def spread(tx: Tx, told_of: Sequence[Told], workspace_id: int, after: int, upto: int) -> list[Row]:
    """Deliveries of the events after one position and up to another, for all who want to be told and have none yet.

    One of each part. Those webhooks, each with its home and when to call it: a clock that goes on, so that no two of
    them wake a webhook at the same time.
    """
    return await tx.write(
        """
        with told as (
            insert into webhook_deliveries (workspace_id, uuid, webhook_id, event_id, kind, part)
            select e.workspace_id, delivery_uuid(h.uuid, e.uuid, p.part), h.id, e.id, e.kind, p.part
              from events e
              join workspaces w on w.id = e.workspace_id
              join webhooks h on h.account_id = w.account_id
               and (h.workspace_id is null or h.workspace_id = e.workspace_id)
              join unnest($4::text[], $5::text[], $6::text[]) with ordinality as p(dialect, part, kind, ord)
                on p.dialect = h.dialect and (p.kind is null or p.kind = e.kind)
             where e.workspace_id = $1 and e.position > $2 and e.position <= $3
               and h.disabled_at is null and h.created_at <= e.created_at
               and (h.kinds is null or e.kind = any (h.kinds))
             order by e.position, p.ord
                on conflict do nothing
            returning webhook_id
        )
        select h.id, h.home_id, greatest(h.paused_until, clock_timestamp()) as wake
          from webhooks h where h.id in (select webhook_id from told) order by h.home_id, h.id
        """,
        workspace_id,
        after,
        upto,
        *columns(told_of),
    )


async def ping(tx: Tx, home_id: int, webhook_id: int, uuid: UUID, kind: str) -> None:
    """A delivery that is a test. It is due before everything that waits, because somebody waits for it."""
    await tx.write(
        """
        insert into webhook_deliveries (workspace_id, uuid, webhook_id, kind, due_at) values ($1, $2, $3, $4, 'epoch')
        """,
        home_id,
        uuid,
        webhook_id,
        kind,
    )


async def queue(tx: Tx, webhook_id: int, limit: int) -> tuple[list[Due], bool]:
    """Up to so many deliveries that are due, the one first that is due longest; and whether others wait besides.

    While the webhook is paused none is due.
    """
    rows = await tx.rows(
        f"""
        select {_DUE}, d.due_at <= now() and coalesce(h.paused_until <= now(), true) as is_due
          from webhooks h join webhook_deliveries d on d.webhook_id = h.id
         where h.id = $1 and d.state = 'waiting' order by d.due_at, d.id limit $2::bigint + 1
        """,
        webhook_id,
        limit,
    )
    due = [Due(*list(row.values())[:-1]) for row in rows[:limit] if row["is_due"]]
    return due, len(due) < len(rows)


async def next_due(tx: Tx, webhook_id: int) -> datetime | None:
    """When the next delivery is due; None when none waits, or nothing is delivered any more.

    Never a time that has passed: several deliveries are due at the same time, and whoever asks has been called for it.
    """
    at: datetime | None = await tx.value(
        """
        select greatest(d.due_at, h.paused_until, clock_timestamp())
          from webhook_deliveries d join webhooks h on h.id = d.webhook_id
         where d.webhook_id = $1 and d.state = 'waiting' and h.disabled_at is null order by d.due_at limit 1
        """,
        webhook_id,
    )
    return at


async def settle(tx: Tx, webhook_id: int, due: Due, outcome: Outcome, state: DeliveryState, wait: float | None) -> bool:
    """Write down how a try went, and what becomes of the delivery: `wait` in seconds where it waits again.

    A try that was made is in the log in any case. But what others have tried or asked for again since it was read stays
    as they left it. Whether the webhook is still enabled.
    """
    rows = await tx.write(
        """
        with settled as (
            update webhook_deliveries
               set state = $5, attempts = attempts + 1,
                   due_at = coalesce(clock_timestamp() + make_interval(secs => $6::double precision), due_at),
                   finished_at = case when $5 = 'waiting' then null else now() end
             where workspace_id = $1 and id = $2 and state = 'waiting' and attempts = $4
        ), logged as (
            insert into webhook_tries
                   (workspace_id, delivery_id, webhook_id, number, status, error, answer, took, tried_at)
            select d.workspace_id, d.id, d.webhook_id, $4 + 1, $7, $8, $9, $10,
                   clock_timestamp() - make_interval(secs => $10::integer / 1000.0)
              from webhook_deliveries d where d.workspace_id = $1 and d.id = $2
        )
        select disabled_at is null as enabled from webhooks where id = $3
        """,
        due.workspace_id,
        due.id,
        webhook_id,
        due.attempts,
        state,
        wait,
        outcome.status,
        outcome.error,
        outcome.answer,
        outcome.took,
    )
    return bool(rows) and bool(rows[0]["enabled"])


async def again(tx: Tx, workspaces: Sequence[int], webhook_id: int, uuids: Sequence[UUID]) -> list[bool]:
    """Deliver these once more, now; for each that there is, whether its event is still kept: otherwise it cannot be."""
    rows = await tx.write(
        """
        with found as (
            select d.workspace_id, d.id, d.event_id is null or e.id is not null as is_there
              from webhook_deliveries d
              left join events e on e.workspace_id = d.workspace_id and e.id = d.event_id
             where d.workspace_id = any ($1::bigint[]) and d.uuid = any ($3::uuid[]) and d.webhook_id = $2
        ), again as (
            update webhook_deliveries d
               set state = 'waiting', attempts = case d.state when 'waiting' then d.attempts else 0 end, due_at = now(),
                   finished_at = null
              from found where d.workspace_id = found.workspace_id and d.id = found.id and found.is_there
        )
        select is_there from found
        """,
        list(workspaces),
        webhook_id,
        list(uuids),
    )
    return [row["is_there"] for row in rows]


async def failed(tx: Tx, workspaces: Sequence[int], webhook_id: int, since: datetime, *, at_most: int) -> list[UUID]:
    """The deliveries that were given up at some time from `since` on, and can still be made."""
    rows = await tx.rows(
        """
        select d.uuid from webhook_deliveries d
         where d.workspace_id = any ($1::bigint[]) and d.webhook_id = $2 and d.state = 'failed' and d.finished_at >= $3
           and (d.event_id is null
                or exists (select from events e where e.workspace_id = d.workspace_id and e.id = d.event_id))
         order by d.id limit $4
        """,
        list(workspaces),
        webhook_id,
        since,
        at_most,
    )
    return [row["uuid"] for row in rows]


async def of_event(tx: Tx, workspaces: Sequence[int], webhook_id: int, parts: Sequence[str], event: UUID) -> list[UUID]:
    """The deliveries of an event, of these parts of it, by the event's own id; in their order."""
    rows = await tx.rows(
        """
        select d.uuid from webhooks h
         cross join unnest($3::text[]) with ordinality as p(part, ord)
          join webhook_deliveries d
            on d.workspace_id = any ($1::bigint[]) and d.uuid = delivery_uuid(h.uuid, $4, p.part)
         where h.id = $2 order by p.ord
        """,
        list(workspaces),
        webhook_id,
        list(parts),
        event,
    )
    return [row["uuid"] for row in rows]


async def overdue(tx: Tx) -> list[Row]:
    """Webhooks that should have been told of something in the workspaces that the transaction sees minutes ago."""
    return await tx.rows(
        """
        select h.id, h.home_id, clock_timestamp() as wake from webhooks h
         where h.disabled_at is null and (h.paused_until is null or h.paused_until < now() - interval '5 minutes')
           and exists (select from webhook_deliveries d where d.webhook_id = h.id and d.state = 'waiting'
                                                         and d.due_at < now() - interval '5 minutes')
         order by h.home_id, h.id
        """
    )


def columns(told_of: Sequence[Told]) -> tuple[list[str], list[str], list[str | None]]:
    """Dialects, parts and kinds, as three arrays."""
    return [told[0] for told in told_of], [told[1] for told in told_of], [told[2] for told in told_of]
