"""How many conversations with contacts there are, by facet: kept by triggers, added up here."""

from __future__ import annotations

from dataclasses import dataclass

from koine.core.actor import Actor
from koine.core.conversations.sought import Sought
from koine.postgres.database import Tx


@dataclass(frozen=True, slots=True)
class Counted:
    """How many there are of a facet, and how many of them belong to the assignees that are sought."""

    name: str
    all: int
    theirs: int


# Once with nobody in particular, which is most of the time.
_ALL = """
select facet, sum(n)::bigint, 0::bigint from tallies
 where workspace_id = $1 and counted = 'conversations' group by facet
"""

_THEIRS = """
select facet, sum(n)::bigint,
       coalesce(sum(n) filter (where assignee_id in (
           select u.id from users u where u.account_id = $2 and u.uuid = any ($3::uuid[]))
           or $4::boolean and assignee_id is null), 0)::bigint
  from tallies where workspace_id = $1 and counted = 'conversations' group by facet
"""


async def of(tx: Tx, by: Actor, workspace_id: int, sought: Sought) -> list[Counted]:
    """Every facet of a workspace."""
    if sought.assignees is None:
        rows = await tx.rows(_ALL, workspace_id)
    else:
        rows = await tx.rows(_THEIRS, workspace_id, by.account_id, list(sought.assignees), sought.unassigned)
    return [Counted(*row) for row in rows]
