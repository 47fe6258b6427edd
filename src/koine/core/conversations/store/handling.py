"""SQL for handling conversations: each statement changes several, which the transaction holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from koine.core.actor import Actor
from koine.core.conversations import visibility
from koine.core.conversations.model import Status
from koine.core.filters import Clauses
from koine.postgres.database import Row, Tx


async def hold(tx: Tx, by: Actor, workspace_id: int, ids: Sequence[int]) -> list[Row]:
    """Those that the actor may see, in the order of Held; they are locked in the order of their ids, as everywhere."""
    await tx.begin()
    clauses = Clauses(workspace_id, list(ids))
    visibility.limit(clauses, by)
    return await tx.rows(
        f"""
        select c.workspace_id, c.id, c.contact_id, c.status_id, s.name, s.category, c.priority_id, p.name,
        c.assignee_id,
               c.team_id, c.snoozed_until, c.custom_attributes
          from conversations c
          join statuses s on s.workspace_id = c.workspace_id and s.id = c.status_id
          left join priorities p on p.workspace_id = c.workspace_id and p.id = c.priority_id
         where c.workspace_id = $1 and c.id = any ($2::bigint[]) and c.deleted_at is null and {clauses.sql}
         order by c.id for update of c
        """,
        *clauses.values,
    )


async def assign(tx: Tx, workspace_id: int, ids: Sequence[int], assignee_id: int | None) -> None:
    """Give them to a member, or to nobody."""
    await tx.write(
        """
        update conversations set assignee_id = $3, updated_at = now()
         where workspace_id = $1 and id = any ($2::bigint[])
        """,
        workspace_id,
        list(ids),
        assignee_id,
    )


async def give_to_team(tx: Tx, workspace_id: int, ids: Sequence[int], team_id: int | None) -> list[Row]:
    """Give them to a team, or to none; the id and the assignee of each afterwards.

    Whoever has one keeps it when they are in the team, or when there is none any more.
    """
    return await tx.write(
        """
        update conversations c
           set team_id = $3, updated_at = now(),
               assignee_id = case when $3::bigint is null or exists (
                   select 1 from team_members m
                    where m.workspace_id = $1 and m.team_id = $3 and m.user_id = c.assignee_id) then c.assignee_id end
         where c.workspace_id = $1 and c.id = any ($2::bigint[])
        returning c.id, c.assignee_id
        """,
        workspace_id,
        list(ids),
        team_id,
    )


async def set_status(tx: Tx, workspace_id: int, ids: Sequence[int], status: Status, *, closes: bool) -> None:
    """Put them into a status; the first times of being resolved and of being closed are kept, and none is snoozed."""
    await tx.write(
        """
        update conversations
           set status_id = $3, resolved = $4,
               resolved_at = case when $4 then coalesce(resolved_at, now()) else resolved_at end,
               closed_at = case when $5 then coalesce(closed_at, now()) else closed_at end,
               snoozed_until = null, updated_at = now()
         where workspace_id = $1 and id = any ($2::bigint[])
        """,
        workspace_id,
        list(ids),
        status.id,
        status.category == "resolved",
        closes,
    )


async def snooze(tx: Tx, workspace_id: int, ids: Sequence[int], status: Status, until: datetime) -> None:
    """Put them off until then, in a status that waits."""
    await tx.write(
        """
        update conversations set status_id = $3, resolved = false, snoozed_until = $4, updated_at = now()
         where workspace_id = $1 and id = any ($2::bigint[])
        """,
        workspace_id,
        list(ids),
        status.id,
        until,
    )


async def set_priority(tx: Tx, workspace_id: int, ids: Sequence[int], priority_id: int | None) -> None:
    """Give them a priority, or none."""
    await tx.write(
        """
        update conversations set priority_id = $3, updated_at = now()
         where workspace_id = $1 and id = any ($2::bigint[])
        """,
        workspace_id,
        list(ids),
        priority_id,
    )


async def set_attributes(tx: Tx, workspace_id: int, ids: Sequence[int], attributes: Mapping[str, Any]) -> None:
    """Add these attributes to what they have; null takes one away."""
    await tx.write(
        """
        update conversations
           set custom_attributes = (custom_attributes || $3::jsonb) - $4::text[], updated_at = now()
         where workspace_id = $1 and id = any ($2::bigint[])
        """,
        workspace_id,
        list(ids),
        {key: value for key, value in attributes.items() if value is not None},
        [key for key, value in attributes.items() if value is None],
    )


async def attribute_keys(tx: Tx, workspace_id: int) -> list[str]:
    """The custom attributes that are defined for conversations."""
    rows = await tx.rows(
        "select key from custom_attributes where workspace_id = $1 and applies_to = 'conversation' order by id",
        workspace_id,
    )
    return [row["key"] for row in rows]


async def is_due(tx: Tx, workspace_id: int, id: int) -> bool:
    """Whether the time has come to which it was put off, by the clock that jobs go by."""
    found: bool | None = await tx.value(
        "select snoozed_until <= now() from conversations where workspace_id = $1 and id = $2", workspace_id, id
    )
    return found is True
