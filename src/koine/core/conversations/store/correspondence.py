"""Reading what was said with contacts, by whichever name or order, and changing what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from koine.core.actor import Actor
from koine.core.conversations import visibility
from koine.core.conversations.correspondence.model import EmailRecord, Enclosed, Letter, Sent
from koine.core.conversations.model import State
from koine.core.filters import Clauses
from koine.postgres.database import Row, Tx

# In the order in which `letter` takes them.
COLUMNS = """
    m.workspace_id, m.id, m.uuid, m.conversation_id, c.uuid as conversation, c.contact_id, k.uuid as contact,
    u.uuid as user_uuid, m.kind, m.direction, m.channel, m.state, m.body_text, m.body_html, m.meta,
    (select jsonb_agg(jsonb_build_array(f.id, f.file_name, f.missing_at is null) order by f.id)
       from message_attachments l join attachments f on f.workspace_id = l.workspace_id and f.id = l.attachment_id
      where l.workspace_id = m.workspace_id and l.message_id = m.id and f.deleted_at is null) as files,
    case when m.kind = 'note' then (
        select array_agg(t.uuid order by t.id) from mentions n join users t on t.id = n.user_id
         where n.workspace_id = m.workspace_id and n.message_id = m.id) end as mentions,
    m.created_at, m.updated_at,
    e.uuid as email, e.thread, e.subject, e.sender, e.recipients, e.cc, e.bcc, e.reply_to, e.html,
    e.status, e.events, e.outcomes
"""

JOINS = """
    join conversations c on c.workspace_id = m.workspace_id and c.id = m.conversation_id
    join contacts k on k.workspace_id = c.workspace_id and k.id = c.contact_id
    left join users u on u.id = case when m.author_kind = 'user' then m.author_id end
    left join emails e on e.workspace_id = m.workspace_id and e.message_id = m.id
"""


async def by_uuid(tx: Tx, workspaces: Sequence[int], uuid: UUID) -> Letter | None:
    """One of these workspaces, whoever may see it."""
    row = await tx.row(
        f"""
        select {COLUMNS} from messages m {JOINS}
         where m.workspace_id = any ($1::bigint[]) and m.uuid = $2 and m.deleted_at is null and m.kind <> 'activity'
        """,
        list(workspaces),
        uuid,
    )
    return None if row is None else letter(row)


async def by_id(tx: Tx, workspace_id: int, id: int) -> Letter | None:
    """The same by its row."""
    row = await tx.row(
        f"select {COLUMNS} from messages m {JOINS} where m.workspace_id = $1 and m.id = $2 and m.deleted_at is null",
        workspace_id,
        id,
    )
    return None if row is None else letter(row)


async def of_event(tx: Tx, workspace_id: int, event_id: int) -> int | None:
    """The row of the message that an event is about."""
    found: int | None = await tx.value(
        "select message_id from events where workspace_id = $1 and id = $2", workspace_id, event_id
    )
    return found


async def alt_id(tx: Tx, workspace_id: int, uuid: UUID) -> str | None:
    """The id that somebody else gave to a message, or to the one that is this e-mail."""
    found: str | None = await tx.value(
        """
        select m.meta ->> 'alt_id' from messages m
         where m.workspace_id = $1
           and m.id = coalesce((select x.message_id from emails x where x.workspace_id = $1 and x.uuid = $2),
                               (select y.id from messages y where y.workspace_id = $1 and y.uuid = $2))
        """,
        workspace_id,
        uuid,
    )
    return found


async def by_email(tx: Tx, workspaces: Sequence[int], uuid: UUID) -> Letter | None:
    """By the id of the e-mail that it is; one that came from elsewhere has only its own."""
    row = await tx.row(
        f"""
        select {COLUMNS} from messages m {JOINS}
         where m.workspace_id = any ($1::bigint[]) and m.deleted_at is null
           and (m.workspace_id, m.id) in (
                select x.workspace_id, x.message_id from emails x
                 where x.workspace_id = any ($1::bigint[]) and x.uuid = $2
                 union all
                select y.workspace_id, y.id from messages y
                 where y.workspace_id = any ($1::bigint[]) and y.uuid = $2
                   and (y.channel like '%email' or exists (select from emails z where z.workspace_id = y.workspace_id
                                                                                  and z.message_id = y.id)))
        """,
        list(workspaces),
        uuid,
    )
    return None if row is None else letter(row)


async def seen(tx: Tx, by: Actor, uuid: UUID, *, email: bool) -> Letter | None:
    """One that the actor may see, by its own id or by that of the e-mail that it is."""
    found = await (by_email if email else by_uuid)(tx, by.workspaces, uuid)
    if found is None:
        return None
    clauses = Clauses()
    visibility.limit(clauses, by)
    clauses.add("c.workspace_id = ?::bigint and c.id = ?::bigint", found.workspace_id, found.conversation_id)
    visible = await tx.value(f"select true from conversations c where {clauses.sql}", *clauses.values)
    return found if visible else None


async def by_source(tx: Tx, workspace_id: int, source_id: str) -> Sent | None:
    """What was said under a source id before, outside of inboxes or in any."""
    row = await tx.row(
        """
        select m.id, m.uuid, c.id as conversation_id, c.uuid as conversation, m.created_at as at, e.uuid as email
          from messages m
          join conversations c on c.workspace_id = m.workspace_id and c.id = m.conversation_id
          left join emails e on e.workspace_id = m.workspace_id and e.message_id = m.id
         where m.workspace_id = $1 and m.source_id = $2
           and coalesce(m.inbox_id, 0) in (select 0 union all select i.id from inboxes i where i.workspace_id = $1)
        """,
        workspace_id,
        source_id,
    )
    return None if row is None else Sent(**row, known=True)


async def email_of(tx: Tx, workspace_id: int, message_id: int) -> UUID | None:
    """The id of the e-mail that a message is."""
    found: UUID | None = await tx.value(
        "select uuid from emails where workspace_id = $1 and message_id = $2", workspace_id, message_id
    )
    return found


async def backdate(tx: Tx, workspace_id: int, id: int, at: datetime) -> None:
    """It was said then."""
    await tx.write(
        "update messages set created_at = $3, updated_at = now() where workspace_id = $1 and id = $2",
        workspace_id,
        id,
        at,
    )


async def set_state(
    tx: Tx, workspace_id: int, id: int, state: State, meta: Mapping[str, Any], *, was: State | None = None
) -> bool:
    """What became of it, with what is to be remembered of that; only where it `was` in some state, if one is given."""
    rows = await tx.write(
        """
        update messages set state = $3, meta = meta || $4, updated_at = now()
         where workspace_id = $1 and id = $2 and ($5::text is null or state = $5) returning id
        """,
        workspace_id,
        id,
        state,
        meta,
        was,
    )
    return bool(rows)


async def remember(tx: Tx, workspace_id: int, id: int, meta: Mapping[str, Any]) -> None:
    """Something more of it."""
    await tx.write(
        "update messages set meta = meta || $3, updated_at = now() where workspace_id = $1 and id = $2",
        workspace_id,
        id,
        meta,
    )


def letter(row: Row) -> Letter:
    """The message in a row that was read with COLUMNS and JOINS, by position."""
    # fmt: off
    (workspace_id, id, uuid, conversation_id, conversation, contact_id, contact, user, kind, direction, channel, state,
     text, html, meta, files, mentions, created_at, updated_at, *of_email) = row
    email = None if of_email[0] is None else EmailRecord(*of_email)
    return Letter(
        workspace_id, id, uuid, conversation_id, conversation, contact_id, contact, user, kind, direction, channel,
        state, text, html, meta, [Enclosed(*file) for file in files or ()], mentions or (), created_at, updated_at,
        email)
    # fmt: on
