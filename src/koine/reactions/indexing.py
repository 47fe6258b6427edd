"""Keeping the words of what was said, so that they are found."""

from __future__ import annotations

from koine.core.search import indexing
from koine.reactions.table import Reaction
from koine.reactions.task import Task

AT_ONCE = 250  # events
EACH = 150e-6  # seconds of a core for one of them
_WAITS = (1.0, 5.0, 30.0, *(300.0,) * 10_000)  # never given up: what is wrong is us


async def index(task: Task) -> None:
    """Go on where this has stopped, up to the feed's end."""
    more = True
    while more:
        await task.give_way(AT_ONCE * EACH)
        async with task.database.writing((task.claim.workspace_id,)) as tx:
            more = await indexing.catch_up(tx, task.claim.workspace_id, at_most=AT_ONCE)


REACTION = Reaction(
    indexing.INDEXING, index, ("message.posted", "note.written"), lane="gathered", wanted=True, waits=_WAITS
)
