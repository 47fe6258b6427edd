"""Which conversations are in a list, without reading the list."""

from __future__ import annotations

from collections.abc import Sequence

from koine.core.actor import Actor
from koine.core.conversations.queued import Asked
from koine.core.conversations.store import queue_ways
from koine.postgres.database import Tx


async def among(tx: Tx, by: Actor, workspace_id: int, asked: Asked, ids: Sequence[int]) -> set[int]:
    """Those of these ids that the list holds, of what the actor may see and what is not in the bin."""
    clauses = queue_ways.start(by, workspace_id)
    sides, parts, of_teams, _ = queue_ways.ways(clauses, by, workspace_id, asked)
    # The reader is named even where no condition asks who reads: PostgreSQL wants to know of what type a value is.
    # With a part of teams, the parts are all that the actor sees, which the condition of visibility says already.
    part = "true" if of_teams is not None else f"({' or '.join(parts)})"
    given = clauses.value(list(ids))
    rows = await tx.rows(
        f"""
        select c.id from conversations c cross join (select $2::text, $3::bigint, $4::bigint) reader
         where c.workspace_id = $1 and c.id = any ({given}::bigint[]) and c.deleted_at is null
           and ({" or ".join(sides)}) and {part} and {clauses.sql}
        """,
        *clauses.values,
    )
    return {row["id"] for row in rows}
