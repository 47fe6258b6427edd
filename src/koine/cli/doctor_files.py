"""What `koine doctor` says of files: whether there is a place for them, and with --files what it has put right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from koine.core.accounts import accounts
from koine.core.files import mending
from koine.core.sealing import NAME, Sealing, SealingFailed
from koine.core.workspaces import workspaces
from koine.postgres.database import Database
from koine.postgres.examination import Finding
from koine.serving.databases import Reached
from koine.settings import Settings
from koine.storage import Storage, StorageFailed


def keys(settings: Settings) -> Iterator[Finding]:
    """Whether what is sealed and signed can be."""
    file = settings.data / NAME
    try:
        count = Sealing(file).check()
    except SealingFailed as failed:
        yield Finding("error", "keys", str(failed))
    else:
        yield Finding("ok", "keys", f"{file}, {count} of them." if count else f"{file} will be made.")


async def reach(settings: Settings) -> Finding:
    """Whether the place for files can be reached. Nothing is written."""
    storage = Storage(settings.files)
    try:
        there = await storage.reach()
    except StorageFailed as failed:
        return Finding("error", "files", f"{storage.says}: {failed}")
    return Finding("ok", "files", f"{storage.says}." if there else f"{storage.says} will be made.")


async def mend(settings: Settings, reached: Reached) -> list[Finding]:
    """Put right what does not fit together, and say what that was."""
    storage = Storage(settings.files)
    database = await Database.open(reached.app, size=2)
    try:
        async with database.reading(()) as tx:
            every = [it.id for account in await accounts.every(tx) for it in await workspaces.find(tx, account.id)]
        mended = await mending.mend(database, storage, every)
    except StorageFailed as failed:
        return [Finding("error", "files", f"Not all could be looked at. {failed}")]
    finally:
        await database.close()
    found = [Finding("ok", "files", f"{mended.files} files and {mended.blobs} blobs were compared.")]
    if mended.deleted:
        found.append(Finding("warning", "files", f"Deleted {mended.deleted} blobs that belonged to no file."))
    if mended.unfinished:
        found.append(Finding("warning", "files", f"Deleted {mended.unfinished} blobs that were never finished."))
    if mended.lost:
        found.append(Finding("error", "files", f"Lost, and given no link from now on: {_named(mended.lost)}."))
    if mended.back:
        found.append(Finding("ok", "files", f"There again, and given links: {_named(mended.back)}."))
    return found


def _named(ids: Iterable[int]) -> str:
    return ", ".join(f"file {id}" for id in sorted(ids))
