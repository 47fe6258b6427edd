"""What follows by itself at a desk: what was put off comes back, what was to be said is, and words are found."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from koine.core.actor import Actor
from koine.core.conversations import finding, messages
from koine.core.conversations.handling import replying, snoozing
from koine.core.conversations.model import Conversation, Posting, Said
from koine.core.page import Window
from koine.core.search import search
from koine.demo import World
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from koine.reactions import indexing, saying, waking
from koine.work.relay import Relay
from koine.work.worker import Worker
from tests.waiting import meanwhile, until

_SOON = timedelta(milliseconds=300)


@pytest.fixture
def linus(world: World) -> Actor:
    return world.acting(world.linus, "Admin", world.lamplight)


@pytest.fixture
async def notices(dsn: str) -> AsyncIterator[Notices]:
    opened = Notices(dsn)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def working(dsn: str, database: Database, notices: Notices) -> AsyncIterator[None]:
    """A relay and a worker with what a desk needs."""
    doing = (waking.REACTION, saying.REACTION, indexing.REACTION)
    relay, worker = Relay(dsn, doing, notices=notices), Worker(dsn, database, doing, notices=notices)
    async with meanwhile(relay.run), meanwhile(worker.run):
        yield


def _lamp_is(
    database: Database, by: Actor, world: World, meets: Callable[[Conversation], bool]
) -> Callable[[], Awaitable[bool]]:
    async def is_so() -> bool:
        async with database.reading(by.workspaces) as tx:
            return meets(await finding.by_id(tx, by, world.the_broken_lamp.id))

    return is_so


async def test_what_was_put_off_comes_back_when_its_time_has_come(
    working: None, database: Database, world: World, linus: Actor, notices: Notices
) -> None:
    home, lamp = world.lamplight.workspace.id, [world.the_broken_lamp.id]
    async with database.writing(linus.workspaces) as tx:
        await snoozing.snooze(tx, linus, home, lamp, until=datetime.now(UTC) + timedelta(hours=1))
        await snoozing.snooze(tx, linus, home, lamp, until=datetime.now(UTC) + _SOON)
    notices.wrote()
    await until(_lamp_is(database, linus, world, lambda held: held.snoozed_until is None))
    async with database.reading(linus.workspaces) as tx:
        assert (await finding.by_id(tx, linus, lamp[0])).status.name == "Open"


async def test_a_reply_is_said_when_nobody_has_taken_it_back(
    working: None, database: Database, world: World, linus: Actor, notices: Notices
) -> None:
    async with database.writing(linus.workspaces) as tx:
        lamp = await finding.by_id(tx, linus, world.the_broken_lamp.id)
        gone = await replying.reply_later(tx, linus, lamp, Said("No"), at=datetime.now(UTC) + _SOON)
        kept = await replying.reply_later(tx, linus, lamp, Said("Yes"), at=datetime.now(UTC) + _SOON)
        await replying.take_back(tx, linus, lamp, gone.uuid)
    notices.wrote()
    await until(_lamp_is(database, linus, world, lambda held: held.last_message != lamp.last_message))
    async with database.reading(linus.workspaces) as tx:
        said = (await messages.latest(tx, linus, lamp, Window(10))).items
    assert [message.uuid for message in said[:-1]] == [kept.uuid]


async def test_what_is_said_is_found_a_moment_later(
    working: None, database: Database, world: World, linus: Actor, notices: Notices
) -> None:
    home = world.lamplight.workspace.id

    async def found() -> bool:
        async with database.reading(linus.workspaces) as tx:
            hits = await search.find(tx, linus, home, "whatchamacallit")
        return [hit.row.id for hit in hits] == [world.the_broken_lamp.id]

    assert not await found()
    async with database.writing(linus.workspaces) as tx:
        await messages.post(tx, linus, [Posting(world.the_broken_lamp.id, Said("A whatchamacallit"))])
    notices.wrote()
    await until(found)
