"""Who else looks at the conversation that a page has open: for as long as the page's stream flows."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from koine.core.conversations import finding
from koine.core.errors import ConversationNotFound, PermissionMissing
from koine.inbox import operations, render
from koine.inbox.operations import Operation
from koine.inbox.runtime import Runtime
from koine.inbox.shown import people
from koine.inbox.visit import Visit
from koine.realtime.presence import Place


class Company:
    """The others at one conversation. `stirred` is set when there is news of them."""

    def __init__(self, number: int, place: Place) -> None:
        self.stirred = asyncio.Event()
        self._number = number
        self._place = place

    async def told(self, runtime: Runtime, visit: Visit) -> list[Operation]:
        """Who is there now; nothing for somebody who may not see the conversation any more."""
        self.stirred.clear()
        if not await _sees(runtime, visit, self._number):
            return []
        watchers = people.present(runtime.presence.at(self._place, but=visit.actor.id))
        return [operations.replace("watchers", render.partial(visit, "_watchers.html", watchers=watchers))]


@contextlib.asynccontextmanager
async def looking(runtime: Runtime, visit: Visit, number: int | None) -> AsyncIterator[Company]:
    """The visitor looks at a conversation, and others are shown that they do; at none, or at one that they may not see,
    they have no company.
    """
    id = None if number is None else await _sees(runtime, visit, number)
    company = Company(number or 0, (visit.here, id or 0))
    if id is None or visit.actor.id is None:
        yield company
        return
    with runtime.presence.looking((visit.here, id), visit.actor.id, name(visit), company.stirred.set):
        company.stirred.set()  # who was there before
        yield company


def name(visit: Visit) -> str:
    """What others read of the visitor."""
    return people.of_author(visit.actor.author).name


async def _sees(runtime: Runtime, visit: Visit, number: int) -> int | None:
    """The id of a conversation, as far as the visitor may see it."""
    try:
        async with runtime.database.reading((visit.here,)) as tx:
            return (await finding.by_number(tx, visit.actor, visit.here, number)).id
    except (ConversationNotFound, PermissionMissing):
        return None
