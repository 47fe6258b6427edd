"""SQL for those who follow conversations."""

from __future__ import annotations

from collections.abc import Sequence

from koine.postgres.database import Tx


async def add(tx: Tx, workspace_id: int, conversations: Sequence[int], user_id: int) -> list[int]:
    """Have a user take part in these; where they did not yet."""
    rows = await tx.write(
        """
        insert into participants (workspace_id, conversation_id, participant_kind, participant_id)
        select $1, c.id, 'user', $3 from unnest($2::bigint[]) as c(id) order by c.id
            on conflict do nothing returning conversation_id
        """,
        workspace_id,
        list(conversations),
        user_id,
    )
    return sorted(row["conversation_id"] for row in rows)


async def remove(tx: Tx, workspace_id: int, conversations: Sequence[int], user_id: int) -> list[int]:
    """Have a user take part no longer; where they did."""
    rows = await tx.write(
        """
        delete from participants
         where workspace_id = $1 and conversation_id = any ($2::bigint[]) and participant_kind = 'user'
           and participant_id = $3
        returning conversation_id
        """,
        workspace_id,
        list(conversations),
        user_id,
    )
    return sorted(row["conversation_id"] for row in rows)
