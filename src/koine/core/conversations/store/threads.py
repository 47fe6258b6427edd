"""The conversation that stands for a contact, where a way in knows only one."""

from __future__ import annotations

from uuid import UUID

from koine.core.actor import Actor
from koine.core.conversations import visibility
from koine.core.conversations.model import Standing, Thread
from koine.core.filters import Clauses
from koine.postgres.database import Row, Tx
from koine.postgres.together import Rowwise

_COLUMNS = """
    c.workspace_id, c.id, c.uuid, k.uuid as contact, u.uuid as assignee, i.channel, c.resolved, c.starred,
    c.unread_count, c.created_at, c.updated_at, c.last_message_at, c.deleted_at is not null as deleted,
    c.last_message_channel
"""

_JOINS = """
    join contacts k on k.workspace_id = c.workspace_id and k.id = c.contact_id
    left join users u on u.id = c.assignee_id
    left join inboxes i on i.workspace_id = c.workspace_id and i.id = c.inbox_id
"""

# Two orders of their own, so that neither sorts all that a contact ever wrote.
_STANDING = """
select g.ord, k.id as contact_id, t.id, t.uuid, coalesce(t.deleted, false) as deleted
  from {given} join contacts k on k.workspace_id = g.workspace_id and k.uuid = g.contact and k.deleted_at is null
  left join lateral (
       (select c.id, c.uuid, false as deleted from conversations c
         where c.workspace_id = g.workspace_id and c.contact_id = k.id and c.deleted_at is null
         order by c.last_message_at desc, c.id desc limit 1)
       union all
       (select c.id, c.uuid, true as deleted from conversations c
         where c.workspace_id = g.workspace_id and c.contact_id = k.id and c.continuous and c.deleted_at is not null)
       order by deleted limit 1) t on true
"""
_STANDINGS = Rowwise(
    one=_STANDING.format(given="(select 1::bigint as ord, $1::bigint as workspace_id, $2::uuid as contact) g"),
    many=_STANDING.format(
        given="unnest($1::bigint[], $2::uuid[]) with ordinality as g(workspace_id, contact, ord)",
    ),
)


async def standing(tx: Tx, workspace_id: int, contact: UUID) -> Standing | None:
    """The contact with their newest conversation of whatever origin, or failing that the continuous one in the bin."""
    (row,) = await tx.read_each(_STANDINGS, [(workspace_id, contact)])
    return None if row is None else Standing(contact, *row[1:])


async def by_id(tx: Tx, workspace_id: int, id: int) -> Thread:
    """The thread with this id, which is there."""
    rows = await tx.rows(
        "select " + _COLUMNS + " from conversations c " + _JOINS + " where c.workspace_id = $1 and c.id = $2",
        workspace_id,
        id,
    )
    return _thread(rows[0])


async def find(tx: Tx, by: Actor, uuid: UUID) -> Thread | None:
    """The thread that the actor may see by this uuid, also in the bin; a conversation without a contact is none."""
    clauses = Clauses()
    visibility.limit(clauses, by)
    clauses.add("c.uuid = ?::uuid", uuid)
    row = await tx.row(f"select {_COLUMNS} from conversations c {_JOINS} where {clauses.sql}", *clauses.values)
    return None if row is None else _thread(row)


async def revive(tx: Tx, workspace_id: int, id: int) -> bool:
    """Take a conversation out of the bin; False when somebody else was quicker."""
    rows = await tx.write(
        """
        update conversations set deleted_at = null, updated_at = now()
         where workspace_id = $1 and id = $2 and deleted_at is not null returning id
        """,
        workspace_id,
        id,
    )
    return bool(rows)


def _thread(row: Row) -> Thread:
    return Thread(*row.values())
