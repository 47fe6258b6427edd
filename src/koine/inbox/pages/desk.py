"""What stands around every conversation: the rail with its counts, and the list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from koine.core.conversations import queues
from koine.core.conversations.queued import Row
from koine.core.feed import feed
from koine.core.page import Page
from koine.core.views import views
from koine.core.workspaces import furniture
from koine.core.workspaces.furniture import Furniture
from koine.inbox import asking
from koine.inbox.asking import Shown
from koine.inbox.shown import people, rails, rows
from koine.inbox.shown.lists import Filter, Queue
from koine.inbox.shown.rails import Places, Rail
from koine.inbox.visit import Visit
from koine.postgres.database import Tx

_EMPTY = {
    "mine": "Nothing is waiting for you. Enjoy it.",
    "unassigned": "Everything has somebody who looks after it.",
    "all": "Nothing is open.",
    "mentions": "Nobody has mentioned you.",
    "snoozed": "Nothing is put off.",
    "resolved": "Nothing has been resolved yet.",
}


@dataclass(frozen=True, slots=True)
class Desk:
    """The rail, the list, the position in the feed from which news has to be followed, and what the workspace has."""

    rail: Rail
    queue: Queue
    position: int
    furniture: Furniture


async def read(tx: Tx, visit: Visit, shown: Shown, query: Mapping[str, str]) -> Desk:
    """Read all of it. Raises NotFound for a list that is not there, and CursorUnreadable."""
    extent = await feed.extent(tx, visit.here)  # first: what happens from here on is told by the stream
    has = await furniture.of_workspace(tx, visit.here)
    rail = await _rail(tx, visit, shown, has)
    shown = await resolved(tx, visit, shown)
    found = await queues.rows(tx, visit.actor, visit.here, shown.asked, asking.window(query))
    return Desk(rail, _queue(visit, shown, rail, found), extent.last, has)


async def resolved(tx: Tx, visit: Visit, shown: Shown) -> Shown:
    """The list that is asked for, once it is known what a saved view stands for. Raises ViewNotFound."""
    if shown.view is None:
        return shown
    return asking.of_view(shown, (await views.find(tx, visit.actor, visit.here, shown.view)).asked)


async def _rail(tx: Tx, visit: Visit, shown: Shown, has: Furniture) -> Rail:
    here = visit.here
    places = Places(
        has.inboxes,
        has.teams,
        has.tags,
        {each.id: each.name for each in await views.of_workspace(tx, visit.actor, here)},
    )
    counts = await queues.counts(tx, visit.actor, here)
    return rails.of(people.of_author(visit.actor.author), places, counts, shown.slug)


def _queue(visit: Visit, shown: Shown, rail: Rail, found: Page[Row]) -> Queue:
    root = visit.root
    stop = next((each for each in rail.stops if each.slug == shown.slug), None)
    more = asking.place(found.after) if found.after else ""
    return Queue(
        shown.slug,
        stop.label if stop else "Conversations",
        shown.href(root),
        [rows.of(row, root, shown.query()) for row in found.items],
        shown.href(root, after=more) if more else None,
        [
            Filter("All", shown.href(root, unread="", starred=""), not (shown.unread or shown.starred)),
            Filter("Unread only", shown.href(root, unread="" if shown.unread else "1"), shown.unread),
            Filter("Starred only", shown.href(root, starred="" if shown.starred else "1"), shown.starred),
        ],
        [
            Filter(label, shown.href(root, sort="" if sort == "newest" else sort), shown.asked.sort == sort)
            for sort, label in asking.SORTS.items()
        ],
        _EMPTY.get(shown.slug, "Nothing here.")
        if not (shown.unread or shown.starred)
        else "Nothing here is like that.",
        stop.count if stop else "",
        shown.query(),
        shown.asked.sort,
    )
