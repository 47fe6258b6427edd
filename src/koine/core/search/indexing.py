"""Keeping the words of messages where they are found: behind what is written, in the order of the feed."""

from __future__ import annotations

from koine.core.feed import feed
from koine.core.jobs import gathering, jobs
from koine.core.search import store
from koine.postgres.database import Tx

INDEXING = "search"  # the reaction that does this


async def follow(tx: Tx, workspace_id: int) -> None:
    """From now on the words of a workspace are kept: it has just been founded."""
    await jobs.want(tx, workspace_id, INDEXING)


async def catch_up(tx: Tx, workspace_id: int, *, at_most: int) -> bool:
    """Keep the words of what was said since this was last done, in so many events; whether there is more."""
    done = await gathering.begin(tx, workspace_id, INDEXING)
    if done is None:
        return False
    extent = await feed.extent(tx, workspace_id)
    after = max(done, extent.pruned)
    upto = min(after + at_most, extent.last)
    if upto <= after:
        return False
    await store.index(tx, workspace_id, after, upto)
    await gathering.reached(tx, workspace_id, INDEXING, upto)
    return upto < extent.last
