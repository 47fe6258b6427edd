"""Blobs in a folder: each a file in one of 256 folders, there as a whole or not at all."""

from __future__ import annotations

import errno
import os
import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from obstore.store import LocalStore

# What is being written has the name that it will have, `#` and a number.
_UNFINISHED = re.compile(r"#[0-9]+")


def opened(where: Path) -> LocalStore:
    """The folder, which is made if need be; nobody else may look into it."""
    from obstore.store import LocalStore

    where.mkdir(mode=0o700, parents=True, exist_ok=True)
    return LocalStore(where)


def usable(where: Path) -> bool:
    """Whether the folder is there; one that is not will be made. Raises OSError when we may not write in it."""
    if not where.exists():
        return False
    if not where.is_dir() or not os.access(where, os.R_OK | os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, "this user cannot write files there", str(where))
    return True


def settle(where: Path, key: str) -> None:
    """See to it that a blob is still there after the power went."""
    file = where / key
    for path in (file, file.parent, where):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sweep(where: Path, before: datetime) -> int:
    """Take away what was begun before a time and never finished; how much that was."""
    found = 0
    for file in where.glob("??/*#*"):
        if _UNFINISHED.search(file.name) and file.stat().st_mtime < before.timestamp():
            file.unlink(missing_ok=True)
            found += 1
    return found
