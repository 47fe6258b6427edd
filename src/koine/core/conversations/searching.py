"""Searching the conversations of a workspace's contacts, and knowing how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from koine.core.actor import Actor
from koine.core.conversations import visibility
from koine.core.conversations.sought import Facet, Sought, Talk
from koine.core.conversations.store import searching, tallies
from koine.core.errors import ConversationNotFound
from koine.postgres.database import Tx

MOST_FACETS = 48  # each costs a look into the index; where more are met, the list goes along the order of all


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a search. `total` counts all pages; where `whole` is False that took too long, and it is a least."""

    talks: Sequence[Talk]
    total: int
    whole: bool = True


async def search(tx: Tx, by: Actor, workspace_id: int, sought: Sought) -> Found:
    """A page of the conversations with contacts that the actor may see, without deleted ones; two statements at most.

    Raises PermissionMissing.
    """
    by.must("conversations:read", workspace_id)
    if sought.tallied and visibility.whole(by):
        return await _tallied(tx, by, workspace_id, sought)
    talks = await searching.top(tx, by, workspace_id, sought)
    if sought.after is None and len(talks) < sought.limit:
        return Found(talks, len(talks))
    total = await searching.count(tx, by, workspace_id, sought)
    return Found(talks, len(talks) if total is None else total, whole=total is not None)


async def one(tx: Tx, by: Actor, workspace_id: int, uuid: UUID) -> Talk:
    """The conversation with this uuid, also in the bin. Raises ConversationNotFound as `finding.thread` does."""
    by.must("conversations:read", workspace_id)
    found = await searching.one(tx, by, workspace_id, uuid)
    if found is None:
        raise ConversationNotFound
    return found


async def _tallied(tx: Tx, by: Actor, workspace_id: int, sought: Sought) -> Found:
    """Counted first: how many there are of what says by which index to go, and whether to go at all.

    Of what everything meets, that is known without.
    """
    if sought.of_all:
        talks, everything = await searching.everything(tx, by, workspace_id, sought)
        if everything is not None:
            return Found(talks, everything)
    counted = await tallies.of(tx, by, workspace_id, sought)
    met = [facet for facet in counted if sought.meets(Facet.read(facet.name))]
    by_person = sought.assignees is not None
    total = sum(facet.theirs if by_person else facet.all for facet in met)
    if total <= 0:
        return Found([], 0)
    way = [facet.name for facet in met if facet.all > 0] if _thin(sought, counted, met) else None
    return Found(await searching.top(tx, by, workspace_id, sought, facets=way, total=total), total)


def _thin(sought: Sought, counted: Sequence[tallies.Counted], met: Sequence[tallies.Counted]) -> bool:
    """Whether to go along the facets that are met rather than along all there is, or all that somebody has."""
    if not sought.faceted or len(met) > MOST_FACETS:
        return False
    if sought.assignees is None or sought.unassigned:
        return True
    return sum(facet.all for facet in met) < sum(facet.theirs for facet in counted)
