"""Following the feeds of some workspaces, a line for each event."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from koine.cli import asking
from koine.cli.failing import Failed
from koine.core.accounts import accounts
from koine.core.feed import feed
from koine.core.feed.model import FeedEvent
from koine.core.workspaces import workspaces
from koine.core.workspaces.model import Workspace
from koine.dialects.native import names, wire
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from koine.realtime.hub import Hub
from koine.realtime.listener import TooSlow
from koine.serving import ending
from koine.serving.databases import Reached
from koine.serving.saying import warn
from koine.serving.stopping import Stop


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be followed: `after` None: from now on; `kinds`, `workspace` None: all; `json`: how it is printed."""

    after: int | None
    kinds: Sequence[str] | None
    workspace: int | None
    json: bool

    def __call__(self, event: FeedEvent) -> bool:
        return self.kinds is None or event.kind in self.kinds


async def follow(reached: Reached, wanted: Wanted, stop: Stop) -> None:
    """Print events until we are asked to stop, or the database ends."""
    await asking.ready(reached)
    async with contextlib.AsyncExitStack() as opened:
        database = await Database.open(reached.app, size=2)
        opened.push_async_callback(database.close)
        notices = Notices(reached.app)
        opened.push_async_callback(notices.close)
        await notices.open()
        hub = Hub(database, notices)
        opened.push_async_callback(hub.close)
        hub.open()
        places = await _places(database, wanted.workspace)
        positions: Mapping[int, int] = await _positions(database, places, wanted.after)
        with ending.asked(stop) as over, ending.noticed(reached.pid, over.set):
            printing = Printing(database, places, json=wanted.json)
            warn(f"Following {', '.join(place.name for place in places.values())}. Ctrl-C ends it.")
            while not over.is_set():
                try:
                    await _print(hub, positions, wanted, over, printing)
                except TooSlow as slow:
                    positions = slow.positions


async def _print(
    hub: Hub, positions: Mapping[int, int], wanted: Wanted, over: asyncio.Event, printing: Printing
) -> None:
    """Raises TooSlow when our reader is."""
    async with hub.listen(positions, wanted) as listener:
        waiting = asyncio.create_task(over.wait())
        waiting.add_done_callback(lambda _: listener.end())
        try:
            async for event in listener:
                if over.is_set():
                    break
                await printing.show(event)
        finally:
            waiting.cancel()


class Printing:
    """How events are printed."""

    def __init__(self, database: Database, places: Mapping[int, Workspace], *, json: bool) -> None:
        self._database = database
        self._places = places
        self._json = json
        self._names = names.of(database)

    async def show(self, event: FeedEvent) -> None:
        """Print a line."""
        account_id = self._places[event.workspace.id].account_id
        shown = wire.event(event, await self._names.told(self._database, account_id, event))
        print(json.dumps(shown) if self._json else _line(event.workspace.id, shown), flush=True)


def _line(workspace_id: int, shown: dict[str, Any]) -> str:
    ids = [f"{what} {shown[f'{what}_id']}" for what in ("conversation", "message") if f"{what}_id" in shown]
    actor = " ".join(filter(None, (shown["actor"]["kind"], shown["actor"]["id"])))
    place = f"workspace {workspace_id}"
    return "  ".join(
        (shown["created_at"], place, f"{shown['position']:>6}", f"{shown['kind']:<28}", *ids, f"by {actor}")
    )


async def _places(database: Database, id: int | None) -> dict[int, Workspace]:
    async with database.reading(()) as tx:
        there = [it for account in await accounts.every(tx) for it in await workspaces.find(tx, account.id)]
    chosen = {workspace.id: workspace for workspace in there if id in (None, workspace.id)}
    if not chosen:
        raise Failed("There is no workspace yet." if id is None else f"There is no workspace {id}.")
    return chosen


async def _positions(database: Database, places: Mapping[int, Workspace], after: int | None) -> dict[int, int]:
    """Where to begin in each workspace: as far back as was asked for and is kept; or at the end."""
    positions = {}
    async with database.reading(tuple(sorted(places))) as tx:
        for id, workspace in places.items():
            extent = await feed.extent(tx, id)
            if after is not None and after < extent.pruned:
                warn(f"What happened in {workspace.name} up to position {extent.pruned} is kept no longer.")
            positions[id] = extent.last if after is None else min(max(after, extent.pruned), extent.last)
    return positions
