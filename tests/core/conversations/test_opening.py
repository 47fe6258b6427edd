"""Opening conversations."""

from __future__ import annotations

import asyncpg
import pytest

from koine.core.conversations import finding, listing, messages, opening
from koine.core.conversations.asked import Asked, Compared, Order
from koine.core.conversations.model import Opening, Posting, Said
from koine.core.errors import PermissionMissing
from koine.core.page import Window
from koine.demo import World
from koine.postgres.database import Database


async def test_a_conversation_is_stored_with_its_message_entity_and_events(
    database: Database, world: World, sql: asyncpg.Connection
) -> None:
    lamp = world.the_broken_lamp
    stored = await sql.fetchrow("select * from conversations where id = $1", lamp.id)
    assert stored is not None
    assert (stored["number"], stored["subject"], stored["last_message_id"]) == (100, "The broken lamp", lamp.message_id)
    assert (
        await sql.fetchval("select entity from conversation_entities where conversation_id = $1", lamp.id)
        == "btxn_1001"
    )
    kinds = await sql.fetch("select kind from events where conversation_id = $1 order by id", lamp.id)
    assert [row["kind"] for row in kinds] == ["conversation.opened", "message.posted"]


async def test_the_author_has_read_it_and_the_others_have_not(database: Database, world: World) -> None:
    ada = world.acting(world.ada, "Owner", world.lamplight)
    blaise = world.acting(world.blaise, "Bookkeeper", world.lamplight, world.harbour)
    async with database.reading(ada.workspaces) as tx:
        assert (await finding.by_id(tx, ada, world.the_broken_lamp.id)).read
    async with database.reading(blaise.workspaces) as tx:
        assert not (await finding.by_id(tx, blaise, world.the_broken_lamp.id)).read


async def test_a_message_moves_the_conversation(database: Database, world: World) -> None:
    blaise = world.acting(world.blaise, "Bookkeeper", world.lamplight, world.harbour)
    async with database.writing(blaise.workspaces) as tx:
        tx.only_one_write()
        (posted,) = await messages.post(tx, blaise, [Posting(world.the_broken_lamp.id, Said("It was paid on Friday."))])
    assert posted is not None
    async with database.reading(blaise.workspaces) as tx:
        found = await finding.by_id(tx, blaise, world.the_broken_lamp.id)
        assert found.last_message is not None
        assert (found.last_message.text, found.read) == ("It was paid on Friday.", True)
        page = await messages.latest(tx, blaise, found, Window(10))
        assert [message.id for message in page.items] == [posted.id, world.the_broken_lamp.message_id]


async def test_opening_needs_the_permission_in_that_workspace(database: Database, world: World) -> None:
    ada = world.acting(world.ada, "Owner", world.lamplight)
    async with database.writing(ada.workspaces) as tx:
        with pytest.raises(PermissionMissing):
            await opening.open(tx, ada, [Opening(world.harbour.workspace.id, "Not mine", Said("Hello"))])


async def test_every_order_and_filter_finds_the_lamp(database: Database, world: World) -> None:
    ada = world.acting(world.ada, "Owner", world.lamplight)
    async with database.reading(ada.workspaces) as tx:
        for by in ("created", "updated", "last_message", "subject", "id"):
            for descending in (True, False):
                page = await listing.query(tx, ada, Asked(), Order(by, descending), Window(5))
                assert [found.id for found in page.items] == [world.the_broken_lamp.id]
        for asked in (
            Asked([Compared("subject", "contains", "BROKEN")]),
            Asked([Compared("subject", "equal", "The broken lamp")]),
            Asked([Compared("author_email", "equal", world.ada.email.upper())]),
            Asked([Compared("author_external_id", "contains", "ada")]),
            Asked(entities=["btxn_1001"], resolved=[False], read=[True]),
        ):
            page = await listing.query(tx, ada, asked, Order(), Window(5))
            assert [found.id for found in page.items] == [world.the_broken_lamp.id], asked
        for asked in (
            Asked([Compared("subject", "not_equal", "The broken lamp")]),
            Asked(read=[False]),
            Asked(resolved=[True]),
        ):
            assert not (await listing.query(tx, ada, asked, Order(), Window(5))).items
