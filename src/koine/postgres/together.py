"""Statements about one row each that come while others of their kind are under way, and then travel as one.

A statement costs far more than a row of it: parsing, planning, locks, triggers, the wait for the disk. So whoever comes
first goes at once and alone, as ever; whoever comes meanwhile waits for one of those to come back, and all who wait
then go together. Nobody waits for company (docs/decisions/0018-together.md).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import asyncpg

from koine.postgres.pool import Workspaces

MOST = 64  # rows that travel together
LATE = 0.05  # seconds after which a statement is waited for no longer: something that somebody holds keeps it
AT_MOST = 4  # statements of one kind under way, late ones included
APART = 2  # statements at once for those who could not travel together
PATIENCE = 2.0  # seconds for what is under way at the end

Values = tuple[Any, ...]
Answer = asyncpg.Record | None


@dataclass(frozen=True, slots=True, eq=False)
class Rowwise:
    """A statement about any number of rows, in two forms: `one` takes a row's values, `many` an array for each.

    What is common to all rows follows them. Both answer at most one row for each that was given, with its number from 1
    in the first column.
    """

    one: str
    many: str


# Runs a statement with rows and what they share, by itself, as somebody who sees these workspaces.
Run = Callable[[Workspaces, Rowwise, Sequence[Values], Values], Awaitable[list[Answer]]]


class _Kind(NamedTuple):
    """What may travel together: the same statement, for the same workspaces, with the same for all rows."""

    workspaces: Workspaces
    statement: Rowwise
    shared: Values


class _Waiting(NamedTuple):
    row: Values
    answer: asyncio.Future[Answer]


@dataclass(slots=True)
class _Road:
    """Where one kind travels. `left` is when the last one set out, by the event loop's clock."""

    left: float
    under_way: int = 1
    queue: deque[_Waiting] = field(default_factory=deque)
    watched: bool = False


class Together:
    """What is under way in one process: usually one statement of each kind, and those who wait for it to come back."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._roads: dict[_Kind, _Road] = {}
        self._journeys: set[asyncio.Task[None]] = set()

    async def send(self, statement: Rowwise, workspaces: Workspaces, row: Values, shared: Values) -> Answer:
        """What the statement answers for this row; what it writes is then written for good.

        Raises what the database says of this row; that of another one it never hears of.
        """
        kind, loop = _Kind(workspaces, statement, shared), asyncio.get_running_loop()
        road = self._roads.get(kind)
        if road is not None:
            waiting = _Waiting(row, loop.create_future())
            road.queue.append(waiting)
            self._watch(kind, road)
            return await waiting.answer
        self._roads[kind] = _Road(loop.time())
        try:
            return (await self._run(workspaces, statement, [row], shared))[0]
        finally:
            self._came_back(kind)

    async def close(self) -> None:
        """Wait for what is under way, for PATIENCE; what is not back by then is broken off."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while self._journeys:
                    await asyncio.wait(self._journeys)
        for journey in list(self._journeys):
            journey.cancel()

    def _came_back(self, kind: _Kind) -> None:
        road = self._roads[kind]
        road.under_way -= 1
        self._set_out(kind, road)
        if not road.under_way:
            del self._roads[kind]

    def _watch(self, kind: _Kind, road: _Road) -> None:
        """See to it that whoever waits does not wait long for a late one."""
        if road.queue and not road.watched and road.under_way < AT_MOST:
            road.watched = True
            asyncio.get_running_loop().call_at(road.left + LATE, self._look, kind, road)

    def _look(self, kind: _Kind, road: _Road) -> None:
        road.watched = False
        if asyncio.get_running_loop().time() - road.left >= LATE:
            self._set_out(kind, road)
        self._watch(kind, road)

    def _set_out(self, kind: _Kind, road: _Road) -> None:
        """Send whoever waits; in a task of its own, which nobody's hanging up can cancel."""
        together: list[_Waiting] = []
        while road.queue and len(together) < MOST:
            waiting = road.queue.popleft()
            if not waiting.answer.done():  # who has hung up meanwhile is not sent
                together.append(waiting)
        if together:
            loop = asyncio.get_running_loop()
            road.left = loop.time()
            road.under_way += 1
            journey = loop.create_task(self._travel(kind, together))
            self._journeys.add(journey)
            journey.add_done_callback(self._journeys.discard)
        self._watch(kind, road)

    async def _travel(self, kind: _Kind, together: list[_Waiting]) -> None:
        try:
            try:
                alone = await self._send(kind, together)
            finally:
                self._came_back(kind)  # the next ones do not wait for those who have to go again
            free = asyncio.Semaphore(APART)
            await asyncio.gather(*(self._send_apart(kind, waiting, free) for waiting in alone))
        finally:
            for waiting in together:
                waiting.answer.cancel()  # no answer will come: only where this task was cancelled

    async def _send(self, kind: _Kind, together: list[_Waiting]) -> list[_Waiting]:
        """One that cannot be written spoils the statement for all: those who then have to go by themselves."""
        try:
            answers = await self._run(kind.workspaces, kind.statement, [row for row, _ in together], kind.shared)
        except Exception as error:
            if len(together) > 1 and _undone(error):
                return together
            for waiting in together:
                if not waiting.answer.done():
                    waiting.answer.set_exception(error)
        else:
            for waiting, answer in zip(together, answers, strict=True):
                if not waiting.answer.done():
                    waiting.answer.set_result(answer)
        return []

    async def _send_apart(self, kind: _Kind, waiting: _Waiting, free: asyncio.Semaphore) -> None:
        async with free:
            if not waiting.answer.done():
                await self._send(kind, [waiting])


def _undone(error: Exception) -> bool:
    """Whether PostgreSQL has said that it did nothing: only then may it be sent again."""
    return isinstance(error, asyncpg.PostgresError) and not isinstance(error, asyncpg.PostgresConnectionError)


def broken(error: BaseException) -> bool:
    """Whether the connection broke, and cannot be used again."""
    return isinstance(error, OSError | asyncpg.InterfaceError | asyncpg.PostgresConnectionError)
