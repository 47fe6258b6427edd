"""The log of the embedded server: a file in the data folder that does not grow for ever."""

from __future__ import annotations

import os
from pathlib import Path

from koine.postgres import record

NAME = "server.log"
LARGEST = 4 << 20  # bytes
LINES = 20


def opened(folder: Path) -> int:
    """A handle for appending to the log; a log that has grown large is put aside, in the place of the one before."""
    log = folder / NAME
    if log.exists() and log.stat().st_size > LARGEST:
        log.rename(folder / f"{NAME}.1")
    return record.open_own(log, os.O_RDWR | os.O_CREAT | os.O_APPEND)


def tail(handle: int, since: int) -> str:
    """The last lines that were written to this log after its first `since` bytes."""
    size = os.fstat(handle).st_size
    start = max(since, size - LINES * 500)
    lines = os.pread(handle, size - start, start).decode(errors="replace").splitlines()
    return "\n".join(lines[-LINES:])
