"""Reading what has happened in a workspace, from a position that the reader remembers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from koine.core.actor import Actor
from koine.core.errors import PositionAhead, PositionGone
from koine.core.feed import store
from koine.core.feed.model import Extent, FeedPage
from koine.core.filters import Clauses
from koine.postgres.database import Tx

# Positions that one page looks through, so that a filter which few events pass costs no more than others.
LOOKED_THROUGH = 10_000


async def page(
    tx: Tx,
    by: Actor,
    workspace_id: int,
    after: int,
    *,
    kinds: Collection[str] | None = None,
    conversation_id: int | None = None,
    inbox_id: int | None = None,
    limit: int,
) -> FeedPage:
    """What the actor may see of what happened after a position, in order; 0 is before everything.

    A page may hold fewer events than there is room for, or none, and say that there is more: it has looked through its
    share. Raises PermissionMissing, PositionGone for a position that is older than what is kept, and PositionAhead.
    """
    by.must("conversations:read", workspace_id)
    upto = min(after + LOOKED_THROUGH, 2**63 - 1)
    wanted = _wanted(kinds, conversation_id, inbox_id)
    extent, events = await store.between(tx, by, wanted, workspace_id, after=after, upto=upto, limit=limit + 1)
    check(extent, after)
    if len(events) > limit:
        return FeedPage(events[:limit], events[limit - 1].position, more=True)
    upto = min(upto, extent.last)
    return FeedPage(events, upto, more=upto < extent.last)


async def latest(
    tx: Tx,
    by: Actor,
    workspace_id: int,
    before: int | None = None,
    *,
    kinds: Collection[str] | None = None,
    limit: int,
) -> FeedPage:
    """What the actor may see of what happened before a position, or until now, the newest first.

    `next` of the page is the position to go on before; it too may hold fewer than there is room for. Raises
    PermissionMissing.
    """
    by.must("conversations:read", workspace_id)
    upto = (await extent(tx, workspace_id)).last if before is None else before - 1
    after = max(upto - LOOKED_THROUGH, 0)
    reach, events = await store.between(
        tx, by, _wanted(kinds, None, None), workspace_id, after=after, upto=upto, limit=limit + 1, newest=True
    )
    if len(events) > limit:
        return FeedPage(events[:limit], events[limit - 1].position, more=True)
    return FeedPage(events, after + 1, more=after > reach.pruned)


async def oldest(tx: Tx, workspace_id: int) -> int:
    """The lowest position that can still be asked after: what follows it is all there."""
    return (await extent(tx, workspace_id)).pruned


async def extent(tx: Tx, workspace_id: int) -> Extent:
    """How far the feed of a workspace goes."""
    return (await store.extents(tx, [workspace_id])).get(workspace_id, Extent(0, 0))


def check(extent: Extent, after: int) -> None:
    """Raise PositionGone or PositionAhead when a feed cannot be read on after a position."""
    if after < extent.pruned:
        raise PositionGone(extent.pruned)
    if after > extent.last:
        raise PositionAhead


def check_next(after: int, position: int) -> None:
    """Raise PositionGone when something is missing between two events: positions have no gaps, so it was forgotten."""
    if position > after + 1:
        raise PositionGone(position - 1)


async def forget(tx: Tx, kept: timedelta) -> int:
    """Forget some of what is older, in the workspaces that the transaction sees; how many events those were."""
    return await store.forget(tx, kept)


def _wanted(kinds: Collection[str] | None, conversation_id: int | None, inbox_id: int | None) -> Clauses:
    wanted = Clauses()
    if kinds is not None:
        wanted.add("e.kind = any (?::text[])", list(kinds))
    if conversation_id is not None:
        wanted.add("e.conversation_id = ?::bigint", conversation_id)
    if inbox_id is not None:
        wanted.add("c.inbox_id = ?::bigint", inbox_id)
    return wanted
