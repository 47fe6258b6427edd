"""The statement that posts messages: with what they change in their conversations and their events, at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from koine.core.actor import Actor
from koine.core.conversations.model import Posted, Posting
from koine.core.conversations.store import opening
from koine.core.identity import new_uuid
from koine.postgres.database import Tx
from koine.postgres.together import Rowwise

# The conversation is changed first: its row is locked from then on, and a message lands only where that succeeded. A
# post that waited for a later one must not become the last message again, hence the comparison of ids.
# One and many differ only in how their values come: arrays of one element cost the driver dear.
_MANY = """
      from unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                  $9::bigint[], $10::jsonb[], $11::text[], $12::uuid[], $13::text[]) with ordinality
        as g(conversation_id, uuid, body_text, body_html, direction, channel, state, author_kind,
             author_id, meta, source_id, event_uuid, files, ord)
"""

_ONE = """
      from (select $1::bigint as conversation_id, $2::uuid as uuid, $3::text as body_text,
                   $4::text as body_html, $5::text as direction, $6::text as channel, $7::text as state,
                   $8::text as author_kind, $9::bigint as author_id, $10::jsonb as meta,
                   $11::text as source_id, $12::uuid as event_uuid, $13::text as files, 1::bigint as ord) as g
"""

_DRAW = """
with given as materialized (
    select g.*, now() as at, nextval('messages_id_seq') as id
"""

# Many conversations are locked in one order, so that no two statements ever wait for each other.
_HOLD = """
), held as materialized (
    select c.id from conversations c
     where c.workspace_id = any ($14::bigint[]) and c.id = any ($1::bigint[]) order by c.id for update
"""

_SUM = """
), summed as (
    select conversation_id, max(ord) as last, count(*) filter (where direction = 'in') as came,
           max(ord) filter (where direction = 'out') as replied,
           max(ord) filter (where direction = 'out' and not meta @> '{"automated": true}') as by_hand
      from given
"""

_WRITE = """
     group by conversation_id
), moved as (
    update conversations c
       set last_message_id = greatest(g.id, c.last_message_id),
           last_message_at = greatest(g.at, c.last_message_at),
           last_message_preview = case when g.id > coalesce(c.last_message_id, 0)
                                       then left(g.body_text, 200) else c.last_message_preview end,
           last_message_author_kind = case when g.id > coalesce(c.last_message_id, 0)
                                           then g.author_kind else c.last_message_author_kind end,
           last_message_author_id = case when g.id > coalesce(c.last_message_id, 0)
                                         then g.author_id else c.last_message_author_id end,
           last_message_channel = case when g.id > coalesce(c.last_message_id, 0)
                                       then g.channel else c.last_message_channel end,
           last_message_direction = case when g.id > coalesce(c.last_message_id, 0)
                                         then g.direction else c.last_message_direction end,
           last_automated = case when s.replied is null then c.last_automated
                                 else s.by_hand is distinct from s.replied end,
           last_manual_at = case when s.by_hand is null then c.last_manual_at
                                 else greatest(g.at, c.last_manual_at) end,
           unread_count = c.unread_count + s.came,
           waiting_since = case when g.direction = 'in' then coalesce(c.waiting_since, g.at) end,
           first_reply_at = case when s.replied is null then c.first_reply_at else coalesce(c.first_reply_at, g.at) end,
           last_reply_at = case when s.replied is null then c.last_reply_at else greatest(g.at, c.last_reply_at) end,
           updated_at = greatest(g.at, c.updated_at)
      from summed s join given g on g.ord = s.last
     where c.workspace_id = any ($14::bigint[]) and c.id = s.conversation_id and c.deleted_at is null
    returning c.workspace_id, c.id, c.uuid, c.inbox_id, c.contact_id
), said as (
    insert into messages (
        workspace_id, id, uuid, conversation_id, inbox_id, direction, kind, author_kind, author_id, body_text,
        body_html, channel, state, source_id, meta, created_at, updated_at)
    select m.workspace_id, g.id, g.uuid, m.id, m.inbox_id, g.direction, 'message', g.author_kind, g.author_id,
           g.body_text, g.body_html, g.channel, g.state, g.source_id, g.meta, g.at, g.at
      from given g join moved m on m.id = g.conversation_id
), filed as (
    insert into message_attachments (workspace_id, message_id, attachment_id)
    select m.workspace_id, g.id, unnest(g.files::bigint[])
      from given g join moved m on m.id = g.conversation_id where g.files is not null
), recorded as (
    insert into events (
        workspace_id, uuid, kind, conversation_id, message_id, contact_id, actor_kind, actor_id, created_at)
    select m.workspace_id, g.event_uuid, 'message.posted', m.id, g.id, m.contact_id, $15, $16, g.at
      from given g join moved m on m.id = g.conversation_id
     order by g.ord
)
select g.ord, m.workspace_id, g.id, g.uuid, m.id as conversation_id, m.uuid as conversation_uuid, g.at
  from given g join moved m on m.id = g.conversation_id
"""

_POST = Rowwise(
    one=_DRAW + _ONE + _SUM + _WRITE,
    many=_DRAW + _MANY + _HOLD + _SUM + "join held on held.id = conversation_id" + _WRITE,
)


async def post(tx: Tx, by: Actor, workspaces: Sequence[int], postings: Sequence[Posting]) -> list[Posted | None]:
    """Write messages and their events; None for each whose conversation is not there or in the bin."""
    values = [_values(by, posting) for posting in postings]
    rows = await tx.write_each(_POST, values, tuple(workspaces), by.kind, by.id)
    return [None if row is None else Posted(*row[1:]) for row in rows]


def _values(by: Actor, posting: Posting) -> tuple[Any, ...]:
    said = posting.said
    author = said.author or by.author
    return (
        posting.conversation_id,
        new_uuid(),
        said.text,
        said.html,
        said.direction,
        said.channel,
        said.state,
        author.kind,
        author.id,
        said.meta,
        said.source_id,
        new_uuid(),
        opening.files(said),
    )
