"""SQL for audit trails: from a thing's own row what has begun it, from the events what followed.

Each source gives its newest entries from an index, then they are merged. The number of an entry tells its source by its
remainder of eight. What happened in one transaction has one time; its rank then says what came first: the opening.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from koine.core.actor import Author
from koine.core.audit.model import Entry
from koine.core.errors import CursorUnreadable
from koine.core.filters import Clauses
from koine.core.page import Window
from koine.postgres.database import Row, Tx

# Each: number, rank, kind, actor_kind, actor_id, data, created_at, message_id.
_EVENT = """e.id * 8 as number, e.id * 8 as rank, e.kind, e.actor_kind, e.actor_id, e.data, e.created_at,
    e.message_id"""
_OF_ACCOUNT = """e.id * 8 + 3 as number, e.id * 8 + 3 as rank, e.kind, e.actor_kind, e.actor_id, e.data, e.created_at,
    null::bigint as message_id"""
_OPENED = """c.id * 8 + 2 as number, 1::bigint as rank, 'conversation.opened' as kind,
    c.opened_by_kind as actor_kind, c.opened_by_id as actor_id, '{}'::jsonb as data, c.created_at,
    null::bigint as message_id"""
_SAID = """m.id * 8 + 1 as number, m.id * 8 + 1 as rank, 'message.posted' as kind, m.author_kind as actor_kind,
    m.author_id as actor_id, '{}'::jsonb as data, m.created_at, m.id as message_id"""
_UPLOADED = """f.id * 8 + 4 as number, f.id * 8 + 4 as rank, 'file.uploaded' as kind,
    coalesce(f.uploaded_by_kind, 'system') as actor_kind, f.uploaded_by_id as actor_id, '{}'::jsonb as data,
    f.created_at, null::bigint as message_id"""

# As the index events_of_conversation has it.
_FOLLOWED = "e.kind not in ('conversation.opened', 'message.posted') and e.conversation_id is not null"

# As the indexes account_events_of_workspace and account_events_of_staff have it.
_OF_WORKSPACE = """e.data ->> 'workspace_id' = $3::text
    and e.kind in ('workspace.created', 'workspace.changed', 'workspace.closed', 'workspace.reopened')"""
_OF_STAFF = """e.data ->> 'user_id' = $3::text
    and e.kind in ('staff.added', 'staff.changed', 'staff.removed', 'staff.restored', 'user.updated')"""

_ENTRY = """
    t.number, t.rank, t.kind, t.actor_kind, t.actor_id, coalesce(u.external_id, k.external_id) as external_id,
    coalesce(u.email, k.email) as email, s.user_id is not null as staff, t.created_at, t.data, t.message_id
"""
_JOINS = """
    left join users u on t.actor_kind = 'user' and u.id = t.actor_id
    left join staff s on s.user_id = u.id
    left join contacts k on t.actor_kind = 'contact' and k.workspace_id = $1 and k.id = t.actor_id
"""


async def of_conversation(tx: Tx, workspace_id: int, id: int, kinds: Sequence[str], window: Window) -> list[Entry]:
    """Its opening, what was said in it, and what was changed of it itself."""
    clauses = Clauses(workspace_id, id, list(kinds))
    way, most = _way(window), window.limit + 1
    at = _place(clauses, window)
    return await _entries(
        tx,
        clauses,
        window,
        f"""(select {_OPENED} from conversations c where c.workspace_id = $1 and c.id = $2
             {_beside(at, window, "c.created_at", "1::bigint")})
            union all
            (select {_SAID} from messages m
              where m.workspace_id = $1 and m.conversation_id = $2 and m.deleted_at is null and m.kind = 'message'
              {_beside(at, window, "m.created_at", "m.id * 8 + 1")}
              order by m.created_at {way}, m.id {way} limit {most:d})
            union all
            (select {_EVENT} from events e
              where e.workspace_id = $1 and e.conversation_id = $2 and {_FOLLOWED} and e.message_id is null
                and e.kind = any ($3::text[]) {_beside(at, window, "e.created_at", "e.id * 8")}
              order by e.created_at {way}, e.id {way} limit {most:d})""",
    )


async def of_message(
    tx: Tx, workspace_id: int, conversation_id: int, id: int, kinds: Sequence[str], window: Window
) -> list[Entry]:
    """That it was said, and what was changed of it."""
    clauses = Clauses(workspace_id, id, list(kinds), conversation_id)
    way, most = _way(window), window.limit + 1
    at = _place(clauses, window)
    return await _entries(
        tx,
        clauses,
        window,
        f"""(select {_SAID} from messages m where m.workspace_id = $1 and m.id = $2
             {_beside(at, window, "m.created_at", "m.id * 8 + 1")})
            union all
            (select {_EVENT} from events e
              where e.workspace_id = $1 and e.conversation_id = $4::bigint and {_FOLLOWED} and e.message_id = $2
                and e.kind = any ($3::text[]) {_beside(at, window, "e.created_at", "e.id * 8")}
              order by e.created_at {way}, e.id {way} limit {most:d})""",
    )


async def of_file(tx: Tx, workspace_id: int, id: int, kinds: Sequence[str], window: Window) -> list[Entry]:
    """That it was uploaded, and what was changed of it."""
    clauses = Clauses(workspace_id, id, list(kinds))
    at = _place(clauses, window)
    return await _entries(
        tx,
        clauses,
        window,
        f"""(select {_UPLOADED} from attachments f where f.workspace_id = $1 and f.id = $2
             {_beside(at, window, "f.created_at", "f.id * 8 + 4")})
            union all
            (select {_EVENT} from events e
              where e.workspace_id = $1 and e.file_id = $2 and e.kind <> 'file.uploaded'
                and e.kind = any ($3::text[]) {_beside(at, window, "e.created_at", "e.id * 8")})""",
    )


async def of_workspace(tx: Tx, account_id: int, id: int, window: Window) -> list[Entry]:
    """What the account's log has of a workspace."""
    return await _logged(tx, account_id, id, _OF_WORKSPACE, window)


async def of_staff(tx: Tx, account_id: int, user_id: int, window: Window) -> list[Entry]:
    """What the account's log has of somebody of the staff."""
    return await _logged(tx, account_id, user_id, _OF_STAFF, window)


async def file_workspace(tx: Tx, workspaces: Sequence[int], id: int) -> int | None:
    """Which of these workspaces has this file, deleted or not."""
    workspace_id: int | None = await tx.value(
        "select workspace_id from attachments where workspace_id = any ($1::bigint[]) and id = $2",
        list(workspaces),
        id,
    )
    return workspace_id


async def _logged(tx: Tx, account_id: int, id: int, about: str, window: Window) -> list[Entry]:
    clauses = Clauses(None, account_id, str(id))
    way = _way(window)
    at = _place(clauses, window)
    return await _entries(
        tx,
        clauses,
        window,
        f"""(select {_OF_ACCOUNT} from account_events e
              where e.account_id = $2 and {about} {_beside(at, window, "e.created_at", "e.id * 8 + 3")}
              order by e.created_at {way}, e.id {way} limit {window.limit + 1:d})""",
    )


async def _entries(tx: Tx, clauses: Clauses, window: Window, sources: str) -> list[Entry]:
    """The entries of all sources in the direction of the window, and one more than it holds; $1 is the workspace."""
    way = _way(window)
    rows = await tx.rows(
        f"""
        with t as (select * from ({sources}) t order by created_at {way}, rank {way} limit {window.limit + 1:d})
        select {_ENTRY} from t {_JOINS} order by t.created_at {way}, t.rank {way}
        """,
        *clauses.values,
    )
    return [_entry(row) for row in rows]


def _way(window: Window) -> str:
    return "asc" if window.backwards else "desc"


def _place(clauses: Clauses, window: Window) -> tuple[str, str] | None:
    """The parameters for where to go on."""
    if window.place is None:
        return None
    try:
        at = datetime.fromisoformat(window.place.value)
    except ValueError:
        raise CursorUnreadable from None
    return clauses.value(at), clauses.value(window.place.id)


def _beside(place: tuple[str, str] | None, window: Window, at: str, rank: str) -> str:
    """The time by itself as well, because an index has it."""
    if place is None:
        return ""
    sign = ">" if window.backwards else "<"
    moment, last = place
    return f"and {at} {sign}= {moment}::timestamptz and ({at}, {rank}) {sign} ({moment}::timestamptz, {last}::bigint)"


def _entry(row: Row) -> Entry:
    by = Author(row["actor_kind"], row["actor_id"], row["external_id"], row["email"])
    return Entry(
        row["number"], row["rank"], row["kind"], by, row["staff"], row["created_at"], row["data"], row["message_id"]
    )
