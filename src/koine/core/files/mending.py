"""Holding the storage against the database: what belongs to nothing goes, what is lost is not promised any more."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from koine.core.files.model import Mended
from koine.core.files.store import mending as store
from koine.core.files.store.mending import Kept
from koine.postgres.database import Database
from koine.storage import Storage

YOUNG = timedelta(hours=1)  # an upload may still be under way
_AT_ONCE = 1000
_ASKED_AT_ONCE = 20


async def mend(database: Database, storage: Storage, workspaces: Sequence[int]) -> Mended:
    """Put right what does not fit together. `workspaces` must be all there are: what belongs to others is deleted.

    Raises StorageFailed.
    """
    before = datetime.now(UTC) - YOUNG
    mended = await _without_row(database, storage, tuple(sorted(workspaces)), before)
    for workspace_id in workspaces:
        mended = await _without_blob(database, storage, workspace_id, mended)
    return replace(mended, unfinished=await storage.unfinished(before))


async def _without_row(database: Database, storage: Storage, workspaces: tuple[int, ...], before: datetime) -> Mended:
    blobs = deleted = 0
    async for some in storage.listed():
        blobs += len(some)
        old = [blob.key for blob in some if blob.at < before]
        async with database.reading(workspaces) as tx:
            known = await store.known(tx, old)
        for key in old:
            if key not in known:
                await storage.delete(key)
                deleted += 1
    return Mended(blobs=blobs, deleted=deleted)


async def _without_blob(database: Database, storage: Storage, workspace_id: int, so_far: Mended) -> Mended:
    """A blob of another size than the file's is as good as none."""
    last, files, lost, back = 0, 0, list(so_far.lost), list(so_far.back)
    while True:
        async with database.reading((workspace_id,)) as tx:
            some = await store.after(tx, workspace_id, last, limit=_AT_ONCE)
        if not some:
            return replace(so_far, files=so_far.files + files, lost=lost, back=back)
        files, last = files + len(some), some[-1].id
        there = await _sound(storage, some)
        gone = [kept.id for kept, sound in zip(some, there, strict=True) if not sound and not kept.missing]
        here = [kept.id for kept, sound in zip(some, there, strict=True) if sound and kept.missing]
        async with database.writing((workspace_id,)) as tx:
            for ids, missing in ((gone, True), (here, False)):
                if ids:
                    await store.mark(tx, workspace_id, ids, missing=missing)
        lost += gone
        back += here


async def _sound(storage: Storage, some: Sequence[Kept]) -> list[bool]:
    places = asyncio.Semaphore(_ASKED_AT_ONCE)

    async def look(kept: Kept) -> bool:
        async with places:
            return await storage.size(kept.key) == kept.size

    return await asyncio.gather(*(look(kept) for kept in some))
