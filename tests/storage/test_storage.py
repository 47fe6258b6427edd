"""Blobs, in a folder and in a bucket: all of one or nothing, in pieces, and gone when they are forgotten."""

from __future__ import annotations

import os
import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from koine.settings import Bucket
from koine.storage import Storage, StorageFailed, new_key
from tests import buckets

MIB = 1024 * 1024


@pytest.fixture(params=["folder", "bucket"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Path | Bucket:
    if request.param == "folder":
        return tmp_path / "data" / "files"
    return buckets.made(request.getfixturevalue("s3"))


@pytest.fixture
def storage(where: Path | Bucket) -> Storage:
    return Storage(where)


async def pieces(*given: bytes, failing: Exception | None = None) -> AsyncIterator[bytes]:
    for piece in given:
        yield piece
    if failing is not None:
        raise failing


async def read(storage: Storage, key: str, start: int, end: int) -> bytes:
    return b"".join([piece async for piece in storage.read(key, start, end)])


async def keys(storage: Storage) -> set[str]:
    return {blob.key async for some in storage.listed() for blob in some}


@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB, 11 * MIB + 3])
async def test_what_was_written_is_read_again(storage: Storage, size: int) -> None:
    key, whole = new_key(), os.urandom(size)
    await storage.put(key, pieces(*(whole[at : at + 65_536] for at in range(0, size, 65_536))))
    assert await storage.size(key) == size
    assert await read(storage, key, 0, size) == whole
    assert await keys(storage) == {key}


async def test_any_part_can_be_read(storage: Storage) -> None:
    key, whole = new_key(), os.urandom(3 * MIB)
    await storage.put(key, pieces(whole))
    for start, end in ((0, 1), (MIB - 1, 2 * MIB + 1), (3 * MIB - 1, 3 * MIB), (5, 5)):
        assert await read(storage, key, start, end) == whole[start:end]


@pytest.mark.parametrize("size", [100, 3 * MIB, 12 * MIB])
async def test_of_what_breaks_off_nothing_is_left(storage: Storage, where: Path | Bucket, size: int) -> None:
    class Gone(Exception):
        pass

    with pytest.raises(Gone):
        await storage.put(new_key(), pieces(*[b"x" * MIB] * (size // MIB), b"x", failing=Gone()))
    assert await keys(storage) == set()
    if isinstance(where, Bucket):
        assert not buckets.unfinished(where)
    else:
        assert [path for path in where.rglob("*") if path.is_file()] == []


async def test_what_is_forgotten_is_gone(storage: Storage) -> None:
    key = new_key()
    await storage.put(key, pieces(b"one"))
    assert await storage.size(key) == 3
    await storage.delete(key)
    await storage.delete(key)
    assert await storage.size(key) is None
    with pytest.raises(StorageFailed):
        await read(storage, key, 0, 3)


async def test_a_list_says_how_old_everything_is(storage: Storage) -> None:
    before = datetime.now(UTC) - timedelta(minutes=5)
    await storage.put(new_key(), pieces(b"one"))
    ((blob,),) = [some async for some in storage.listed()]
    assert blob.size == 3
    assert before < blob.at < datetime.now(UTC) + timedelta(minutes=5)


async def test_a_bucket_is_used_below_its_prefix_only(s3: str) -> None:
    bucket = buckets.made(s3)
    key = new_key()
    await Storage(bucket).put(key, pieces(b"one"))
    assert f"<Key>some/files/{key}</Key>".encode() in buckets.asked(s3, "GET", f"/{bucket.name}")


async def test_nobody_else_may_look_into_the_folder(tmp_path: Path) -> None:
    await Storage(tmp_path / "files").put(new_key(), pieces(b"one"))
    assert stat.S_IMODE((tmp_path / "files").stat().st_mode) == 0o700


async def test_a_key_says_nothing_and_never_comes_twice() -> None:
    made = {new_key() for _ in range(1000)}
    assert len(made) == 1000
    assert {len(key) for key in made} == {35}
    assert all(key[:2] == key[3:5] for key in made)


async def test_what_was_begun_long_ago_is_swept_up(tmp_path: Path) -> None:
    storage, key = Storage(tmp_path), new_key()
    await storage.put(key, pieces(b"one"))
    begun = tmp_path / f"{key}#1"
    begun.write_bytes(b"half")
    assert await keys(storage) == {key}
    now = datetime.now(UTC)
    assert await storage.unfinished(now - timedelta(hours=1)) == 0
    os.utime(begun, (now.timestamp() - 7200,) * 2)
    assert await storage.unfinished(now - timedelta(hours=1)) == 1
    assert not begun.exists()
    assert await storage.size(key) == 3


async def test_a_bucket_that_is_not_there_is_told_of_without_secrets(s3: str) -> None:
    storage = Storage(Bucket("no-such-bucket", "", s3, "us-east-1", "key-id", "top-secret"))
    with pytest.raises(StorageFailed) as failed:
        await storage.put(new_key(), pieces(b"one"))
    assert "top-secret" not in str(failed.value) + storage.says + repr(storage._where)


async def test_reaching_writes_nothing(storage: Storage, where: Path | Bucket) -> None:
    assert await storage.reach() is isinstance(where, Bucket)
    if isinstance(where, Path):
        assert not where.exists()
    await storage.put(new_key(), pieces(b"one"))
    before = await keys(storage)
    assert await storage.reach()
    assert await keys(storage) == before
