"""How many there are in each queue, in one statement that counts no further than it is asked."""

from __future__ import annotations

from koine.core.actor import Actor
from koine.core.conversations.queued import UNCOUNTED, Asked, Counts, Queue, QueueKind
from koine.core.conversations.store import queue_ways
from koine.core.filters import Clauses
from koine.postgres.database import Tx

_COUNTED: tuple[QueueKind, ...] = ("mine", "unassigned", "all", "mentions", "snoozed")

# For whoever sees only a part of what others have, counting that part of each place could mean to look at all of it.
_OWN = "x.id in (select m.team_id from team_members m where m.workspace_id = $1 and m.user_id = $4::bigint)"


async def counts(tx: Tx, by: Actor, workspace_id: int) -> Counts:
    """How many of each the actor may see."""
    clauses = queue_ways.start(by, workspace_id)
    seen = clauses.sql
    counted = [_queue(clauses, by, workspace_id, Queue(kind)) for kind in _COUNTED]
    whole = by.may("conversations:read_all", workspace_id)
    of_inboxes = _of_each("inboxes", "c.inbox_id = x.id", seen, "true" if whole else "false")
    of_teams = _of_each("teams", "c.team_id = x.id", seen, "true" if whole else _OWN)
    reader = "(select $2::text, $3::bigint) as reader"  # no queue of the rail asks for them, but a statement must
    row = await tx.row(f"select {', '.join(counted)}, {of_inboxes}, {of_teams} from {reader}", *clauses.values)
    if row is None:
        raise LookupError("a statement without a table gives a row")
    mine, unassigned, all, mentions, snoozed, inboxes, teams = row
    return Counts(mine, unassigned, all, mentions, snoozed, _by_id(inboxes), _by_id(teams))


def _queue(clauses: Clauses, by: Actor, workspace_id: int, queue: Queue) -> str:
    """A number: each way gives no more than is counted."""
    own = queue_ways.start(by, workspace_id)
    ways = queue_ways.ways(own, by, workspace_id, Asked(queue))
    if len(own.values) > len(queue_ways.start(by, workspace_id).values):
        raise ValueError("a queue of the rail has no values of its own")
    keeps = f"c.workspace_id = $1 and c.deleted_at is null and {own.sql}"
    _, along, of_teams, few = ways
    if few is not None:
        found = f"""select 1 from (select f.id from ({few}) f limit {UNCOUNTED:d}) f cross join lateral (
                select 1 from conversations c where c.id = f.id and {keeps} limit 1) c"""
        return f"(select count(*) from ({found}) c)"
    parts = [f"(select 1 from conversations c where {part} and {keeps} limit {UNCOUNTED:d})" for part in along]
    if of_teams is not None:
        parts.append(
            f"""(select 1 from team_members m join conversations c on c.team_id = m.team_id and {of_teams}
                  where m.workspace_id = $1 and m.user_id = $4::bigint and {keeps} limit {UNCOUNTED:d})"""
        )
    return f"(select count(*) from (select 1 from ({' union all '.join(parts)}) c limit {UNCOUNTED:d}) c)"


def _of_each(table: str, part: str, seen: str, among: str) -> str:
    return f"""(select jsonb_object_agg(x.id, (
        select count(*) from (
            select 1 from conversations c
             where c.workspace_id = $1 and {part} and not c.resolved and c.snoozed_until is null
               and c.deleted_at is null and {seen} limit {UNCOUNTED:d}) c))
      from {table} x where x.workspace_id = $1 and x.deleted_at is null and {among})"""


def _by_id(counted: dict[str, int] | None) -> dict[int, int]:
    return {int(id): number for id, number in (counted or {}).items()}
