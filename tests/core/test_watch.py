"""Those who stay connected are shown nothing on the strength of what was known long ago."""

from __future__ import annotations

import asyncio

import pytest

from koine.core.errors import Unauthenticated
from koine.core.tokens import watch
from koine.core.tokens.keyring import Keyring
from koine.core.tokens.watch import Watch
from koine.demo import World
from koine.postgres import embedded
from koine.postgres.database import Database


async def test_somebody_of_whom_nothing_new_is_known_waits(
    server: embedded.Running, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "EVERY", 0.01)
    monkeypatch.setattr(watch, "STALE", 0.05)
    small = await Database.open(server.address.dsn("koine_app"), size=1)
    async with Watch(small, Keyring(small)).over(world.native.secret) as watched:
        async with small.reading(()) as tx:
            await tx.value("select 1")  # the only connection: no look can be had
            await asyncio.sleep(watch.STALE)
            staying = asyncio.ensure_future(watched.stays())
            await asyncio.sleep(5 * watch.STALE)
            assert not staying.done()
        assert await staying
    await small.close()


async def test_a_secret_that_is_none_cannot_be_watched(database: Database, world: World) -> None:
    with pytest.raises(Unauthenticated):
        async with Watch(database, Keyring(database)).over(f"{world.native.secret}x"):
            pass


async def test_who_may_not_stay_is_told_once_and_is_told_at_once_when_that_is_known(
    database: Database, world: World
) -> None:
    told = []
    async with Watch(database, Keyring(database)).over(world.native.secret) as watched:
        watched.go(Unauthenticated())
        watched.when_over(lambda: told.append("over"))
        watched.go(Unauthenticated())
        assert told == ["over"]
        assert not await watched.stays()
