"""All of it together, in several processes' places at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

from koine.core.conversations import messages
from koine.core.conversations.model import Posting, Said
from koine.demo import World
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from koine.reactions.table import Reaction
from koine.reactions.task import Task
from koine.settings import Settings
from koine.work import running
from tests.waiting import meanwhile, until

SETTINGS = Settings(data=Path("nowhere"), database_url=None, postgres="auto")


async def test_a_message_is_followed_by_its_reaction_once(
    dsn: str, database: Database, notices: Notices, world: World, name: str
) -> None:
    done: list[tuple[int, str]] = []

    async def handle(task: Task) -> None:
        async with task.effect() as tx:
            row = await tx.row("select kind, message_id from events where id = $1", task.claim.event_id)
            assert row is not None
            done.append((row["message_id"], task.claim.lane))

    follows = [Reaction(name, handle, ("message.posted",))]

    async def alone(stop: asyncio.Event) -> None:
        await running.run(dsn, SETTINGS, stop, reactions=follows)

    async def within(stop: asyncio.Event) -> None:
        await running.run(dsn, SETTINGS, stop, database=database, notices=notices, reactions=follows)

    lamp = world.the_broken_lamp.id
    async with meanwhile(alone, within):
        reader = world.acting(world.ada, "Owner", world.lamplight)
        async with database.writing(reader.workspaces) as tx:
            posted = await messages.post(tx, reader, [Posting(lamp, Said(f"{number}")) for number in range(10)])
        notices.wrote()
        said = [each.id for each in posted if each]
        await until(lambda: _last(done, said[-1]))
    assert [id for id, _ in done if id in said] == said
    assert {lane for id, lane in done if id in said} == {f"conversation:{lamp}"}


async def _last(done: list[tuple[int, str]], id: int) -> bool:
    return any(each == id for each, _ in done)
