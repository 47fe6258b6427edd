"""Filters, held against the same conditions in Python over sixty conversations (contracts/tight.md §9.3)."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from koine.core.actor import Author, system
from koine.core.contacts import contacts
from koine.core.contacts.model import Described
from koine.core.conversations import opening
from koine.core.conversations.model import Opening, Said
from koine.demo import World
from koine.postgres.database import Database
from tests.dialects.tight.speaking import Json, Speaker

SUBJECTS = ["Rent", "rent", "RENT due", "Miete für März", "MIETE FÜR MÄRZ", "100% sure", "100 sure", "a_b", "aXb"]
SUBJECTS += ["back\\slash", "'quoted' \"too\"", "😀 smile", "\uffee late", "Z", "a", "ab", "zebra", " rent ", "$1 ?"]
SUBJECTS += ["rent\nsecond line", "Ω"]
ENTITIES = [None, None, "btxn_1", "btxn_2", "sum_1", "BTXN_1", "btxn_11"]
PIECES = ["rent", "RENT", "ä", "Ä", "%", "_", "\\", "'", "a", "Z", "😀", "", "100", "b", "?", "$1", "\n", "ω", "@"]
PIECES += ["user-", "example"]

Test = Callable[[Json], bool]
Of = Callable[[Json], str | None]


async def furnished(world: World, database: Database, *people: Speaker) -> None:
    """Sixty conversations: of users, of the partner, and of contacts, one with and one without an id."""
    chance = random.Random(7)
    companies = [f"co_{place.workspace.id}" for place in (world.lamplight, world.harbour)]
    for who in people:
        items: list[Json] = []
        for _ in range(12):
            entity = chance.choice([*ENTITIES, *companies])
            item = {
                "subject": chance.choice(SUBJECTS),
                "message": {"text": "x"},
                "resolutionStatus": chance.choice(["OPEN", "RESOLVED"]),
                "readStatus": chance.choice(["READ", "UNREAD"]),
                "status": chance.choice(["ACTIVE", "ACTIVE", "ACTIVE", "DELETED"]),
            }
            items.append(item if entity is None else {**item, "attachedEntityId": entity})
        assert (await who.save(*items)).status_code in (200, 207, 400)
    await _from_elsewhere(world, database)


async def _from_elsewhere(world: World, database: Database) -> None:
    """What other contracts open: for contacts, by contacts, without a message, by Koine itself."""
    place = world.lamplight.workspace.id
    by = system(world.account_id, place)
    async with database.writing(by.workspaces) as tx:
        known = await contacts.create(tx, by, place, Described("Ünique@Example.com", external_id="User-Ä1"))
        nameless = await contacts.create(tx, by, place, Described(phone="+15550100999"))
        for contact in (known, nameless):
            author = Author("contact", contact.id, contact.external_id, contact.email)
            for subject in ("Rent", "", "x" * 600):
                said = Said("x", author=author, direction="in")
                wanted = Opening(place, subject, said, contact_id=contact.id)
                await opening.open(tx, by, [wanted, replace(wanted, said=None)])


def texts(chance: random.Random, rows: list[Json], of: Of, *, folded: bool) -> tuple[Json, list[Test]]:
    """Some of the seven operators with values that sometimes match."""
    chosen: Json = {}
    tests: list[Test] = []
    for operator in chance.sample(list(OPERATORS), chance.choice([1, 1, 1, 2, 3])):
        own = of(chance.choice(rows)) or ""
        start = chance.randrange(len(own) + 1)
        value = chance.choice([own, own.upper(), own[start : start + 3], chance.choice(PIECES)])[:1_000]
        chosen[operator] = value
        tests.append(_test(OPERATORS[operator], value, of, folded=folded or operator == "contain"))
    return chosen, tests


def _test(compare: Callable[[str | None, str], bool], value: str, of: Of, *, folded: bool) -> Test:
    def fold(text: str | None) -> str | None:
        return text.lower() if folded and text is not None else text

    return lambda row: compare(fold(of(row)), fold(value) or "")


OPERATORS: dict[str, Callable[[str | None, str], bool]] = {
    "equal": lambda given, value: given == value,
    "notEqual": lambda given, value: given != value,
    "greaterThan": lambda given, value: given is not None and given > value,
    "greaterThanEqual": lambda given, value: given is not None and given >= value,
    "lessThan": lambda given, value: given is not None and given < value,
    "lessThanEqual": lambda given, value: given is not None and given <= value,
    "contain": lambda given, value: given is not None and value in given,
}


def words(chance: random.Random, field: str, values: list[str]) -> tuple[Json, list[Test]]:
    """One of the operators for words, or both."""
    chosen: Json = {}
    tests: list[Test] = []
    for operator in chance.sample(["in", "notIn"], chance.choice([1, 1, 2])):
        chosen[operator] = chance.choices(values, k=chance.choice([0, 1, 1, 2, 3]))
        tests.append(_one_of(field, chosen[operator], wanted=operator == "in"))
    return chosen, tests


def _one_of(field: str, some: list[str], *, wanted: bool) -> Test:
    return lambda row: (row[field] in some) == wanted


def asked(chance: random.Random, rows: list[Json]) -> tuple[Json, list[Test]]:
    """A filter of one to three fields, and the same as tests of a row."""
    filter: Json = {}
    tests: list[Test] = []
    for field in chance.sample(FIELDS, chance.choice([1, 1, 2, 3])):
        match field:
            case "subject":
                filter[field], more = texts(chance, rows, lambda row: row["subject"], folded=False)
            case "authorUserId":
                filter[field], more = texts(chance, rows, lambda row: row["author"]["userId"], folded=False)
            case "authorEmail":
                filter[field], more = texts(chance, rows, lambda row: row["author"]["email"], folded=True)
            case "attachedEntity":
                some = chance.choices([entity or "none_1" for entity in ENTITIES], k=chance.choice([0, 1, 2, 3]))
                filter[field], more = {"id": {"in": some}}, [_one_of("attachedEntityId", some, wanted=True)]
            case "resolutionStatus":
                filter[field], more = words(chance, field, ["OPEN", "RESOLVED"])
            case _:
                filter[field], more = words(chance, field, ["READ", "UNREAD"])
        tests += more
    return filter, tests


FIELDS = ["subject", "authorUserId", "authorEmail", "attachedEntity", "resolutionStatus", "readStatus"]


async def test_every_filter_finds_what_python_finds(
    world: World,
    database: Database,
    ada: Speaker,
    grace: Speaker,
    blaise: Speaker,
    partner: Speaker,
) -> None:
    await furnished(world, database, ada, grace, blaise, partner, ada)
    chance = random.Random(11)
    found = 0
    for who in (ada, blaise, partner):
        rows = await who.listed(limit=250)
        assert len(rows) > 20
        for _ in range(50):
            filter, tests = asked(chance, rows)
            expected = [row["id"] for row in rows if all(test(row) for test in tests)]
            answer = await who.query(limit=250, filter=filter)
            assert answer.status_code == 200, (filter, answer.text)
            assert [row["id"] for row in answer.json()["data"]] == expected, filter
            found += bool(expected)
    assert 40 < found < 145  # neither everything nor nothing is tried


async def some_of(who: Speaker, filter: Json) -> list[Any]:
    return [shown["subject"] for shown in await who.listed(filter=filter)]


async def test_nobody_is_not_equal_to_anybody(ada: Speaker, partner: Speaker, world: World) -> None:
    await partner.opened(subject="Of nobody", attachedEntityId=f"co_{world.lamplight.workspace.id}")
    mine = world.ada.external_id
    assert await some_of(ada, {"authorUserId": {"notEqual": mine}}) == ["Of nobody"]
    assert await some_of(ada, {"authorEmail": {"notEqual": world.ada.email.upper()}}) == ["Of nobody"]
    assert await some_of(ada, {"authorUserId": {"greaterThanEqual": ""}}) == ["The broken lamp"]
    assert await some_of(ada, {"authorUserId": {"contain": ""}}) == ["The broken lamp"]


async def test_case_matters_to_equal_and_not_to_contain_or_addresses(ada: Speaker, world: World) -> None:
    assert await some_of(ada, {"subject": {"equal": "the broken lamp"}}) == []
    assert await some_of(ada, {"subject": {"contain": "BROKEN"}}) == ["The broken lamp"]
    assert await some_of(ada, {"authorUserId": {"equal": (world.ada.external_id or "").upper()}}) == []
    assert await some_of(ada, {"authorEmail": {"equal": world.ada.email.upper()}}) == ["The broken lamp"]


async def test_the_author_is_the_conversations_not_the_messages(ada: Speaker, blaise: Speaker, world: World) -> None:
    await blaise.said({"id": f"con_{world.the_broken_lamp.id}"}, "Paid.")
    assert await some_of(ada, {"authorUserId": {"equal": world.blaise.external_id}}) == []


async def test_the_empty_in_matches_nothing_and_the_empty_not_in_excludes_nothing(ada: Speaker) -> None:
    for field in ("readStatus", "resolutionStatus"):
        assert await some_of(ada, {field: {"in": []}}) == []
        assert await some_of(ada, {field: {"notIn": []}}) == ["The broken lamp"]
        assert await some_of(ada, {field: {"in": None, "notIn": None}}) == ["The broken lamp"]
    assert await some_of(ada, {"attachedEntity": {"id": {"in": []}}}) == []


async def test_read_status_is_the_callers(ada: Speaker, blaise: Speaker) -> None:
    assert await some_of(ada, {"readStatus": {"in": ["READ"]}}) == ["The broken lamp"]
    assert await some_of(blaise, {"readStatus": {"in": ["READ"]}}) == []
    assert await some_of(blaise, {"readStatus": {"notIn": ["READ"]}}) == ["The broken lamp"]
