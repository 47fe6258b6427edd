"""Blobs: bytes under random keys, written once, read in pieces, and forgotten."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from koine.settings import Bucket
from koine.storage import folder, s3

if TYPE_CHECKING:
    from obstore.store import ObjectStore

# Bytes of a piece: of what is held at once while a blob is written there are three or four of them.
_PIECE = 1024 * 1024
_READ = 256 * 1024
_AT_ONCE = 1


class StorageFailed(Exception):
    """The storage did not do what it was asked; the sentence says why, and holds no secret."""


@dataclass(frozen=True, slots=True)
class Blob:
    """What lies under a key: `size` in bytes, `at` when it was written."""

    key: str
    size: int
    at: datetime


def new_key() -> str:
    """A key that says nothing about what lies under it: 128 random bits, of which two letters name a folder."""
    name = secrets.token_hex(16)
    return f"{name[:2]}/{name}"


class Storage:
    """One folder or one bucket, for one process. `says` is where that is, for people."""

    def __init__(self, where: Path | Bucket) -> None:
        self._folder = where if isinstance(where, Path) else None
        self._part = max(_PIECE, 0 if self._folder else s3.SMALLEST_PART)
        self._store: ObjectStore | None = None
        self._where = where
        self.says = str(where) if isinstance(where, Path) else s3.says(where)

    async def put(self, key: str, pieces: AsyncIterator[bytes]) -> None:
        """Write a blob: there is all of it or none. It lasts from here on, also when the power goes.

        What `pieces` raises goes through, and nothing is left. Raises StorageFailed.
        """
        import obstore

        start = bytearray()
        async for piece in pieces:
            start += piece
            if len(start) >= _PIECE:
                break
        else:
            with _failing("written"):
                await obstore.put_async(self._opened(), key, bytes(start))
                await self._last(key)
            return
        with _failing("written"):
            body = _gathered(bytes(start), pieces)
            await obstore.put_async(self._opened(), key, body, chunk_size=self._part, max_concurrency=_AT_ONCE)
            await self._last(key)

    async def read(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes of a blob from `start` up to `end`, which is not among them; each piece when it is asked for.

        Raises StorageFailed, also when there is no such blob.
        """
        import obstore

        if start >= end:
            return
        with _failing("read"):
            found = await obstore.get_async(self._opened(), key, options={"range": (start, end)})
            async for piece in found.stream(min_chunk_size=_READ):
                yield bytes(piece)

    async def size(self, key: str) -> int | None:
        """How many bytes lie under a key; None when nothing does. Raises StorageFailed."""
        import obstore

        with _failing("asked"):
            try:
                return (await obstore.head_async(self._opened(), key))["size"]
            except FileNotFoundError:
                return None

    async def delete(self, key: str) -> None:
        """Forget a blob; one that is not there is as good as forgotten. Raises StorageFailed."""
        import obstore

        with _failing("changed"):
            try:
                await obstore.delete_async(self._opened(), key)
            except FileNotFoundError:
                return

    async def listed(self) -> AsyncIterator[Sequence[Blob]]:
        """Every blob, some at a time, in no order. Raises StorageFailed."""
        import obstore

        with _failing("listed"):
            async for page in obstore.list(self._opened(), chunk_size=1000):
                yield [Blob(each["path"], each["size"], each["last_modified"]) for each in page]

    async def unfinished(self, before: datetime) -> int:
        """Take away what writers who were killed have begun before a time; how much that was.

        A bucket does that by a rule of its own life cycle.
        """
        return 0 if self._folder is None else await asyncio.to_thread(folder.sweep, self._folder, before)

    async def reach(self) -> bool:
        """Whether there is such a place: a folder may have to be made yet. Writes nothing. Raises StorageFailed."""
        if self._folder is not None:
            with _failing("written"):
                return folder.usable(self._folder)
        await self.size(new_key())
        return True

    def _opened(self) -> ObjectStore:
        """It is opened when it is used first: loading it takes a while, and some memory."""
        if self._store is None:
            self._store = folder.opened(self._where) if isinstance(self._where, Path) else s3.opened(self._where)
        return self._store

    async def _last(self, key: str) -> None:
        """The folder's blobs are on the disk by then; of a bucket that is its own promise."""
        if self._folder is not None:
            await asyncio.to_thread(folder.settle, self._folder, key)


@contextmanager
def _failing(what: str) -> Iterator[None]:
    """Say what the storage says in a sentence of ours; what comes from elsewhere goes through."""
    from obstore import exceptions

    try:
        yield
    except (exceptions.BaseError, OSError) as error:
        reason = str(error).partition("\n")[0].strip()
        raise StorageFailed(f"Files could not be {what}: {reason or type(error).__name__}.") from error


async def _gathered(start: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in larger pieces: each is a step to another thread and back."""
    yield start
    gathered = bytearray()
    async for piece in pieces:
        gathered += piece
        if len(gathered) >= _READ:
            yield bytes(gathered)
            gathered.clear()
    if gathered:
        yield bytes(gathered)
