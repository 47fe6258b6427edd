"""Presence: who is where, as several processes know it, for no longer than it lasts."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from koine.postgres import embedded
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from koine.realtime import presence
from koine.realtime.presence import Presence, Watcher
from tests.waiting import until

LAMP, DOOR = (7_000_001, 1), (7_000_001, 2)


@contextlib.asynccontextmanager
async def _process(dsn: str) -> AsyncIterator[Presence]:
    notices = Notices(dsn)
    await notices.open()
    opened = Presence(notices)
    opened.open()
    yield opened
    await opened.close()
    await notices.close()


@pytest.fixture
async def dsn(server: embedded.Running, database: Database) -> str:
    return server.address.dsn("koine_app")


def _nothing() -> None:
    """Nobody asked to be told."""


async def _becomes(there: Presence, *expected: Watcher, at: presence.Place = LAMP) -> None:
    async def so() -> bool:
        return list(there.at(at)) == list(expected)

    await until(so)


async def test_who_looks_is_known_in_every_process_until_they_leave(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "LINGERS", 0.05)
    async with _process(dsn) as here, _process(dsn) as there:
        with here.looking(LAMP, 5, "Mary", _nothing):
            await _becomes(there, Watcher(5, "Mary"))
            assert list(here.at(LAMP)) == [Watcher(5, "Mary")]
            assert list(here.at(LAMP, but=5)) == []
            assert list(there.at(DOOR)) == []
        await _becomes(there)
        await _becomes(here)


async def test_who_writes_is_told_and_forgotten_by_itself(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "WRITES", 2.0)
    async with _process(dsn) as here, _process(dsn) as there:
        told = asyncio.Event()
        with there.looking(LAMP, 6, "Ada", told.set):
            told.clear()
            here.writing(LAMP, 5, "Mary")
            await _becomes(there, Watcher(5, "Mary", writes=True), Watcher(6, "Ada"))
            assert told.is_set()
            told.clear()
            await _becomes(there, Watcher(6, "Ada"))
            await told.wait()


async def test_who_stops_writing_goes_on_looking(dsn: str) -> None:
    async with _process(dsn) as here, _process(dsn) as there:
        with here.looking(LAMP, 5, "Mary", _nothing):
            here.writing(LAMP, 5, "Mary")
            await _becomes(there, Watcher(5, "Mary", writes=True))
            here.writing(LAMP, 5, "Mary", writes=False)
            await _becomes(there, Watcher(5, "Mary"))


async def test_a_process_that_comes_later_learns_who_is_there(dsn: str) -> None:
    async with _process(dsn) as here:
        with here.looking(LAMP, 5, "Mary", _nothing):
            async with _process(dsn) as late:
                await _becomes(late, Watcher(5, "Mary"))


async def test_a_process_that_died_is_forgotten(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "HOLDS", 2.0)
    async with _process(dsn) as there:
        with contextlib.ExitStack() as never_left:
            async with _process(dsn) as here:
                never_left.enter_context(here.looking(LAMP, 5, "Mary", _nothing))
                await _becomes(there, Watcher(5, "Mary"))
            await _becomes(there)


async def test_two_pages_of_one_person_are_one_and_the_last_to_close_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "LINGERS", 0.01)
    here = Presence()
    with here.looking(LAMP, 5, "Mary", _nothing):
        with here.looking(LAMP, 5, "Mary", _nothing):
            assert list(here.at(LAMP)) == [Watcher(5, "Mary")]
        await asyncio.sleep(0.05)
        assert list(here.at(LAMP)) == [Watcher(5, "Mary")]
    await _becomes(here)


async def test_a_thousand_who_look_fit_into_notices(dsn: str) -> None:
    async with _process(dsn) as here, _process(dsn) as there:
        with contextlib.ExitStack() as all:
            for id in range(1, 1001):
                all.enter_context(here.looking((7_000_001, id % 100), id, "\u0001" * 200, _nothing))

            async def known() -> bool:
                return sum(len(there.at((7_000_001, place))) for place in range(100)) == 1000

            await until(known)
