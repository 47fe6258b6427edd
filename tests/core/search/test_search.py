"""Search: what is found, by whom, in which order, and that its index is filled behind what is written."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from koine.core.actor import Actor, system
from koine.core.conversations import changing, finding, messages, opening
from koine.core.conversations.handling import assignment, notes, status
from koine.core.conversations.model import Opening, Posting, Said
from koine.core.conversations.queued import Filters
from koine.core.errors import Invalid, PermissionMissing
from koine.core.search import indexing, search
from koine.demo import World
from koine.postgres.database import Database
from koine.postgres.notices import Notices

PATIENCE = 10.0  # seconds


@pytest.fixture
def home(world: World) -> int:
    return world.lamplight.workspace.id


@pytest.fixture
def linus(world: World) -> Actor:
    return world.acting(world.linus, "Admin", world.lamplight)


@pytest.fixture
async def ids(
    database: Database, home: int, linus: Actor, world: World, relaying: None, house_notices: Notices
) -> Sequence[int]:
    """Three conversations with words in them, after the relay and the reaction have seen them."""
    by = system(world.account_id, home)
    async with database.writing((home,)) as tx:
        wanted = [
            Opening(home, "Zephyr", Said("The kettle whistles at NOON")),
            Opening(home, "Other", Said("Nothing at all"), contact_id=world.lamplight.contacts[1].id),
            Opening(home, "Third", Said("A kettle is not a lamp, a kettle is a KETTLE")),
        ]
        made = [each.id for each in await opening.open(tx, by, wanted)]
        await messages.post(tx, by, [Posting(made[1], Said("Überraschung für 你好 emoji 🪔"))])
        await notes.write(tx, linus, await finding.by_id(tx, linus, made[1]), Said("He is quarrelsome"))
        last = await tx.value("select max(id) from events where workspace_id = $1", home)
    house_notices.wrote()
    async with asyncio.timeout(PATIENCE):
        numbered = None
        while numbered is None:
            await asyncio.sleep(0.02)
            async with database.reading((home,)) as tx:
                numbered = await tx.value("select position from events where workspace_id = $1 and id = $2", home, last)
    async with database.writing((home,)) as tx:
        while await indexing.catch_up(tx, home, at_most=3):
            pass
        assert await indexing.catch_up(tx, home, at_most=3) is False
    return made


async def _found(
    database: Database, by: Actor, home: int, text: str, filters: Filters | None = None
) -> list[tuple[int, int | None]]:
    async with database.reading(by.workspaces) as tx:
        hits = await search.find(tx, by, home, text, filters)
    return [(hit.row.id, hit.message_id) for hit in hits]


@pytest.mark.parametrize(
    ("text", "which"),
    [
        ("kettle", [2, 0]),  # the one that says it more often first
        ("KETTLE noon", [0]),
        ("kettle whist", [0]),
        ("whist kettle", []),  # only the last may be begun
        ("überrasch", [1]),
        ("ÜBERRASCHUNG", [1]),
        ("你好", [1]),
        ("quarrel", [1]),
        ("zephyr", [0]),
        ("ephy", [0]),
        ("otto brandt", [1]),
        ("otto.brandt@", [1]),
        ("absent", []),
        ("' or 1=1 --", []),
        ("kettle & !lamp | (", [2]),
        (":*", []),
        ("\x00", []),
        ("", []),
    ],
)
async def test_what_is_known_of_a_conversation_finds_it(
    text: str, which: list[int], database: Database, home: int, linus: Actor, ids: Sequence[int]
) -> None:
    found = [id for id, _ in await _found(database, linus, home, text)]
    assert found == [ids[number] for number in which]


async def test_a_number_comes_first(database: Database, home: int, linus: Actor, ids: Sequence[int]) -> None:
    async with database.reading((home,)) as tx:
        number = (await finding.by_id(tx, linus, ids[2])).number
    for text in (str(number), f"#{number}"):
        assert (await _found(database, linus, home, text))[0] == (ids[2], None)
    assert await _found(database, linus, home, "9" * 30) == []


async def test_a_hit_shows_where_the_words_are(database: Database, home: int, linus: Actor, ids: Sequence[int]) -> None:
    async with database.reading((home,)) as tx:
        (hit,) = await search.find(tx, linus, home, "noon kett")
    assert "".join(piece.text for piece in hit.excerpt) == "The kettle whistles at NOON"
    assert [piece.text for piece in hit.excerpt if piece.found] == ["kettle", "NOON"]


async def test_nobody_finds_what_they_may_not_see(
    database: Database, home: int, linus: Actor, world: World, ids: Sequence[int]
) -> None:
    mary = world.acting(world.mary, "Agent", world.lamplight)
    grace = world.acting(world.grace, "Owner", world.harbour)
    async with database.writing((home,)) as tx:
        await assignment.assign(tx, linus, home, [ids[0]], to=world.linus.id)
        await changing.delete(tx, linus, await finding.by_id(tx, linus, ids[2]))
    assert [id for id, _ in await _found(database, linus, home, "kettle")] == [ids[0]]
    assert await _found(database, mary, home, "kettle") == []
    assert await _found(database, mary, home, "zephyr") == []
    assert await _found(database, grace, world.harbour.workspace.id, "kettle") == []
    with pytest.raises(PermissionMissing):
        await _found(database, grace, home, "kettle")


async def test_filters_are_those_of_the_queues(database: Database, home: int, linus: Actor, ids: Sequence[int]) -> None:
    async with database.writing((home,)) as tx:
        await status.put_category(tx, linus, home, [ids[0]], category="resolved")
    assert {id for id, _ in await _found(database, linus, home, "kettle")} == {ids[0], ids[2]}
    resolved = await _found(database, linus, home, "kettle", Filters(categories=["resolved"]))
    assert [id for id, _ in resolved] == [ids[0]]


async def test_too_much_is_refused(database: Database, home: int, linus: Actor) -> None:
    with pytest.raises(Invalid):
        await _found(database, linus, home, "x" * 201)
