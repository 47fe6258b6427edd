"""What a data folder says about its server: who holds it, and where its socket is."""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
import stat
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from koine.postgres.unavailable import AlreadyRunning

if sys.platform != "win32":
    import fcntl

LOCK = "lock"
RECORD = "server.json"
SOCKETS = "run"
PORT = 5432  # part of the socket's name; there is no TCP
ELSEWHERE = Path("/tmp")  # noqa: S108  (our folders there are private and have random names)
ELSEWHERE_PREFIX = "koine-"
LONGEST_SOCKET = 107  # bytes: what fits into sun_path
TRIES = 5
PAUSE = 0.02


@dataclass(frozen=True)
class Record:
    """server.json; `pid` is None while the server is starting."""

    sockets: str
    port: int = PORT
    pid: int | None = None
    source: Literal["system", "wheel"] | None = None
    version: str | None = None


def hold(folder: Path) -> int:
    """Take the folder's lock; the kernel frees it when we end, however we end. Raises AlreadyRunning.

    Returns the handle that holds it; no command that we start inherits it.
    """
    handle = open_own(folder / LOCK, os.O_RDWR | os.O_CREAT)
    if not locked(handle):
        said = os.pread(handle, 20, 0).strip()
        os.close(handle)
        raise AlreadyRunning(folder, int(said) if said.isdigit() else None)
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
    return handle


def locked(handle: int) -> bool:
    """Lock the open file or folder for us and for who inherits the handle; whether it was free."""
    for _ in range(TRIES):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            time.sleep(PAUSE)  # somebody may just be asking, or just be dying
    return False


def is_held(folder: Path) -> bool:
    """Whether some process holds the folder's lock now."""
    try:
        handle = os.open(folder / LOCK, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(handle)


def read(folder: Path) -> Record | None:
    """The record of this folder, None where there is none or it makes no sense."""
    try:
        found = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return Record(**found) if isinstance(found["sockets"], str) and isinstance(found["pid"], int | None) else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write(folder: Path, record: Record) -> None:
    """Replace the record, readable for its owner only."""
    unfinished = folder / f"{RECORD}.new"
    unfinished.unlink(missing_ok=True)
    with os.fdopen(open_own(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "w", encoding="utf-8") as out:
        json.dump(asdict(record), out)
    unfinished.rename(folder / RECORD)


def new_socket_folder(folder: Path) -> Path:
    """A fresh private folder for the socket: in the data folder, or below /tmp where that one's name will not do."""
    forget_socket_folder(folder)
    sockets = folder / SOCKETS
    if not fits(sockets):
        sockets = ELSEWHERE / f"{ELSEWHERE_PREFIX}{secrets.token_hex(8)}"
    # Written down before it exists, so that no crash can leave a folder nobody knows of.
    write(folder, Record(str(sockets)))
    sockets.mkdir(mode=0o700)
    return sockets


def fits(sockets: Path) -> bool:
    """Whether every client can name a socket in this folder: briefly enough, and where a comma parts two hosts."""
    name = os.fsencode(sockets / f".s.PGSQL.{PORT}")
    return len(name) <= LONGEST_SOCKET and b"," not in name and str(sockets).isprintable()


def forget_socket_folder(folder: Path) -> None:
    """Remove the socket's folder and the record. Only for the holder of the lock, when no server runs any more."""
    shutil.rmtree(folder / SOCKETS, ignore_errors=True)
    record = read(folder)
    if record is not None and _is_one_of_ours(Path(record.sockets)):
        shutil.rmtree(record.sockets, ignore_errors=True)
    (folder / RECORD).unlink(missing_ok=True)


def open_own(path: Path, flags: int) -> int:
    """Open one of our files. One that is made is private and belongs to the owner of its folder, also under root."""
    handle = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    found, owner = os.fstat(handle), path.parent.stat()
    if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
        os.close(handle)
        # Else the owner of the folder could have root write into a file of somebody else.
        raise OSError(errno.EINVAL, "not a plain file of its own", str(path))
    if found.st_uid == 0 and owner.st_uid != 0:
        os.fchown(handle, owner.st_uid, owner.st_gid)
    return handle


def _is_one_of_ours(sockets: Path) -> bool:
    return sockets.parent == ELSEWHERE and sockets.name.startswith(ELSEWHERE_PREFIX)
