"""What is said to the other side, and what is not."""

from __future__ import annotations

import asyncpg
import pytest

from koine.core.conversations import finding, messages
from koine.core.conversations.model import Posting, Said
from koine.core.errors import MessageNotFound
from koine.core.page import Window
from koine.demo import World
from koine.postgres.database import Database


@pytest.mark.parametrize("kind", ["note", "activity"])
async def test_notes_and_activity_are_not_among_what_was_said(
    kind: str, database: Database, world: World, sql: asyncpg.Connection
) -> None:
    ada = world.acting(world.ada, "Owner", world.lamplight)
    async with database.writing(ada.workspaces) as tx:
        (said,) = await messages.post(tx, ada, [Posting(world.the_broken_lamp.id, Said("Between us"))])
    assert said is not None
    await sql.execute("update messages set kind = $1 where id = $2", kind, said.id)
    async with database.reading(ada.workspaces) as tx:
        lamp = await finding.by_id(tx, ada, world.the_broken_lamp.id)
        page = await messages.latest(tx, ada, lamp, Window(10))
        assert [message.id for message in page.items] == [world.the_broken_lamp.message_id]
        with pytest.raises(MessageNotFound):
            await messages.find(tx, ada, said.id)


async def test_a_conversation_that_is_not_there_takes_no_message(database: Database, world: World) -> None:
    ada = world.acting(world.ada, "Owner", world.lamplight)
    async with database.writing(ada.workspaces) as tx:
        both = [Posting(2**62, Said("Into the void")), Posting(world.the_broken_lamp.id, Said("Hello"))]
        nowhere, there = await messages.post(tx, ada, both)
    assert nowhere is None
    assert there is not None
    assert there.conversation_id == world.the_broken_lamp.id
