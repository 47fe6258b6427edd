"""Lists: every order in pages, both ways, held against a plain sort of everything."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from koine.core.actor import Actor
from koine.core.conversations import changing, finding, listing, opening
from koine.core.conversations.asked import Asked, Compared, Comparison, Order, OrderBy
from koine.core.conversations.model import Conversation, Opening, Said
from koine.core.errors import CursorUnreadable
from koine.core.page import Place, Window
from koine.demo import World
from koine.postgres.database import Database

SUBJECTS = (
    "Lamp",
    "lamp",
    "Lámp",
    "LÁMP ÄÖ",
    "",
    "50% off",
    "under_score",
    "back\\slash",
    "🪔 light",
    "Z",
    "zebra",
    "Lamp" * 200,
)

KEYS: dict[OrderBy, Callable[[Conversation], Any]] = {
    "created": lambda c: (c.created_at, c.id),
    "updated": lambda c: (c.updated_at, c.id),
    "last_message": lambda c: (c.last_message_at, c.id),
    "subject": lambda c: (c.subject[:500], c.id),
    "id": lambda c: c.id,
}


@pytest.fixture
async def blaise(database: Database, world: World) -> Actor:
    """Keeps the books of both workspaces, which have conversations of different people, some resolved or read."""
    blaise = world.acting(world.blaise, "Bookkeeper", world.lamplight, world.harbour)
    dice = random.Random(world.account_id)
    for _ in range(5):
        for user, place in ((world.ada, world.lamplight), (world.grace, world.harbour)):
            by = dice.choice([blaise, world.acting(user, "Owner", place)])
            async with database.writing(by.workspaces) as tx:
                wanted = [
                    Opening(place.workspace.id, dice.choice(SUBJECTS), Said("Hello"), resolved=dice.random() < 0.4)
                    for _ in range(dice.randint(1, 4))
                ]
                await opening.open(tx, by, wanted)
    async with database.writing(blaise.workspaces) as tx:
        page = await listing.query(tx, blaise, Asked(), Order(), Window(250))
        for conversation in dice.sample(list(page.items), 5):
            await changing.mark(tx, blaise, conversation, read=not conversation.read)
    return blaise


async def everything(database: Database, by: Actor) -> list[Conversation]:
    async with database.reading(by.workspaces) as tx:
        page = await listing.query(tx, by, Asked(), Order("id", descending=False), Window(250))
        assert page.after is None
        return list(page.items)


async def walk(database: Database, by: Actor, asked: Asked, order: Order, limit: int) -> list[list[int]]:
    """The pages' ids, walked to the end, and asserted to be the same on the way back."""
    pages: list[list[int]] = []
    window = Window(limit)
    async with database.reading(by.workspaces) as tx:
        while True:
            page = await listing.query(tx, by, asked, order, window)
            assert (page.before is None) == (not pages)
            pages.append([found.id for found in page.items])
            if page.after is None:
                break
            window = Window(limit, page.after)
        for earlier in reversed(pages[:-1]):
            assert page.before is not None
            page = await listing.query(tx, by, asked, order, Window(limit, page.before))
            assert [found.id for found in page.items] == earlier
        assert page.before is None
    return pages


@pytest.mark.parametrize("descending", [True, False], ids=["descending", "ascending"])
@pytest.mark.parametrize("by", KEYS)
async def test_pages_are_what_a_plain_sort_gives(
    database: Database, blaise: Actor, by: OrderBy, descending: bool
) -> None:
    expected = sorted(await everything(database, blaise), key=KEYS[by], reverse=descending)
    for limit in (1, 3, 250):
        pages = await walk(database, blaise, Asked(), Order(by, descending), limit)
        assert [id for page in pages for id in page] == [found.id for found in expected]
        assert all(len(page) == limit for page in pages[:-1])


CONDITIONS: dict[str, tuple[Callable[[World], Asked], Callable[[World, Conversation], bool]]] = {
    "resolved": (lambda world: Asked(resolved=[True]), lambda world, c: c.resolved),
    "not resolved": (lambda world: Asked(resolved=[False]), lambda world, c: not c.resolved),
    "either": (lambda world: Asked(resolved=[True, False]), lambda world, c: True),
    "neither": (lambda world: Asked(read=[]), lambda world, c: False),
    "read": (lambda world: Asked(read=[True]), lambda world, c: c.read),
    "unread": (lambda world: Asked(read=[False]), lambda world, c: not c.read),
    "entity": (lambda world: Asked(entities=["btxn_1001", "none_1"]), lambda world, c: c.entity == "btxn_1001"),
    "of ada": (
        lambda world: Asked([Compared("author_email", "equal", world.ada.email.upper())]),
        lambda world, c: c.opened_by.email == world.ada.email,
    ),
    "not of ada": (
        lambda world: Asked([Compared("author_external_id", "not_equal", world.ada.external_id or "")]),
        lambda world, c: c.opened_by.external_id != world.ada.external_id,
    ),
    "of one workspace": (
        lambda world: Asked(workspaces=[world.harbour.workspace.id]),
        lambda world, c: c.workspace_id == world.harbour.workspace.id,
    ),
    "all at once": (
        lambda world: Asked([Compared("subject", "contains", "LAMP")], resolved=[False], read=[False]),
        lambda world, c: "lamp" in c.subject.lower() and not c.resolved and not c.read,
    ),
}


@pytest.mark.parametrize("name", CONDITIONS)
async def test_a_condition_keeps_what_it_names(database: Database, world: World, blaise: Actor, name: str) -> None:
    asked, holds = CONDITIONS[name]
    expected = [c.id for c in await everything(database, blaise) if holds(world, c)]
    pages = await walk(database, blaise, asked(world), Order("id", descending=False), 4)
    assert [id for page in pages for id in page] == expected


COMPARISONS: dict[Comparison, Callable[[str, str], bool]] = {
    "equal": lambda subject, given: subject == given,
    "not_equal": lambda subject, given: subject != given,
    "greater": lambda subject, given: subject > given,
    "greater_equal": lambda subject, given: subject >= given,
    "less": lambda subject, given: subject < given,
    "less_equal": lambda subject, given: subject <= given,
    "contains": lambda subject, given: given.lower() in subject.lower(),
}


@pytest.mark.parametrize("comparison", COMPARISONS)
async def test_subjects_are_compared_by_code_point(database: Database, blaise: Actor, comparison: Comparison) -> None:
    conversations = await everything(database, blaise)
    for given in (*SUBJECTS, "a", "%", "_", "\\", "la", "light", "lám", "äö", "Ö", "' or true --", "no such subject"):
        asked = Asked([Compared("subject", comparison, given)])
        expected = [c.id for c in conversations if COMPARISONS[comparison](c.subject, given)]
        async with database.reading(blaise.workspaces) as tx:
            page = await listing.query(tx, blaise, asked, Order("id", descending=False), Window(250))
        assert [c.id for c in page.items] == expected, given


@pytest.mark.parametrize("order", ["created", "updated", "last_message", "id"])
async def test_a_place_that_is_not_one_of_the_order_is_refused(
    database: Database, blaise: Actor, order: OrderBy
) -> None:
    async with database.reading(blaise.workspaces) as tx:
        with pytest.raises(CursorUnreadable):
            await listing.query(tx, blaise, Asked(), Order(order), Window(5, Place("tomorrow", 1)))


async def test_deleted_conversations_leave_every_list(database: Database, world: World, blaise: Actor) -> None:
    async with database.writing(blaise.workspaces) as tx:
        await changing.delete(tx, blaise, await finding.by_id(tx, blaise, world.the_broken_lamp.id))
    assert world.the_broken_lamp.id not in [c.id for c in await everything(database, blaise)]


async def test_somebody_without_a_workspace_sees_nothing(database: Database, world: World, blaise: Actor) -> None:
    ada = world.acting(world.ada, "Owner", world.lamplight)
    seen: Sequence[Conversation] = await everything(database, ada)
    assert {c.workspace_id for c in seen} == {world.lamplight.workspace.id}
