"""Reading a thread with all that is in it: messages, notes and activity."""

from __future__ import annotations

from collections.abc import Sequence

from koine.core.actor import Actor
from koine.core.conversations.model import Entry
from koine.core.conversations.store import messages
from koine.core.filters import Clauses
from koine.core.page import Window
from koine.postgres.database import Row, Tx

_MORE = """, m.source_id, case when m.kind = 'note' then array(
    select n.user_id from mentions n where n.workspace_id = m.workspace_id and n.message_id = m.id order by n.user_id)
    else '{}'::bigint[] end as mentioned"""


async def latest(tx: Tx, workspace_id: int, conversation_id: int, window: Window) -> list[Entry]:
    """Of one conversation that is known to be visible, newest first; up to one more than the window holds."""
    clauses = Clauses(workspace_id, conversation_id)
    way = "asc" if window.backwards else "desc"
    if window.place is not None:
        sign, at = ">" if window.backwards else "<", messages.moment(window.place.value)
        clauses.add(f"(m.created_at, m.id) {sign} (?::timestamptz, ?::bigint)", at, window.place.id)
    sql = f"""
        with top as (
            select m.* from messages m
             where m.workspace_id = $1 and m.conversation_id = $2 and m.deleted_at is null and {clauses.sql}
             order by m.created_at {way}, m.id {way} limit {window.limit + 1:d})
        select {messages.COLUMNS} {_MORE} from top m {messages.JOINS} order by m.created_at {way}, m.id {way}
    """
    return [_entry(row) for row in await tx.rows(sql, *clauses.values)]


async def those(tx: Tx, workspace_id: int, conversation_id: int, ids: Sequence[int]) -> list[Entry]:
    """These of it, newest first."""
    rows = await tx.rows(
        f"""
        select {messages.COLUMNS} {_MORE} from messages m {messages.JOINS}
         where m.workspace_id = $1 and m.conversation_id = $2 and m.id = any ($3::bigint[]) and m.deleted_at is null
         order by m.created_at desc, m.id desc
        """,
        workspace_id,
        conversation_id,
        list(ids),
    )
    return [_entry(row) for row in rows]


async def first_unread(tx: Tx, by: Actor, workspace_id: int, conversation_id: int) -> int | None:
    """The oldest of others after what the reader has seen: up to their mark, or up to what they said last."""
    id: int | None = await tx.value(
        """
        with seen as (
            select greatest(
                coalesce((select r.message_id from read_marks r
                           where r.workspace_id = $1 and r.conversation_id = $2 and r.reader_kind = $3
                             and r.reader_id = $4 and r.read), 0),
                coalesce((select m.id from messages m
                           where m.workspace_id = $1 and m.conversation_id = $2 and m.author_kind = $3
                             and m.author_id = $4 and m.kind = 'message' and m.state <> 'scheduled'
                             and m.deleted_at is null
                           order by m.created_at desc, m.id desc limit 1), 0)) as id)
        select m.id from messages m, seen
         where m.workspace_id = $1 and m.conversation_id = $2 and m.deleted_at is null and m.id > seen.id
           and m.kind = 'message' and m.state <> 'scheduled'
           and not (m.author_kind = $3 and m.author_id is not distinct from $4)
         order by m.id limit 1
        """,
        workspace_id,
        conversation_id,
        by.kind,
        by.id,
    )
    return id


def _entry(row: Row) -> Entry:
    *message, source_id, mentioned = row
    return Entry(messages.message(message), source_id, mentioned)
