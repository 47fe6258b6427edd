"""What stands around every conversation: the rail with its counts, and the list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from koine.core.conversations import queues
from koine.core.feed import feed
from koine.core.search import search
from koine.core.views import views
from koine.inbox import asking
from koine.inbox.asking import Shown
from koine.inbox.shown import bulks, furniture, narrowed, people, rails, rows
from koine.inbox.shown.furniture import Furniture
from koine.inbox.shown.lists import Queue
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
    """The rail and the list, the position in the feed from which news has to be followed, and what there is to choose
    from.
    """

    rail: Rail
    queue: Queue
    position: int
    has: Furniture


async def read(tx: Tx, visit: Visit, shown: Shown, query: Mapping[str, str]) -> Desk:
    """Read all of it. Raises NotFound for a list that is not there, and CursorUnreadable."""
    extent = await feed.extent(tx, visit.here)  # first: what happens from here on is told by the stream
    has = await furniture.read(tx, visit)
    rail = await _rail(tx, visit, shown, has)
    shown = await resolved(tx, visit, shown)
    if shown.slug == asking.SEARCH:
        found, more = await _sought(tx, visit, shown), ""
    else:
        page = await queues.rows(tx, visit.actor, visit.here, shown.asked, asking.window(query))
        found = [rows.of(row, visit.root, shown.query()) for row in page.items]
        more = asking.place(page.after) if page.after else ""
    return Desk(rail, _queue(visit, shown, rail, found, more, has), extent.last, has)


async def resolved(tx: Tx, visit: Visit, shown: Shown) -> Shown:
    """The list that is asked for, once it is known what a saved view stands for. Raises ViewNotFound."""
    saved = None if shown.view is None else (await views.find(tx, visit.actor, visit.here, shown.view)).asked
    return asking.settled(shown, visit.zone, saved)


async def _sought(tx: Tx, visit: Visit, shown: Shown) -> list[rows.Row]:
    hits = await search.find(tx, visit.actor, visit.here, shown.words, shown.asked.filters)
    return [
        replace(rows.of(hit.row, visit.root, shown.query()), excerpt=[(each.text, each.found) for each in hit.excerpt])
        for hit in hits
    ]


async def _rail(tx: Tx, visit: Visit, shown: Shown, has: Furniture) -> Rail:
    places = Places(
        has.inboxes,
        {int(each.value): each.label for each in has.teams},
        {int(each.value): each.label for each in has.tags},
        {each.id: each.name for each in has.views},
    )
    counts = await queues.counts(tx, visit.actor, visit.here)
    rail = rails.of(people.of_author(visit.actor.author), places, counts, shown.slug)
    return replace(rail, sought=shown.words, kept=shown.pairs)


def _queue(visit: Visit, shown: Shown, rail: Rail, found: list[rows.Row], more: str, has: Furniture) -> Queue:
    stop = next((each for each in rail.stops if each.slug == shown.slug), None)
    bar = narrowed.bar(visit, shown, has)
    return Queue(
        shown.slug,
        "Search" if shown.slug == asking.SEARCH else stop.label if stop else "Conversations",
        shown.href(visit.root),
        found,
        shown.href(visit.root, after=more) if more else None,
        bar,
        _empty(shown),
        (str(len(found)) if shown.slug == asking.SEARCH and found else "") or (stop.count if stop else ""),
        shown.query(),
        shown.asked.sort,
        bulks.of(visit, has),
        visit.may("conversations:write"),
    )


def _empty(shown: Shown) -> str:
    if shown.slug == asking.SEARCH:
        return f"Nothing was found for “{shown.words}”." if shown.words else "Say what you look for."
    if shown.pairs:
        return "Nothing here is like that."
    return _EMPTY.get(shown.slug, "Nothing here.")
