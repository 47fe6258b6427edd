"""What processes tell each other: heard by all, said once for many, and looked for after a lost connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from koine.postgres import embedded, notices
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from tests.waiting import until


@pytest.fixture
async def dsn(server: embedded.Running, database: Database) -> str:
    return server.address.dsn("koine_app")


@pytest.fixture
async def here(dsn: str) -> AsyncIterator[Notices]:
    opened = Notices(dsn)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def there(dsn: str) -> AsyncIterator[Notices]:
    opened = Notices(dsn)
    await opened.open()
    yield opened
    await opened.close()


async def test_what_one_says_the_others_hear_and_so_does_it(here: Notices, there: Notices) -> None:
    heard: dict[str, list[str]] = {"here": [], "there": [], "other": []}
    here.hear("koine_test", heard["here"].append)
    there.hear("koine_test", heard["there"].append)
    there.hear("koine_other", heard["other"].append)
    await until(lambda: _lengths(heard, 1))
    here.say("koine_test")
    await until(lambda: _lengths({name: heard[name] for name in ("here", "there")}, 2))
    assert heard["other"] == [""], "only that it should look for itself"


async def test_much_that_is_said_at_once_is_said_once(here: Notices, there: Notices) -> None:
    heard: list[str] = []
    there.hear("koine_test", heard.append)
    await until(lambda: _lengths({"": heard}, 1))
    for _ in range(1000):
        here.say("koine_test")
    here.say("koine_last")
    last: list[str] = []
    there.hear("koine_last", last.append)
    await until(lambda: _lengths({"": heard}, 2))
    assert len(heard) == 2


async def test_who_was_cut_off_is_told_to_look_and_hears_again(
    here: Notices, there: Notices, sql: asyncpg.Connection
) -> None:
    heard: list[str] = []
    here.hear("koine_test", heard.append)
    await until(lambda: _lengths({"": heard}, 1))
    await sql.fetch(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'koine notices'"
    )
    await until(lambda: _lengths({"": heard}, 2))
    there.say("koine_test")
    await until(lambda: _lengths({"": heard}, 3))


async def test_what_is_said_while_cut_off_is_said_afterwards(
    here: Notices, there: Notices, sql: asyncpg.Connection
) -> None:
    heard: list[str] = []
    there.hear("koine_test", heard.append)
    await until(lambda: _lengths({"": heard}, 1))
    pid = await sql.fetchval(
        "select pid from pg_stat_activity where application_name = 'koine notices' and pid <> ("
        "select pid from pg_stat_activity where application_name = 'koine notices' and query ilike 'listen%' limit 1)"
    )
    await sql.fetch("select pg_terminate_backend($1, 5000)", pid)
    here.say("koine_test")
    await until(lambda: _lengths({"": heard}, 2))


async def test_a_silent_connection_shows_now_and_then_that_it_lives(
    dsn: str, sql: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "HEARTBEAT", 0.01)
    opened = Notices(dsn)
    await opened.open()
    try:
        await until(
            lambda: sql.fetchval(
                "select 1 from pg_stat_activity where application_name = 'koine notices' and query = 'select 1'"
            )
        )
    finally:
        await opened.close()


async def test_who_does_not_want_to_hear_any_more_does_not(here: Notices) -> None:
    quiet: list[str] = []
    heard: list[str] = []
    here.hear("koine_test", quiet.append)
    here.hear("koine_test", heard.append)
    await until(lambda: _lengths({"": heard}, 1))
    here.unhear("koine_test", quiet.append)
    here.say("koine_test")
    await until(lambda: _lengths({"": heard}, 2))
    assert quiet == [""]


async def test_opening_waits_until_everything_is_heard(dsn: str) -> None:
    heard: list[str] = []
    opened = Notices(dsn)
    opened.hear("koine_test", heard.append)
    await opened.open()
    try:
        assert heard == [""]
        await asyncio.sleep(0)
    finally:
        await opened.close()


async def _lengths(heard: dict[str, list[str]], least: int) -> bool:
    return all(len(texts) >= least for texts in heard.values())


async def test_it_closes_at_whatever_moment(dsn: str) -> None:
    """A cancellation that came just as an answer did was once swallowed, and then nothing ended any more."""
    for moment in range(80):
        opened = Notices(dsn)
        await opened.open()
        opened.hear("koine_test", lambda _: None)
        await asyncio.sleep(moment * 0.00005)
        closing = asyncio.create_task(opened.close())
        closed, _ = await asyncio.wait({closing}, timeout=10)
        assert closed == {closing}
