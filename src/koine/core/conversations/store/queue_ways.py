"""What a desk's list keeps, and along which indexes it goes: fragments over the conversation `c`.

$1 is the workspace, $2 and $3 are the reader, $4 is the reader as a member (null for an app).
"""

from __future__ import annotations

from collections.abc import Sequence

from koine.core.actor import Actor
from koine.core.conversations import visibility
from koine.core.conversations.queued import Asked, Filters, Queue, QueueKind
from koine.core.filters import Clauses

NO_ROW = -1  # what no id is
FEW = 2000  # rows; where a condition keeps more, the list goes along its order instead

_OPEN = "not c.resolved and c.snoozed_until is null"

# What a queue holds unless a filter says something else.
_STATES: dict[QueueKind, str] = {
    "mine": _OPEN,
    "unassigned": _OPEN,
    "all": _OPEN,
    "mentions": "not c.resolved",
    "snoozed": "not c.resolved and c.snoozed_until is not null",
    "resolved": "c.resolved",
    "inbox": _OPEN,
    "team": _OPEN,
    "tag": _OPEN,
}

_READ = """coalesce((select r.read from read_marks r where r.workspace_id = c.workspace_id and r.conversation_id = c.id
    and r.reader_kind = $2::text and r.reader_id = $3::bigint and r.message_id >= coalesce(c.last_message_id, 0)),
    c.last_message_author_kind = $2::text and c.last_message_author_id is not distinct from $3::bigint)"""

# Of somebody who does not see everything: what they have, what nobody has, and what others of their teams have. The
# condition of visibility stands beside these; they only say along which indexes to look.
_THEIRS = (
    "c.assignee_id = $4::bigint",
    "c.assignee_id is null",
)
_OTHERS_OF_TEAMS = "c.assignee_id is not null and c.assignee_id <> $4::bigint"


# How to find a list's rows: its sides and its parts, each a condition, which together keep everything once; one more
# part, if there is one, in which the conversation's team is the reader's `m.team_id`; and a select of ids that may be
# all there are. A tuple: tests/rules follow through it that no word from outside gets into a statement.
Ways = tuple[Sequence[str], Sequence[str], str | None, str | None]


def start(by: Actor, workspace_id: int) -> Clauses:
    """The first four values, and the condition under which the reader sees a conversation."""
    clauses = Clauses(workspace_id, by.kind, by.id, by.id if by.kind == "user" else None)
    if not _whole(by, workspace_id):
        visibility.limit(clauses, by)
    return clauses


def ways(clauses: Clauses, by: Actor, workspace_id: int, asked: Asked) -> Ways:
    """Add every condition of a list, and say along which ways it goes."""
    filters = asked.filters
    side = _state(clauses, asked)
    few = _queue(clauses, asked.queue)
    few = _few(clauses, filters) or few
    _plain(clauses, filters)
    _nullable(clauses, by, filters)
    _times(clauses, filters)
    sides = [side] if side else ["c.resolved", "not c.resolved"]
    drive = _drive(clauses, asked.queue)
    if drive is not None:
        return sides, [drive], None, few
    if _whole(by, workspace_id):
        return sides, ["true"], None, few
    return sides, _THEIRS, _OTHERS_OF_TEAMS, few


def _whole(by: Actor, workspace_id: int) -> bool:
    return by.may("conversations:read", workspace_id) and by.may("conversations:read_all", workspace_id)


def _state(clauses: Clauses, asked: Asked) -> str | None:
    """Add what the queue holds; the side on which all of it is, if there is one."""
    filters = asked.filters
    if filters.categories:
        clauses.add(
            "c.status_id in (select s.id from statuses s where s.workspace_id = $1 and s.category = any (?::text[]))",
            list(filters.categories),
        )
        if "resolved" not in filters.categories:
            return "not c.resolved"
        return "c.resolved" if set(filters.categories) == {"resolved"} else None
    if filters.statuses:
        return None
    clauses.add(_STATES[asked.queue.kind])
    return "c.resolved" if asked.queue.kind == "resolved" else "not c.resolved"


def _queue(clauses: Clauses, queue: Queue) -> str | None:
    if queue.kind == "mentions":
        clauses.add(
            "coalesce((select true from mentions m where m.workspace_id = c.workspace_id and m.conversation_id = c.id"
            " and m.user_id = $4::bigint limit 1), false)"
        )
        return "select distinct m.conversation_id as id from mentions m where m.workspace_id = $1 and m.user_id = $4"
    return _tags(clauses, [queue.id or 0]) if queue.kind == "tag" else None


def _drive(clauses: Clauses, queue: Queue) -> str | None:
    """The condition that an index of its own answers."""
    match queue.kind:
        case "mine":
            return "c.assignee_id = $4::bigint"
        case "unassigned":
            return "c.assignee_id is null"
        case "inbox":
            return f"c.inbox_id = {clauses.value(queue.id)}::bigint"
        case "team":
            return f"c.team_id = {clauses.value(queue.id)}::bigint"
    return None


def _few(clauses: Clauses, filters: Filters) -> str | None:
    """Conditions that likely keep only a few; a select of ids for one of them."""
    few = None
    if filters.tags:
        few = _tags(clauses, filters.tags)
    if filters.entities:
        given = clauses.value(list(filters.entities))
        clauses.add(
            f"coalesce((select true from conversation_entities e where e.workspace_id = c.workspace_id"
            f" and e.conversation_id = c.id and e.entity = any ({given}::text[]) limit 1), false)"
        )
        few = (
            f"select distinct e.conversation_id as id from conversation_entities e"
            f" where e.workspace_id = $1 and e.entity = any ({given}::text[])"
        )
    if filters.contact_id is not None:
        given = clauses.value(filters.contact_id)
        clauses.add(f"c.contact_id = {given}::bigint")
        few = f"select o.id from conversations o where o.workspace_id = $1 and o.contact_id = {given}::bigint"
    return few


def _tags(clauses: Clauses, tags: Sequence[int]) -> str:
    given = clauses.value(list(tags))
    clauses.add(
        f"coalesce((select true from conversation_tags l where l.workspace_id = c.workspace_id"
        f" and l.conversation_id = c.id and l.tag_id = any ({given}::bigint[]) limit 1), false)"
    )
    return (
        f"select distinct l.conversation_id as id from conversation_tags l"
        f" where l.workspace_id = $1 and l.tag_id = any ({given}::bigint[])"
    )


def _plain(clauses: Clauses, filters: Filters) -> None:
    if filters.statuses:
        clauses.add("c.status_id = any (?::bigint[])", list(filters.statuses))
    if filters.inboxes:
        clauses.add("c.inbox_id = any (?::bigint[])", list(filters.inboxes))
    if filters.origins:
        clauses.add("c.origin = any (?::text[])", list(filters.origins))
    if filters.channels:
        clauses.add("c.last_message_channel = any (?::text[])", list(filters.channels))
    if filters.starred is not None:
        clauses.add("c.starred" if filters.starred else "not c.starred")
    if filters.unread is not None:
        clauses.add(f"not {_READ}" if filters.unread else _READ)


_NULLABLE = {"assignees": "c.assignee_id", "teams": "c.team_id", "priorities": "c.priority_id"}


def _nullable(clauses: Clauses, by: Actor, filters: Filters) -> None:
    """Those that may be nobody's, or none."""
    me = by.id if by.kind == "user" and by.id is not None else NO_ROW
    for name, column in _NULLABLE.items():
        wanted: Sequence[int | str | None] = getattr(filters, name)
        some = [me if id == "me" else id for id in wanted if id is not None]
        if some and len(some) < len(wanted):
            clauses.add(f"({column} = any (?::bigint[]) or {column} is null)", some)
        elif some:
            clauses.add(f"{column} = any (?::bigint[])", some)
        elif wanted:
            clauses.add(f"{column} is null")


def _times(clauses: Clauses, filters: Filters) -> None:
    if filters.since is not None:
        clauses.add("c.last_message_at >= ?::timestamptz", filters.since)
    if filters.until is not None:
        clauses.add("c.last_message_at < ?::timestamptz", filters.until)
