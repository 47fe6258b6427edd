"""Reading conversations: the columns that make one, whoever asks and for whatever list."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from koine.core.actor import Actor, Author
from koine.core.conversations import visibility
from koine.core.conversations.model import Conversation, LastMessage, Status
from koine.core.filters import Clauses
from koine.postgres.database import Row, Tx

# In the order in which `conversation` takes them. $1 and $2 are the reader. Read is what they marked last, as long as
# no newer message came; after that it is read by whoever spoke last.
COLUMNS = """
    c.workspace_id, c.id, c.uuid, c.number, c.subject, c.status_id, s.name as status_name, s.category,
    c.opened_by_kind, c.opened_by_id, coalesce(ou.external_id, oc.external_id) as opened_by_external_id,
    coalesce(ou.email, oc.email) as opened_by_email,
    coalesce(nullif(concat_ws(' ', ou.first_name, ou.last_name), ''),
             nullif(concat_ws(' ', oc.first_name, oc.last_name), ''), '') as opened_by_name,
    c.inbox_id, c.contact_id, c.continuous, c.assignee_id, c.team_id, c.priority_id,
    (select e.entity from conversation_entities e where e.workspace_id = c.workspace_id and e.conversation_id = c.id
      order by e.entity limit 1) as entity,
    c.last_message_id, m.body_text as last_message_text, m.created_at as last_message_created_at,
    c.last_message_author_kind, c.last_message_author_id,
    coalesce(lu.external_id, lc.external_id) as last_author_external_id,
    coalesce(lu.email, lc.email) as last_author_email,
    coalesce(nullif(concat_ws(' ', lu.first_name, lu.last_name), ''),
             nullif(concat_ws(' ', lc.first_name, lc.last_name), ''), '') as last_author_name,
    c.last_message_at,
    case when r.message_id >= coalesce(c.last_message_id, 0) then r.read
         else c.last_message_author_kind = $1::text
              and c.last_message_author_id is not distinct from $2::bigint end as read,
    c.starred, c.unread_count, c.waiting_since, c.snoozed_until, c.first_reply_at, c.last_reply_at, c.resolved_at,
    c.closed_at, c.custom_attributes, c.created_at, c.updated_at, c.deleted_at
"""

# A join on null looks nowhere: a user is not looked for among the contacts, nor a contact among the users.
JOINS = """
    join statuses s on s.workspace_id = c.workspace_id and s.id = c.status_id
    left join messages m on m.workspace_id = c.workspace_id and m.id = c.last_message_id
    left join users ou on ou.id = case when c.opened_by_kind = 'user' then c.opened_by_id end
    left join contacts oc on oc.workspace_id = c.workspace_id
                         and oc.id = case when c.opened_by_kind = 'contact' then c.opened_by_id end
    left join users lu on lu.id = case when c.last_message_author_kind = 'user' then c.last_message_author_id end
    left join contacts lc on lc.workspace_id = c.workspace_id
                         and lc.id = case when c.last_message_author_kind = 'contact' then c.last_message_author_id end
    left join read_marks r on r.workspace_id = c.workspace_id and r.conversation_id = c.id
                          and r.reader_kind = $1::text and r.reader_id = $2::bigint
"""


async def find(tx: Tx, by: Actor, condition: str, *values: object) -> Conversation | None:
    """The newest conversation that the actor may see and that meets a condition on `c`, deleted ones included."""
    found = await find_all(tx, by, condition, *values, limit=1)
    return found[0] if found else None


async def find_all(tx: Tx, by: Actor, condition: str, *values: object, limit: int) -> list[Conversation]:
    """Conversations that the actor may see and that meet a condition on `c`, newest message first."""
    clauses = Clauses(by.kind, by.id)
    visibility.limit(clauses, by)
    clauses.add(condition, *values)
    at_most = clauses.value(limit)
    rows = await tx.rows(
        f"select {COLUMNS} from conversations c {JOINS} where {clauses.sql}"
        f" order by c.last_message_at desc, c.id desc limit {at_most}",
        *clauses.values,
    )
    return [conversation(row) for row in rows]


async def exists(tx: Tx, workspaces: Sequence[int], uuid: UUID) -> bool:
    """Whether one of these workspaces has this conversation outside the bin, whoever may see it."""
    found = await tx.value(
        "select true from conversations where workspace_id = any ($1::bigint[]) and uuid = $2 and deleted_at is null",
        list(workspaces),
        uuid,
    )
    return found is True


def conversations(rows: Sequence[Row]) -> list[Conversation]:
    """The conversations in rows that were read with COLUMNS and JOINS."""
    return [conversation(row) for row in rows]


def conversation(row: Row) -> Conversation:
    """The conversation in a row that was read with COLUMNS and JOINS.

    By position: by name it would take twice as long, and what a list costs is mostly this.
    """
    # fmt: off
    (workspace_id, id, uuid, number, subject, status_id, status_name, category,
     opener_kind, opener_id, opener_external_id, opener_email, opener_name,
     inbox_id, contact_id, continuous, assignee_id, team_id, priority_id, entity,
     message_id, text, said_at, author_kind, author_id, author_external_id, author_email, author_name, last_message_at,
     read, starred, unread_count, waiting_since, snoozed_until, first_reply_at, last_reply_at, resolved_at,
     closed_at, custom_attributes, created_at, updated_at, deleted_at) = row
    last_message = None if message_id is None else LastMessage(
        message_id, Author(author_kind, author_id, author_external_id, author_email, author_name), text, said_at)
    return Conversation(
        workspace_id, id, uuid, number, subject, Status(status_id, status_name, category),
        Author(opener_kind, opener_id, opener_external_id, opener_email, opener_name),
        inbox_id, contact_id, continuous, assignee_id, team_id, priority_id, entity, last_message, last_message_at,
        read, starred, unread_count, waiting_since, snoozed_until, first_reply_at, last_reply_at, resolved_at,
        closed_at, custom_attributes, created_at, updated_at, deleted_at)
    # fmt: on
