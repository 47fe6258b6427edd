"""Requests are counted exactly, for all processes together."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from koine import settings
from koine.core.errors import TooMany
from koine.core.limits.limits import Limits, RateUsedUp
from koine.core.limits.model import Allowance, Rate
from koine.postgres import embedded
from koine.postgres.database import Database
from koine.settings import Settings
from koine.work import entries

FIVE = Rate(5, 300)


@pytest.fixture
def who() -> str:
    """Somebody who has not asked for anything yet."""
    return f"token {uuid.uuid4()}"


@pytest.fixture
async def another(server: embedded.Running, database: Database) -> AsyncIterator[Limits]:
    """The counts as another process meets them."""
    opened = await Database.open(server.address.dsn("koine_app"), size=4)
    yield Limits(opened)
    await opened.close()


async def allowed(limits: Limits, who: str, *rates: Rate) -> Allowance | TooMany:
    try:
        return (await limits.count(who, rates))[0]
    except TooMany as refused:
        return refused


async def test_as_many_are_allowed_as_the_rate_says_and_not_one_more(database: Database, who: str) -> None:
    limits = Limits(database)
    answers = [await allowed(limits, who, FIVE) for _ in range(7)]
    assert [answer.remaining for answer in answers if isinstance(answer, Allowance)] == [4, 3, 2, 1, 0]
    refused = [answer for answer in answers if isinstance(answer, TooMany)]
    assert len(refused) == 2
    assert all(1 <= answer.retry_after <= 300 for answer in refused)


async def test_two_processes_that_count_at_once_give_out_each_place_once(
    database: Database, another: Limits, who: str
) -> None:
    limits, rate = (Limits(database), another), Rate(100, 300)
    answers = await asyncio.gather(*(allowed(limits[number % 2], who, rate) for number in range(300)))
    left = [answer.remaining for answer in answers if isinstance(answer, Allowance)]
    assert sorted(left) == list(range(100))


async def test_many_who_ask_at_once_are_counted_apart(database: Database, who: str) -> None:
    limits = Limits(database)
    answers = await asyncio.gather(*(allowed(limits, f"{who} {number % 20}", FIVE) for number in range(120)))
    assert sum(isinstance(answer, Allowance) for answer in answers) == 100
    refused = [number % 20 for number, answer in enumerate(answers) if isinstance(answer, TooMany)]
    assert sorted(refused) == list(range(20))


async def test_when_the_span_is_over_there_is_all_of_it_again(
    database: Database, another: Limits, who: str, sql: asyncpg.Connection
) -> None:
    for _ in range(6):
        await allowed(another, who, FIVE)
    await sql.execute("update request_counts set ends_at = now() where who like $1", f"{who}%")
    renewed = await allowed(Limits(database), who, FIVE)
    assert isinstance(renewed, Allowance)
    assert (renewed.remaining, 299 <= renewed.renewed_in <= 300) == (4, True)


async def test_whoever_is_refused_and_goes_on_asking_costs_the_database_nothing(
    database: Database, who: str, sql: asyncpg.Connection
) -> None:
    limits = Limits(database)
    for _ in range(50):
        await allowed(limits, who, FIVE)
    assert await sql.fetchval("select used from request_counts where who = $1", f"{who} 300") == 6


async def test_the_first_rate_that_is_used_up_refuses_and_the_later_ones_are_not_counted(
    database: Database, who: str, sql: asyncpg.Connection
) -> None:
    limits, day = Limits(database), Rate(1000, 86_400)
    for _ in range(9):
        await allowed(limits, who, FIVE, day)
    assert await sql.fetchval("select used from request_counts where who = $1", f"{who} 86400") == 5


async def test_two_processes_that_count_against_two_rates_at_once_give_out_each_place_of_both_once(
    database: Database, another: Limits, who: str, sql: asyncpg.Connection
) -> None:
    limits, rates = (Limits(database), another), [Rate(1000, 86_400), Rate(100, 300)]

    async def one(number: int) -> list[int]:
        try:
            return [each.remaining for each in await limits[number % 2].count(who, rates)]
        except TooMany:
            return []

    answers = [answer for answer in await asyncio.gather(*(one(number) for number in range(300))) if answer]
    assert sorted(burst for _, burst in answers) == list(range(100))
    days = sorted((day for day, _ in answers), reverse=True)
    assert (len(set(days)), days[0]) == (100, 999)
    assert await sql.fetchval("select used from request_counts where who = $1", f"{who} 86400") == 300


async def test_two_rates_are_counted_by_one_statement(database: Database, who: str, sql: asyncpg.Connection) -> None:
    await Limits(database).count(who, [FIVE, Rate(1000, 86_400)])
    written = await sql.fetch("select used, xmin::text from request_counts where who like $1", f"{who}%")
    assert [row["used"] for row in written] == [1, 1]
    assert len({row["xmin"] for row in written}) == 1  # a request's own transaction has one statement


async def test_of_three_rates_each_has_its_own_count(database: Database, who: str) -> None:
    limits, rates = Limits(database), [Rate(9, 30), Rate(8, 60), Rate(2, 90)]
    assert [each.remaining for each in await limits.count(who, rates)] == [8, 7, 1]
    await limits.count(who, rates)
    for day in (6, 5):
        with pytest.raises(RateUsedUp) as refused:
            await limits.count(who, rates)
        assert [each.remaining for each in refused.value.allowances] == [day, day - 1, 0]


async def test_counts_of_spans_that_are_over_are_forgotten(
    database: Database, who: str, sql: asyncpg.Connection
) -> None:
    limits = Limits(database)
    await limits.count(who, [FIVE, Rate(5, 86_400)])
    await sql.execute("update request_counts set ends_at = now() - interval '1 s' where who = $1", f"{who} 300")
    await entries.forget_counts(database, Settings(data=Path("nowhere"), database_url=None, postgres="auto"))
    assert await sql.fetchval("select array_agg(who) from request_counts where who like $1", f"{who}%") == [
        f"{who} 86400"
    ]


@pytest.mark.parametrize(
    ("text", "limited", "rates"),
    [
        ("", None, {}),
        ("on", True, {}),
        ("off", False, {}),
        ("tight=5000/300", True, {"tight": ((5000, 300),)}),
        (
            " tight=1/2 , highlevel=100/10+200000/86400,",
            True,
            {"tight": ((1, 2),), "highlevel": ((100, 10), (200000, 86400))},
        ),
    ],
)
def test_the_environment_says_how_often_one_may_ask(
    monkeypatch: pytest.MonkeyPatch, text: str, limited: bool | None, rates: object
) -> None:
    monkeypatch.setenv("KOINE_RATE_LIMITS", text)
    found = settings.from_environment()
    assert (found.limited, found.rates) == (limited, rates)


@pytest.mark.parametrize("text", ["yes", "tight", "tight=5", "tight=0/300", "tight=5/0", "klingon=5/5", "tight=-1/5"])
def test_what_is_no_rate_is_named(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("KOINE_RATE_LIMITS", f"native=10/10, {text}")
    with pytest.raises(ValueError, match=f"KOINE_RATE_LIMITS.*{text}$"):
        settings.from_environment()
