"""The storage held against the database: what belongs to nothing goes, what is lost is not promised any more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from koine.core.actor import system
from koine.core.files import files, mending
from koine.core.files.model import Described, File, Stored
from koine.demo import World
from koine.postgres.database import Database
from koine.storage import Storage, new_key
from tests import buckets

CONTENT = b"light"


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "folder":
        return Storage(tmp_path / "files")
    return Storage(buckets.made(request.getfixturevalue("s3")))


@pytest.fixture
def old(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is old enough."""
    monkeypatch.setattr(mending, "YOUNG", timedelta(minutes=-5))


async def put(storage: Storage, content: bytes = CONTENT) -> str:
    async def once() -> AsyncIterator[bytes]:
        yield content

    key = new_key()
    await storage.put(key, once())
    return key


async def add(database: Database, world: World, storage: Storage) -> tuple[File, str]:
    key, home = await put(storage), world.lamplight.workspace.id
    async with database.writing((home,)) as tx:
        stored = Stored(key, "lamp.png", "image/png", len(CONTENT), b"digest")
        return await files.add(tx, system(world.account_id, home), home, stored, Described("x")), key


def places(world: World) -> list[int]:
    return [world.lamplight.workspace.id, world.harbour.workspace.id]


async def test_what_fits_stays_as_it_is(old, storage: Storage, database: Database, world: World) -> None:
    _, key = await add(database, world, storage)
    mended = await mending.mend(database, storage, places(world))
    assert (mended.files, mended.blobs, mended.deleted, mended.lost, mended.back) == (1, 1, 0, [], [])
    assert await storage.size(key) == len(CONTENT)


async def test_a_blob_without_a_file_goes(old, storage: Storage, database: Database, world: World) -> None:
    _, kept = await add(database, world, storage)
    stray = await put(storage)
    assert (await mending.mend(database, storage, places(world))).deleted == 1
    assert await storage.size(stray) is None
    assert await storage.size(kept) == len(CONTENT)


async def test_a_young_one_may_still_become_a_file(storage: Storage, database: Database, world: World) -> None:
    stray = await put(storage)
    assert (await mending.mend(database, storage, places(world))).deleted == 0
    assert await storage.size(stray) == len(CONTENT)


async def test_the_blob_of_a_deleted_file_stays(old, storage: Storage, database: Database, world: World) -> None:
    file, key = await add(database, world, storage)
    home = world.lamplight.workspace.id
    async with database.writing((home,)) as tx:
        await files.delete(tx, system(world.account_id, home), file)
    assert (await mending.mend(database, storage, places(world))).deleted == 0
    assert await storage.size(key) == len(CONTENT)


@pytest.mark.parametrize("damage", ["gone", "cut"])
async def test_a_file_without_its_bytes_gets_no_link_until_they_are_back(
    storage: Storage, database: Database, world: World, damage: str
) -> None:
    file, key = await add(database, world, storage)
    await storage.delete(key)
    if damage == "cut":
        await _write(storage, key, CONTENT[:2])
    mended = await mending.mend(database, storage, places(world))
    assert mended.lost == [file.id]
    assert not await available(database, world, file)
    again = await mending.mend(database, storage, places(world))
    assert (again.lost, again.back) == ([], [])
    await _write(storage, key, CONTENT)
    assert (await mending.mend(database, storage, places(world))).back == [file.id]
    assert await available(database, world, file)


async def available(database: Database, world: World, file: File) -> bool:
    async with database.reading((file.workspace_id,)) as tx:
        found = await files.find(tx, system(world.account_id, file.workspace_id), file.id)
        served = await files.served(tx, file.workspace_id, file.id)
    assert found == replace(file, available=served is not None)
    return found.available


async def _write(storage: Storage, key: str, content: bytes) -> None:
    async def once() -> AsyncIterator[bytes]:
        yield content

    await storage.put(key, once())
