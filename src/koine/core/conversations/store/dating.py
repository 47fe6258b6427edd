"""SQL for conversations that were held before we heard of them: each statement dates any number of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from koine.postgres.database import Tx


async def date_messages(tx: Tx, workspace_id: int, ids: Sequence[int], times: Sequence[datetime]) -> None:
    """These messages and notes were written then."""
    await tx.write(
        """
        update messages m set created_at = g.at, updated_at = g.at
          from unnest($2::bigint[], $3::timestamptz[]) as g(id, at)
         where m.workspace_id = $1 and m.id = g.id
        """,
        workspace_id,
        list(ids),
        list(times),
    )


async def date_activity(
    tx: Tx, workspace_id: int, conversations: Sequence[int], what: Sequence[str], times: Sequence[datetime]
) -> None:
    """What was done with these conversations, as their lines of activity call it, was done then."""
    await tx.write(
        """
        update messages m set created_at = g.at, updated_at = g.at
          from unnest($2::bigint[], $3::text[], $4::timestamptz[]) as g(conversation_id, what, at)
         where m.workspace_id = $1 and m.conversation_id = g.conversation_id and m.kind = 'activity'
           and m.meta ->> 'activity' = g.what
        """,
        workspace_id,
        list(conversations),
        list(what),
        list(times),
    )


async def settle(
    tx: Tx, workspace_id: int, conversations: Sequence[int], opened: Sequence[datetime], done: Sequence[datetime]
) -> None:
    """Have conversations say of themselves what their dated messages say: when the last one was, and since when
    somebody waits. They were opened then, and what is resolved or closed is so since it was `done`.
    """
    await tx.write(
        """
        with said as (
            select g.conversation_id, g.opened, g.done, m.direction, m.meta, m.created_at,
                   max(m.created_at) filter (where m.direction = 'out') over (partition by g.conversation_id) as replied
              from unnest($2::bigint[], $3::timestamptz[], $4::timestamptz[]) as g(conversation_id, opened, done)
              left join messages m on m.workspace_id = $1 and m.conversation_id = g.conversation_id
                                  and m.kind = 'message' and m.state <> 'scheduled' and m.deleted_at is null
        ), summed as (
            select conversation_id, opened, done, max(created_at) as last,
                   min(created_at) filter (where direction = 'out' and created_at > opened) as first_reply,
                   max(created_at) filter (where direction = 'out' and created_at > opened) as last_reply,
                   max(created_at) filter (where direction = 'out' and not meta @> '{"automated": true}') as by_hand,
                   min(created_at) filter (where direction = 'in' and created_at > coalesce(replied, 'epoch')) as waits
              from said group by conversation_id, opened, done
        )
        update conversations c
           set created_at = s.opened, last_message_at = coalesce(s.last, s.opened),
               updated_at = greatest(s.done, s.last, s.opened),
               first_reply_at = case when c.first_reply_at is not null then s.first_reply end,
               last_reply_at = case when c.last_reply_at is not null then s.last_reply end,
               last_manual_at = coalesce(s.by_hand, 'epoch'), waiting_since = s.waits,
               resolved_at = case when c.resolved_at is not null then s.done end,
               closed_at = case when c.closed_at is not null then s.done end
          from summed s where c.workspace_id = $1 and c.id = s.conversation_id
        """,
        workspace_id,
        list(conversations),
        list(opened),
        list(done),
    )
