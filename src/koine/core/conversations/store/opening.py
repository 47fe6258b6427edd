"""The statement that opens conversations: with their first messages and their events, in one round trip."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from koine.core.actor import Actor
from koine.core.conversations.model import Opened, Opening, Said
from koine.core.identity import new_uuids
from koine.postgres.database import Tx
from koine.postgres.together import Rowwise

# One statement, because statements are what a request costs: a list of one takes as long as the bare insert. Ids are
# drawn first, so that conversation and message can name each other.
# One and many differ only in how their values come: 24 arrays of one element cost a third of the driver's time.
_MANY = """
      from unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::boolean[], $6::bigint[], $7::bigint[],
                  $8::bigint[], $9::bigint[], $10::boolean[], $11::jsonb[], $12::uuid[], $13::text[], $14::text[],
                  $15::text[], $16::text[], $17::text[], $18::text[], $19::bigint[], $20::jsonb[], $21::text[],
                  $22::uuid[], $23::uuid[], $24::text[])
           with ordinality
        as g(workspace_id, uuid, subject, entity, resolved, inbox_id, contact_id, assignee_id,
             team_id, continuous, custom_attributes, message_uuid, body_text, body_html, direction, channel,
             state, author_kind, author_id, meta, source_id, opened_event, posted_event, files, ord)
"""

_ONE = """
      from (select $1::bigint as workspace_id, $2::uuid as uuid, $3::text as subject, $4::text as entity,
                   $5::boolean as resolved, $6::bigint as inbox_id, $7::bigint as contact_id,
                   $8::bigint as assignee_id, $9::bigint as team_id, $10::boolean as continuous,
                   $11::jsonb as custom_attributes, $12::uuid as message_uuid, $13::text as body_text,
                   $14::text as body_html, $15::text as direction, $16::text as channel, $17::text as state,
                   $18::text as author_kind, $19::bigint as author_id, $20::jsonb as meta,
                   $21::text as source_id, $22::uuid as opened_event, $23::uuid as posted_event, $24::text as files,
                   1 as ord) as g
"""

_DRAW = """
with given as materialized (
    select g.*, now() as at,
           nextval('conversations_id_seq') as id,
           nextval(('numbers_' || g.workspace_id)::regclass) as number,
           case when g.message_uuid is not null then nextval('messages_id_seq') end as message_id
"""

_WRITE = """
), opened as (
    insert into conversations (
        workspace_id, id, uuid, number, inbox_id, contact_id, continuous, subject, status_id, resolved, assignee_id,
        team_id, opened_by_kind, opened_by_id, unread_count, last_message_id, last_message_at, last_message_preview,
        last_message_author_kind, last_message_author_id, last_message_channel, last_message_direction, last_automated,
        last_manual_at, waiting_since, resolved_at, custom_attributes, origin, created_at, updated_at)
    select g.workspace_id, g.id, g.uuid, g.number, g.inbox_id, g.contact_id, g.continuous, g.subject,
           (select s.id from statuses s where s.workspace_id = g.workspace_id and s.usual
               and s.category = case when g.resolved then 'resolved' else 'open' end),
           g.resolved, g.assignee_id, g.team_id, g.author_kind, g.author_id,
           case when g.direction = 'in' then 1 else 0 end, g.message_id, g.at, left(g.body_text, 200),
           g.author_kind, g.author_id, g.channel, g.direction,
           case when g.direction = 'out' then g.meta @> '{"automated": true}' end,
           case when g.direction = 'out' and not g.meta @> '{"automated": true}' then g.at else 'epoch' end,
           case when g.direction = 'in' then g.at end, case when g.resolved then g.at end, g.custom_attributes,
           $27, g.at, g.at
      from given g
     order by g.contact_id, g.id -- so that no two statements wait for each other at the one thread of a contact
    returning workspace_id, assignee_id, facet
), tallied as ( -- changes are tallied by triggers; here one would cost four times as much
    insert into tallies (workspace_id, counted, assignee_id, facet, n)
    select workspace_id, 'conversations', assignee_id, facet, 1 from opened where facet is not null
), attached as (
    insert into conversation_entities (workspace_id, entity, conversation_id)
    select workspace_id, entity, id from given where entity is not null
), said as (
    insert into messages (
        workspace_id, id, uuid, conversation_id, inbox_id, direction, kind, author_kind, author_id, body_text,
        body_html, channel, state, source_id, meta, created_at, updated_at)
    select workspace_id, message_id, message_uuid, id, inbox_id, direction, 'message', author_kind, author_id,
           body_text, body_html, channel, state, source_id, meta, at, at
      from given where message_id is not null
), filed as (
    insert into message_attachments (workspace_id, message_id, attachment_id)
    select workspace_id, message_id, unnest(files::bigint[]) from given where files is not null
), recorded as (
    insert into events (
        workspace_id, uuid, kind, conversation_id, message_id, contact_id, actor_kind, actor_id, created_at)
    select g.workspace_id, e.uuid, e.kind, g.id, e.message_id, g.contact_id, $25, $26, g.at
      from given g
     cross join lateral (values (1, g.opened_event, 'conversation.opened', null::bigint),
                                (2, g.posted_event, 'message.posted', g.message_id)) as e(step, uuid, kind, message_id)
     where e.step = 1 or g.message_id is not null
     order by g.ord, e.step
)
select ord, workspace_id, id, uuid, number, message_id, message_uuid, at from given
"""

_OPEN = Rowwise(one=_DRAW + _ONE + _WRITE, many=_DRAW + _MANY + _WRITE)


async def open(tx: Tx, by: Actor, openings: Sequence[Opening]) -> list[Opened]:
    """Write conversations with their first messages and events; what they became, in the same order."""
    uuids = iter(new_uuids(4 * len(openings)))
    rows = await tx.write_each(_OPEN, [_values(by, opening, uuids) for opening in openings], by.kind, by.id, by.origin)
    return [Opened(*row[1:]) for row in rows if row is not None]


def _values(by: Actor, opening: Opening, uuids: Iterator[UUID]) -> tuple[Any, ...]:
    said = opening.said
    author = (said and said.author) or by.author
    return (
        opening.workspace_id,
        next(uuids),
        opening.subject,
        opening.entity,
        opening.resolved,
        opening.inbox_id,
        opening.contact_id,
        opening.assignee_id,
        opening.team_id,
        opening.continuous,
        opening.custom_attributes,
        next(uuids) if said else None,
        said.text if said else None,
        said.html if said else None,
        said.direction if said else None,
        said.channel if said else None,
        said.state if said else None,
        author.kind,
        author.id,
        said.meta if said else {},
        said.source_id if said else None,
        next(uuids),
        next(uuids),
        files(said) if said else None,
    )


def files(said: Said) -> str | None:
    """The ids of what is said with it, as an array's text: there are no arrays of arrays of different lengths."""
    return "{" + ",".join(map(str, said.attachments)) + "}" if said.attachments else None
