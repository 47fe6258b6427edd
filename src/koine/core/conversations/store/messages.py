"""Reading messages, with their authors, reactions and attachments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from koine.core.actor import Actor, Author
from koine.core.conversations import visibility
from koine.core.conversations.model import Attachment, Message, Reaction
from koine.core.errors import CursorUnreadable
from koine.core.filters import Clauses
from koine.core.page import Window
from koine.postgres.database import Tx

# In the order in which `message` takes them. Reactions and attachments come as JSON in the same statement: they are
# few, and a statement more costs more.
COLUMNS = """
    m.workspace_id, m.id, m.uuid, m.conversation_id, c.uuid as conversation_uuid, m.author_kind, m.author_id,
    coalesce(u.external_id, k.external_id) as author_external_id, coalesce(u.email, k.email) as author_email,
    coalesce(nullif(concat_ws(' ', u.first_name, u.last_name), ''),
             nullif(concat_ws(' ', k.first_name, k.last_name), ''), '') as author_name,
    m.body_text, m.body_html, m.direction, m.kind, m.channel, m.state, m.meta, m.created_at, m.updated_at, m.deleted_at,
    (select jsonb_agg(jsonb_build_array(x.emoji, x.author_kind, x.author_id, p.external_id, p.email)
                      order by x.created_at, x.author_id)
       from reactions x left join users p on x.author_kind = 'user' and p.id = x.author_id
      where x.workspace_id = m.workspace_id and x.message_id = m.id) as reactions,
    (select jsonb_agg(jsonb_build_array(f.id, f.uuid, f.file_name, f.content_type, f.size, f.created_at,
                                       f.missing_at is null) order by f.id)
       from message_attachments l join attachments f on f.workspace_id = l.workspace_id and f.id = l.attachment_id
            and f.deleted_at is null
      where l.workspace_id = m.workspace_id and l.message_id = m.id) as attachments
"""

JOINS = """
    join conversations c on c.workspace_id = m.workspace_id and c.id = m.conversation_id
    left join users u on m.author_kind = 'user' and u.id = m.author_id
    left join contacts k on m.author_kind = 'contact' and k.workspace_id = m.workspace_id and k.id = m.author_id
"""


async def find(tx: Tx, by: Actor, id: int) -> Message | None:
    """One message of a conversation that the actor may see, deleted ones included.

    Notes and activity are none, and neither is what is to be said later.
    """
    clauses = Clauses()
    visibility.limit(clauses, by)
    clauses.add("m.workspace_id = any (?::bigint[]) and m.id = ?::bigint", list(by.workspaces), id)
    clauses.add("m.kind = 'message' and m.state <> 'scheduled'")
    sql = f"select {COLUMNS} from messages m {JOINS} where {clauses.sql}"
    row = await tx.row(sql, *clauses.values)
    return None if row is None else message(row)


async def latest(tx: Tx, workspace_id: int, conversation_id: int, window: Window) -> list[Message]:
    """The messages of one conversation that is known to be visible, newest first; up to one more than the window holds.

    Notes and activity are left out, as they are not said to the other side, and so is what is to be said later.
    Raises CursorUnreadable when the window's place is not one of this list.
    """
    clauses = Clauses(workspace_id, conversation_id)
    way = "asc" if window.backwards else "desc"
    if window.place is not None:
        sign = ">" if window.backwards else "<"
        clauses.add(
            f"(m.created_at, m.id) {sign} (?::timestamptz, ?::bigint)", moment(window.place.value), window.place.id
        )
    sql = f"""
        with top as (
            select m.* from messages m
             where m.workspace_id = $1 and m.conversation_id = $2 and m.deleted_at is null
               and m.kind = 'message' and m.state <> 'scheduled' and {clauses.sql}
             order by m.created_at {way}, m.id {way} limit {window.limit + 1:d})
        select {COLUMNS} from top m {JOINS} order by m.created_at {way}, m.id {way}
    """
    return [message(row) for row in await tx.rows(sql, *clauses.values)]


def moment(value: str) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise CursorUnreadable from None


def message(row: Iterable[Any]) -> Message:
    """By position: by name it would take twice as long, and what a page costs is mostly this."""
    # fmt: off
    (workspace_id, id, uuid, conversation_id, conversation_uuid,
     author_kind, author_id, author_external_id, author_email, author_name,
     text, html, direction, kind, channel, state, meta, created_at, updated_at, deleted_at, reactions, files) = row
    return Message(
        workspace_id, id, uuid, conversation_id, conversation_uuid,
        Author(author_kind, author_id, author_external_id, author_email, author_name),
        text, html, direction, kind, channel, state, meta, created_at, updated_at, deleted_at,
        _reactions(reactions or ()), [_attachment(*file) for file in files or ()])
    # fmt: on


def _reactions(rows: Sequence[tuple[str, str, int, str | None, str | None]]) -> list[Reaction]:
    """One entry an emoji, in the order in which each was first chosen."""
    authors: dict[str, list[Author]] = {}
    for emoji, kind, id, external_id, email in rows:
        authors.setdefault(emoji, []).append(Author(kind, id, external_id, email))  # type: ignore[arg-type]
    return [Reaction(emoji, who) for emoji, who in authors.items()]


def _attachment(
    id: int, uuid: str, file_name: str, content_type: str, size: int, created_at: str, available: bool
) -> Attachment:
    return Attachment(id, UUID(uuid), file_name, content_type, size, datetime.fromisoformat(created_at), available)
