"""Writers of events who hold their transactions open, and sometimes think better of it; and what readers must get."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from koine.demo import World
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from tests.work.happening import Happened, record


@dataclass
class Writers:
    """So many of them write so many events, besides those that are rolled back, in these workspaces.

    A transaction is held open for one of `holds` (seconds). The last tenth is only written once `enough` is set.
    """

    database: Database
    notices: Notices
    by: Mapping[int, World]
    many: int
    events: int
    holds: Sequence[float]
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    async def write(self) -> set[UUID]:
        """What was committed, by the uuids in the events' data."""
        async with asyncio.TaskGroup() as together:
            written = [together.create_task(self._write(number)) for number in range(self.many)]
        wrote = {uuid for each in written for uuid in each.result()}
        assert len(wrote) == self.events
        return wrote

    async def _write(self, writer: int) -> list[UUID]:
        chance = random.Random(writer)
        committed: list[UUID] = []
        share = self.events // self.many + (writer < self.events % self.many)
        step = 0
        while (left := share - len(committed)) > 0:
            if left <= share / 10:
                await self.enough.wait()
            workspace_id, world = chance.choice(list(self.by.items()))
            several = [UUID(int=chance.getrandbits(128)) for _ in range(min(chance.randint(1, 12), left))]
            with contextlib.suppress(ZeroDivisionError):
                async with self.database.writing((workspace_id,)) as tx:
                    for uuid in several:
                        step += 1
                        data = {"uuid": str(uuid), "writer": writer, "step": step}
                        await record(tx, world, Happened(workspace_id, data=data))
                    await asyncio.sleep(chance.choice(self.holds))
                    if chance.random() < 0.1:
                        raise ZeroDivisionError
                committed += several
                self.notices.wrote()
        return committed


# A workspace, a position in its feed, and the data of what a writer wrote: None for what happened otherwise.
Got = tuple[int, int, Mapping[str, Any] | None]


def assert_in_order(got: Iterable[Got], starts: Mapping[int, int]) -> None:
    """Positions without gaps in each workspace; and what one writer wrote one after the other follows in that order."""
    positions = dict(starts)
    steps: dict[tuple[int, int], int] = defaultdict(int)
    for workspace_id, position, data in got:
        assert position == positions[workspace_id] + 1
        positions[workspace_id] = position
        if data is not None:
            key = (workspace_id, data["writer"])
            assert data["step"] > steps[key]
            steps[key] = data["step"]
