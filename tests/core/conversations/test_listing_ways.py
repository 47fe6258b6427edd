"""A list looks for its rows in three ways, as many as a condition keeps; all of them find the same."""

from __future__ import annotations

import random

import asyncpg
import pytest

from koine.core.actor import Actor
from koine.core.conversations import changing, listing, opening
from koine.core.conversations.asked import Asked, Compared, Order, OrderBy
from koine.core.conversations.model import Conversation, Opening, Said
from koine.core.conversations.store import conditions
from koine.core.conversations.store import listing as store
from koine.core.page import Window
from koine.demo import World
from koine.postgres.database import Database

SUBJECTS = ("Lamp", "lamplight", "A wick", "Oil for lamps", "")
ENTITIES = ("btxn_1", "btxn_2", None)


@pytest.fixture
async def blaise(database: Database, world: World) -> Actor:
    """Keeps the books of two workspaces in which runs of alike conversations follow one another."""
    blaise = world.acting(world.blaise, "Bookkeeper", world.lamplight, world.harbour)
    dice = random.Random(world.account_id)
    for _ in range(12):
        place, user = dice.choice([(world.lamplight, world.ada), (world.harbour, world.grace)])
        by = dice.choice([blaise, world.acting(user, "Owner", place)])
        subject, entity, resolved = dice.choice(SUBJECTS), dice.choice(ENTITIES), dice.random() < 0.5
        wanted = Opening(place.workspace.id, subject, Said("Hello"), entity=entity, resolved=resolved)
        async with database.writing(by.workspaces) as tx:
            await opening.open(tx, by, [wanted] * dice.randint(1, 5))
    async with database.writing(blaise.workspaces) as tx:
        page = await listing.query(tx, blaise, Asked(), Order(), Window(250))
        for conversation in dice.sample(list(page.items), 8):
            await changing.mark(tx, blaise, conversation, read=not conversation.read)
    return blaise


@pytest.fixture(
    params=[(1, 0), (1, 3), (5, 1), (40, 0), (1, 2000)], ids=lambda known: f"tried {known[0]}, few {known[1]}"
)
def ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """How long a stretch is tried, and how many are few: with these every way is taken by some list."""
    tried, few = request.param
    monkeypatch.setattr(store, "TRIED", tried)
    monkeypatch.setattr(conditions, "FEW", few)


def asked(world: World) -> list[Asked]:
    return [
        Asked([Compared("subject", "contains", "lamp")]),
        Asked([Compared("subject", "equal", "Lamp")]),
        Asked([Compared("subject", "greater", "B"), Compared("author_email", "contains", "ada")]),
        Asked([Compared("author_external_id", "equal", world.ada.external_id or "")], resolved=[False]),
        Asked(entities=["btxn_1", "btxn_2"]),
        Asked(entities=["btxn_1"], read=[False]),
        Asked(read=[True]),
        Asked(resolved=[True]),
    ]


@pytest.mark.parametrize("descending", [True, False], ids=["descending", "ascending"])
@pytest.mark.parametrize("by", ["created", "subject", "id"])
@pytest.mark.usefixtures("ways")
async def test_every_way_finds_what_looking_at_everything_finds(
    database: Database, world: World, blaise: Actor, by: OrderBy, descending: bool
) -> None:
    ada = world.acting(world.ada, "Owner", world.lamplight)
    async with database.reading(blaise.workspaces) as tx:
        for actor in (blaise, ada):
            everything = await listing.query(tx, actor, Asked(), Order(by, descending), Window(250))
            for wanted in asked(world):
                expected = [found.id for found in everything.items if holds(wanted, found)]
                first = await listing.query(tx, actor, wanted, Order(by, descending), Window(3))
                assert [found.id for found in first.items] == expected[:3], wanted
                if first.after is not None:
                    second = await listing.query(tx, actor, wanted, Order(by, descending), Window(3, first.after))
                    assert [found.id for found in second.items] == expected[3:6], wanted


def holds(wanted: Asked, found: Conversation) -> bool:
    """The conditions in plain words."""
    return (
        all(_compares(compared, found) for compared in wanted.compared)
        and (wanted.entities is None or found.entity in wanted.entities)
        and (wanted.resolved is None or found.resolved in wanted.resolved)
        and (wanted.read is None or found.read in wanted.read)
    )


def _compares(compared: Compared, found: Conversation) -> bool:
    author = found.opened_by
    has = {"subject": found.subject, "author_email": author.email, "author_external_id": author.external_id}
    value, given = has[compared.field] or "", compared.value
    match compared.comparison:
        case "contains":
            return given in value.lower()
        case "greater":
            return value > given
        case _:
            return value == given


async def test_looking_for_words_keeps_to_the_workspaces_that_are_set(
    database: Database, world: World, sql: asyncpg.Connection
) -> None:
    lamplight, harbour = world.lamplight.workspace.id, world.harbour.workspace.id
    subjects, emails = "select * from conversations_like($1, $2, 5)", "select * from contacts_like($1, $2)"
    async with database.reading((lamplight,)) as tx:
        assert len(await tx.rows(subjects, lamplight, "%lamp%")) == 1
        assert await tx.rows(emails, lamplight, "%rosalind%")
    async with database.reading((harbour,)) as tx:
        assert await tx.rows(subjects, lamplight, "%lamp%") == []
        assert await tx.rows(emails, lamplight, "%rosalind%") == []
    async with database.reading(()) as tx:
        assert await tx.rows(subjects, lamplight, "%lamp%") == []
        assert await tx.rows(emails, lamplight, "%rosalind%") == []
