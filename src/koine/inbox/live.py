"""What has to change on an open page when something has happened: the same partials, drawn for the one who looks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from koine.core.conversations import finding, panel, queues, timeline
from koine.core.conversations.queued import Row
from koine.core.errors import ConversationNotFound
from koine.core.page import Window
from koine.core.users import agents
from koine.core.workspaces import furniture
from koine.inbox import asking, operations, render
from koine.inbox.asking import Shown
from koine.inbox.operations import REFRESH, Operation
from koine.inbox.pages import reading
from koine.inbox.runtime import Runtime
from koine.inbox.shown import rails, rows, sides, talk
from koine.inbox.visit import Visit
from koine.postgres.database import Tx

TAIL = 50  # entries that a page may have missed before it is fetched anew


@dataclass(frozen=True, slots=True)
class View:
    """What somebody has before them: a list, and the conversation that is open (by number; None: none), of which they
    have every entry up to `entry`.
    """

    shown: Shown
    number: int | None = None
    entry: int = 0


async def changed(
    runtime: Runtime, tx: Tx, visit: Visit, view: View, ids: Collection[int], *, entries: Collection[int] = ()
) -> list[Operation]:
    """What to do about these conversations having changed, and these `entries` of the one that is open."""
    found = await queues.those(tx, visit.actor, visit.here, list(ids))
    kept = await _kept(tx, visit, view.shown, found)
    told = [_row(visit, view, id, found.get(id), kept) for id in ids]
    if any(row.number == view.number for row in found.values()):
        told += await _opened(runtime, tx, visit, view, entries)
    return told + await counted(tx, visit)


async def counted(tx: Tx, visit: Visit) -> list[Operation]:
    """The counts of the rail."""
    counts = await queues.counts(tx, visit.actor, visit.here)
    told = {slug: getattr(counts, slug) for slug, _, _ in rails.QUEUES if slug != "resolved"}
    for kind, numbers in (("inbox", counts.inboxes), ("team", counts.teams)):
        told |= {f"{kind}/{id}": count for id, count in numbers.items()}
    return [
        operations.replace(
            f"count-{slug.replace('/', '-')}", render.partial(visit, "_count.html", slug=slug, count=rails.said(count))
        )
        for slug, count in told.items()
    ]


def _row(visit: Visit, view: View, id: int, row: Row | None, kept: Collection[int]) -> Operation:
    if row is None:
        return operations.remove(f"row-{id}")
    chosen = row.number == view.number
    html = render.partial(visit, "_conversation.html", row=rows.of(row, visit.root, view.shown.query()), chosen=chosen)
    if id in kept:
        return operations.prepend("rows", html)
    # What was found stays found; what is open stays beside where it is open.
    stays = chosen or view.shown.slug == asking.SEARCH
    return operations.replace(f"row-{id}", html) if stays else operations.remove(f"row-{id}")


async def _kept(tx: Tx, visit: Visit, shown: Shown, found: Mapping[int, Row]) -> Collection[int]:
    """Those that belong to the list; a search gets nothing that it has not found."""
    if shown.slug == asking.SEARCH:
        return ()
    if shown.narrowed:
        return await queues.among(tx, visit.actor, visit.here, shown.asked, list(found)) if found else ()
    return {id for id, row in found.items() if shown.asked.queue in queues.standing_in(row, visit.actor)}


async def _opened(runtime: Runtime, tx: Tx, visit: Visit, view: View, changed: Collection[int]) -> list[Operation]:
    """Its head, what is beside it, and what is new in it."""
    try:
        conversation = await finding.by_number(tx, visit.actor, visit.here, view.number or 0)
    except ConversationNotFound:
        return [REFRESH]
    people = await agents.of_workspace(tx, visit.here)
    beside = await panel.of(tx, visit.actor, conversation)
    setting = reading.setting_of(runtime, visit, conversation, people)
    found = await timeline.latest(tx, visit.actor, conversation, Window(TAIL))
    new = [entry for entry in found.items if entry.message.id > view.entry]
    if len(new) == TAIL:
        return [REFRESH]
    bubbles = talk.bubbles(talk.newest_last(found.items), setting)
    drawn = [bubble for bubble in bubbles if bubble.id > view.entry or bubble.id in changed]
    thread = reading.head(visit, conversation, beside, setting, people, view.shown)
    thread = replace(thread, bubbles=drawn)
    has = await furniture.of_workspace(tx, visit.here)
    side = sides.of(visit, conversation, beside, people, has, thread.href, view.shown.query())
    told = [
        operations.replace("thread-bar", render.partial(visit, "_thread_bar.html", thread=thread)),
        operations.replace("side-content", render.partial(visit, "_side_content.html", side=side)),
    ]
    if drawn:
        told.insert(0, operations.append("messages", render.partial(visit, "_bubbles.html", thread=thread)))
    return told
