"""Events that mean nothing, for tests."""

from __future__ import annotations

from koine.core import outbox
from koine.core.actor import system
from koine.core.events import Event
from koine.demo import World
from koine.postgres.database import Database, Tx


class Happened(Event):
    """Something happened; `data` is the test's own."""

    __slots__ = ()
    kind = "test.happened"


async def record(tx: Tx, world: World, *happened: Event) -> None:
    """Write events into a transaction."""
    await outbox.record(tx, system(world.account_id, *tx.workspaces), *happened)


async def happen(database: Database, world: World, *happened: Event) -> None:
    """Write events and commit them."""
    async with database.writing(tuple(sorted({event.workspace_id for event in happened}))) as tx:
        await record(tx, world, *happened)
