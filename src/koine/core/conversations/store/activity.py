"""SQL for the lines of a thread that say what was done with it. Like notes, they move nothing in their conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from koine.core.actor import Author
from koine.core.identity import new_uuids
from koine.postgres.database import Tx


async def insert(
    tx: Tx,
    workspace_id: int,
    author: Author,
    conversations: Sequence[int],
    says: Sequence[str],
    told: Sequence[Mapping[str, Any]],
) -> None:
    """One line for each of these conversations."""
    await tx.write(
        """
        insert into messages (workspace_id, uuid, conversation_id, direction, kind, author_kind, author_id, body_text,
                              channel, state, meta)
        select $1, g.uuid, g.conversation_id, 'none', 'activity', $2, $3, g.says, 'activity', 'sent', g.told
          from unnest($4::uuid[], $5::bigint[], $6::text[], $7::jsonb[]) with ordinality
               as g(uuid, conversation_id, says, told, ord)
         order by g.ord
        """,
        workspace_id,
        author.kind,
        author.id,
        new_uuids(len(conversations)),
        list(conversations),
        list(says),
        list(told),
    )
