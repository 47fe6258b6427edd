"""What is known before a conversation comes in by an inbox, and what it is once it is open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest

from koine.core.actor import Author
from koine.core.conversations import arrival, finding, opening, surroundings
from koine.core.conversations.arrival import Arrival
from koine.core.conversations.model import Opening, Said
from koine.core.conversations.store import arrival as store
from koine.core.errors import PermissionMissing
from koine.demo import World
from koine.postgres.database import Database, Tx
from koine.postgres.together import Rowwise

OTTO = "Otto.Brandt@EXAMPLE.com"


async def test_what_is_there_is_known(database: Database, world: World, sql: asyncpg.Connection) -> None:
    linus, home = world.acting(world.linus, "Admin", world.lamplight), world.lamplight
    await sql.execute(
        "insert into custom_attributes (workspace_id, applies_to, key, name) values ($1, 'conversation', 'order', 'O')",
        home.workspace.id,
    )
    async with database.reading(linus.workspaces) as tx:
        known = await arrival.known(
            tx, linus, Arrival(home.inbox.id, OTTO, home.team_id, world.mary.id, ("order", "size"))
        )
    assert known is not None
    assert (known.inbox, known.contact) == (home.inbox, home.contacts[1])
    assert (known.status.name, known.status.category) == ("Open", "open")
    assert (known.team_exists, known.assignee_exists, known.attributes) == (True, True, {"order"})


async def test_what_is_not_there_or_not_asked_for_is_not_known(database: Database, world: World) -> None:
    linus, inbox = world.acting(world.linus, "Admin", world.lamplight), world.lamplight.inbox.id
    async with database.reading(linus.workspaces) as tx:
        for asked in (
            Arrival(inbox, "nobody@example.com"),
            Arrival(inbox, "nobody@example.com", 2**40, 2**40, ("unheard",)),
            Arrival(inbox, "nobody@example.com", world.harbour.team_id, world.grace.id),
        ):
            known = await arrival.known(tx, linus, asked)
            assert known is not None
            assert known.contact is None
            assert (known.team_exists, known.assignee_exists, known.attributes) == (False, False, frozenset())
        assert await arrival.known(tx, linus, Arrival(world.harbour.inbox.id, OTTO)) is None


async def test_only_where_one_may_open_conversations(database: Database, world: World) -> None:
    mary = world.acting(world.mary, "Agent", world.lamplight)
    async with database.reading(mary.workspaces) as tx:
        with pytest.raises(PermissionMissing):
            await arrival.known(tx, mary, Arrival(world.lamplight.inbox.id, OTTO))


async def test_an_address_is_found_by_an_index(database: Database, world: World, sql: asyncpg.Connection) -> None:
    """Row-level security keeps conditions that are not leakproof away from indexes: this one must not be such."""
    linus, home = world.acting(world.linus, "Admin", world.lamplight), world.lamplight
    await sql.execute(
        """
        insert into contacts (workspace_id, uuid, email)
        select $1, gen_random_uuid(), 'c' || n || '@example.com' from generate_series(1, 2000) as n
        """,
        home.workspace.id,
    )
    # Among hundreds of small workspaces the planner would take this one for small too, and any index for as good.
    await sql.execute("alter table contacts alter column workspace_id set (n_distinct = 5)")
    await sql.execute("analyze contacts")
    async with database.reading(linus.workspaces) as tx:
        explained = Explained(tx)
        await store.known(explained, linus.workspaces, home.inbox.id, OTTO)  # type: ignore[arg-type]
    conditions = [line.strip() for line in explained.plan if "email_folded" in line]
    assert len(conditions) == 2  # one of them alone, and several together
    assert all(condition.startswith("Index Cond:") for condition in conditions)


class Explained:
    """Asks how a statement would be run instead of running it."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.plan: list[str] = []

    async def read_each(self, statement: Rowwise, rows: Sequence[Sequence[Any]], *shared: Any) -> list[None]:
        explained = await self._tx.rows("explain " + statement.one, *rows[0], *shared)
        together = await self._tx.rows("explain " + statement.many, *([value] * 2 for value in rows[0]), *shared)
        self.plan = [line["QUERY PLAN"] for line in [*explained, *together]]
        return [None]


async def test_an_opened_conversation_is_what_is_then_read(database: Database, world: World) -> None:
    linus, home = world.acting(world.linus, "Admin", world.lamplight), world.lamplight
    otto = home.contacts[1]
    contact = Author("contact", otto.id, otto.external_id, otto.email, otto.name)
    for wanted in (
        Opening(home.workspace.id, "Nothing said"),
        Opening(home.workspace.id, "Said", Said("Hello"), entity="sum_1", resolved=True),
        Opening(
            home.workspace.id,
            "Asked",
            Said("Hello", "<p>Hello</p>", (), contact, "in", "email", "received"),
            inbox_id=home.inbox.id,
            contact_id=otto.id,
            assignee_id=world.mary.id,
            team_id=home.team_id,
            custom_attributes={"order": [1, None, "x"]},
        ),
    ):
        async with database.writing(linus.workspaces) as tx:
            (opened,) = await opening.open(tx, linus, [wanted])
            read = await finding.by_id(tx, linus, opened.id)
        assert opening.conversation(linus, wanted, opened, read.status) == read


async def test_what_stands_around_a_conversation(database: Database, world: World, sql: asyncpg.Connection) -> None:
    linus, home = world.acting(world.linus, "Admin", world.lamplight), world.lamplight
    async with database.writing(linus.workspaces) as tx:
        wanted = Opening(
            home.workspace.id, "Asked", Said("Hello"), inbox_id=home.inbox.id, contact_id=home.contacts[1].id
        )
        (opened,) = await opening.open(tx, linus, [wanted])
    await sql.execute("update contacts set deleted_at = now() where id = $1", home.contacts[1].id)
    async with database.reading(linus.workspaces) as tx:
        around = await surroundings.of(tx, await finding.by_id(tx, linus, opened.id))
        assert (around.inbox, around.contact) == (home.inbox, home.contacts[1]), "also a contact that is gone"
        assert (around.priority, around.tags) == (None, ())
        around = await surroundings.of(tx, await finding.by_id(tx, linus, world.the_broken_lamp.id))
        assert (around.inbox, around.contact) == (None, None)


async def test_hidden_is_what_stands_in_ones_own_workspace(database: Database, world: World) -> None:
    linus, mary = (
        world.acting(world.linus, "Admin", world.lamplight),
        world.acting(world.mary, "Agent", world.lamplight),
    )
    grace = world.acting(world.grace, "Owner", world.harbour)
    async with database.writing(linus.workspaces) as tx:
        wanted = Opening(world.lamplight.workspace.id, "His", Said("Hello"), assignee_id=world.linus.id)
        (opened,) = await opening.open(tx, linus, [wanted])
    async with database.reading(mary.workspaces) as tx:
        assert await finding.hidden(tx, mary, opened.uuid)
    async with database.reading(grace.workspaces) as tx:
        assert not await finding.hidden(tx, grace, opened.uuid)
