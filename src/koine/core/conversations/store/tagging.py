"""SQL for the tags of conversations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from koine.postgres.database import Row, Tx

Pairs = Mapping[int, Sequence[int]]  # tags by conversation


async def add(tx: Tx, workspace_id: int, conversations: Sequence[int], tags: Sequence[int]) -> Pairs:
    """Put each of these tags on each of these conversations; what was new."""
    rows = await tx.write(
        """
        with added as (
            insert into conversation_tags (workspace_id, conversation_id, tag_id)
            select $1, c.id, t.id from unnest($2::bigint[]) as c(id) cross join unnest($3::bigint[]) as t(id)
             order by c.id, t.id
                on conflict do nothing returning conversation_id, tag_id
        ), touched as (
            update conversations set updated_at = now()
             where workspace_id = $1 and id in (select conversation_id from added))
        select conversation_id, tag_id from added
        """,
        workspace_id,
        list(conversations),
        list(tags),
    )
    return _pairs(rows)


async def remove(tx: Tx, workspace_id: int, conversations: Sequence[int], tags: Sequence[int]) -> Pairs:
    """Take each of these tags off each of these conversations; what was there."""
    rows = await tx.write(
        """
        with removed as (
            delete from conversation_tags
             where workspace_id = $1 and conversation_id = any ($2::bigint[]) and tag_id = any ($3::bigint[])
            returning conversation_id, tag_id
        ), touched as (
            update conversations set updated_at = now()
             where workspace_id = $1 and id in (select conversation_id from removed))
        select conversation_id, tag_id from removed
        """,
        workspace_id,
        list(conversations),
        list(tags),
    )
    return _pairs(rows)


def _pairs(rows: Sequence[Row]) -> Pairs:
    found: dict[int, list[int]] = {}
    for row in rows:
        found.setdefault(row["conversation_id"], []).append(row["tag_id"])
    return found
