"""SQL for the log of tries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from koine.core.webhooks.model import Try
from koine.postgres.database import Tx

# Aliases: t try, d its delivery.
_COLUMNS = """
    t.id, w.uuid as workspace, d.uuid as delivery, e.uuid as event, d.kind, d.part, t.number, t.status, t.error,
    t.answer, t.took, t.tried_at, d.state, case d.state when 'waiting' then d.due_at end as next_try
"""
_JOINS = """
    join workspaces w on w.id = d.workspace_id
    left join events e on e.workspace_id = d.workspace_id and e.id = d.event_id
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tries: those that went well or those that did not, and of one kind of event; None: all."""

    delivered: bool | None = None
    kind: str | None = None


async def newest(
    tx: Tx, webhook_id: int, workspaces: Sequence[int], wanted: Wanted, *, before: int, limit: int
) -> list[Try]:
    """The newest tries of a webhook in these workspaces before one of them."""
    rows = await tx.rows(
        f"""
        select {_COLUMNS} from webhook_tries t
          join webhook_deliveries d on d.workspace_id = t.workspace_id and d.id = t.delivery_id {_JOINS}
         where t.webhook_id = $1 and t.workspace_id = any ($2::bigint[]) and t.id < $3
           and ($5::boolean is null or coalesce(t.status between 200 and 299, false) = $5)
           and ($6::text is null or d.kind = $6)
         order by t.id desc limit $4
        """,
        webhook_id,
        list(workspaces),
        before,
        limit,
        wanted.delivered,
        wanted.kind,
    )
    return [Try(*row.values()) for row in rows]


async def of_delivery(
    tx: Tx, webhook_id: int, workspaces: Sequence[int], delivery: UUID, *, before: int, limit: int
) -> list[Try]:
    """The same of one delivery."""
    rows = await tx.rows(
        f"""
        select {_COLUMNS} from webhook_deliveries d
          join webhook_tries t on t.workspace_id = d.workspace_id and t.delivery_id = d.id {_JOINS}
         where d.workspace_id = any ($2::bigint[]) and d.uuid = $3 and d.webhook_id = $1 and t.id < $4
         order by t.id desc limit $5
        """,
        webhook_id,
        list(workspaces),
        delivery,
        before,
        limit,
    )
    return [Try(*row.values()) for row in rows]


async def forget(tx: Tx, kept: timedelta) -> int:
    """Remove up to 200 deliveries of each workspace that are older, with their tries; how many."""
    rows = await tx.write(
        """
        with old as (
            select d.workspace_id, d.id from unnest($2::bigint[]) as w(id)
             cross join lateral (
                select workspace_id, id from webhook_deliveries
                 where workspace_id = w.id and created_at < now() - $1::interval order by created_at limit 200) d
        ), gone as (
            delete from webhook_deliveries d using old where d.workspace_id = old.workspace_id and d.id = old.id
            returning 1
        )
        select count(*) as forgotten from gone
        """,
        kept,
        list(tx.workspaces),
    )
    forgotten: int = rows[0]["forgotten"]
    return forgotten
