"""SQL for reading events by position; positions are given by the function `number_events`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from koine.core.actor import Actor
from koine.core.conversations import visibility
from koine.core.feed.model import Doer, Extent, FeedEvent, Ref, Whereabouts
from koine.core.filters import Clauses
from koine.postgres.database import Row, Tx

# Aliases of these columns and joins, for conditions: e event, c its conversation.
_COLUMNS = """
    e.position, e.uuid, e.kind, e.workspace_id, w.uuid as workspace_uuid, e.conversation_id,
    c.uuid as conversation_uuid, e.message_id, m.uuid as message_uuid, e.contact_id, k.uuid as contact_uuid,
    e.actor_kind, e.actor_id, coalesce(u.uuid, ak.uuid) as actor_uuid,
    u.external_id as actor_external_id, e.created_at, e.data, c.inbox_id,
    c.assignee_id, c.team_id
"""
_JOINS = """
    join workspaces w on w.id = e.workspace_id
    left join conversations c on c.workspace_id = e.workspace_id and c.id = e.conversation_id
    left join messages m on m.workspace_id = e.workspace_id and m.id = e.message_id
    left join contacts k on k.workspace_id = e.workspace_id and k.id = e.contact_id
    left join users u on e.actor_kind = 'user' and u.id = e.actor_id
    left join contacts ak on e.actor_kind = 'contact' and ak.workspace_id = e.workspace_id and ak.id = e.actor_id
"""


async def extents(tx: Tx, workspaces: Sequence[int]) -> dict[int, Extent]:
    """How far the feeds of these workspaces go; nothing has happened yet where there is none."""
    rows = await tx.rows(
        "select workspace_id, pruned, last from feeds where workspace_id = any ($1::bigint[])", list(workspaces)
    )
    return {row["workspace_id"]: Extent(row["pruned"], row["last"]) for row in rows}


async def between(
    tx: Tx,
    by: Actor,
    conditions: Clauses,
    workspace_id: int,
    *,
    after: int,
    upto: int,
    limit: int,
    newest: bool = False,
) -> tuple[Extent, list[FeedEvent]]:
    """Events after one position and up to another that the actor may see and that meet conditions on `e` and `c`.

    In order, or the `newest` first.

    The extent of the feed comes with them, from the same snapshot: what is missing was never there, not pruned since.
    """
    _limit(conditions, by, workspace_id)
    order = "desc" if newest else "asc"
    workspace, low, high = (conditions.value(value) for value in (workspace_id, after, upto))
    rows = await tx.rows(
        f"""
        select f.pruned, f.last, e.* from feeds f
          left join lateral (
            select {_COLUMNS} from events e {_JOINS}
             where e.workspace_id = {workspace}::bigint and e.position > {low}::bigint
               and e.position <= {high}::bigint and {conditions.sql}
             order by e.position {order} limit {limit:d}) e on true
         where f.workspace_id = {workspace}::bigint
        """,
        *conditions.values,
    )
    if not rows:
        return Extent(0, 0), []
    return Extent(rows[0]["pruned"], rows[0]["last"]), [_event(row) for row in rows if row["position"] is not None]


async def following(tx: Tx, after: Mapping[int, int], *, each: int) -> list[FeedEvent]:
    """What follows these positions in these workspaces, whoever may see it: up to `each` events of each, in order."""
    rows = await tx.rows(
        f"""
        select e.* from unnest($1::bigint[], $2::bigint[]) as s(workspace_id, position)
         cross join lateral (
            select {_COLUMNS} from events e {_JOINS}
             where e.workspace_id = s.workspace_id and e.position > s.position
             order by e.position limit {each:d}) e
         order by e.workspace_id, e.position
        """,
        list(after),
        list(after.values()),
    )
    return [_event(row) for row in rows]


async def by_row(tx: Tx, workspace_id: int, id: int) -> FeedEvent | None:
    """The event of a row, such as a job names it; None when it has no position yet or is kept no longer."""
    row = await tx.row(
        f"select {_COLUMNS} from events e {_JOINS} where e.workspace_id = $1 and e.id = $2 and e.position is not null",
        workspace_id,
        id,
    )
    return None if row is None else _event(row)


async def forget(tx: Tx, kept: timedelta) -> int:
    """Forget some of what is older, in the workspaces that the transaction sees; how many events those were."""
    rows = await tx.write("select forget_events($1) as forgotten", kept)
    forgotten: int = rows[0]["forgotten"]
    return forgotten


def _limit(conditions: Clauses, by: Actor, workspace_id: int) -> None:
    """Leave out what the actor may not see; `sight.sees` says the same of a single event."""
    if not by.may("contacts:read", workspace_id):
        conditions.add("e.contact_id is null or e.conversation_id is not null")
    if not by.may("conversations:read_all", workspace_id):
        visible = Clauses(*conditions.values)
        visibility.limit(visible, by)
        conditions.values = visible.values
        conditions.add(f"e.conversation_id is null and e.file_id is null or {visible.sql}")


def _event(row: Row) -> FeedEvent:
    conversation = _ref(row["conversation_id"], row["conversation_uuid"])
    return FeedEvent(
        position=row["position"],
        id=row["uuid"],
        kind=row["kind"],
        workspace=Ref(row["workspace_id"], row["workspace_uuid"]),
        conversation=conversation,
        message=_ref(row["message_id"], row["message_uuid"]),
        contact=_ref(row["contact_id"], row["contact_uuid"]),
        actor=Doer(row["actor_kind"], row["actor_id"], row["actor_uuid"], row["actor_external_id"]),
        created_at=row["created_at"],
        data=row["data"],
        whereabouts=None if conversation is None else Whereabouts(row["inbox_id"], row["assignee_id"], row["team_id"]),
    )


def _ref(id: int | None, uuid: object) -> Ref | None:
    return None if id is None or uuid is None else Ref(id, uuid)  # type: ignore[arg-type]
