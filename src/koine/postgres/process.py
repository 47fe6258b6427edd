"""Server processes, found by the folder they work on, and ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

if sys.platform != "win32":
    import fcntl

_PAUSE = 0.005


def mark(folder: Path) -> str:
    """What the processes of this folder's server carry in their titles.

    Everybody may read a title; a working directory even root may not, in a container without CAP_SYS_PTRACE.
    """
    return _mark(folder.stat())


def claimed(folder: Path) -> bool:
    """Whether any process of a server still has this folder open; see `cluster.opened`, which makes the claim."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(handle)


def working_on(folder: Path) -> list[int]:
    """The running processes of this folder's server."""
    try:
        place = folder.stat()
    except FileNotFoundError:
        return []
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and _works_on(int(name), place)]


def works_on(pid: int, folder: Path) -> bool:
    """Whether this process belongs to this folder's server; its number alone may be a stranger's by now."""
    return _works_on(pid, folder.stat())


def released(folder: Path, *, within: float) -> bool:
    """Wait until no process of a server has this folder open, at most `within` seconds."""
    return _until(lambda: not claimed(folder), within)


def signal_all(folder: Path, number: signal.Signals) -> None:
    """Send a signal to each process of this folder's server, and to nobody else."""
    for pid in working_on(folder):
        with suppress(ProcessLookupError):
            handle = os.pidfd_open(pid)
            try:
                # Asked again with the process pinned: since the search its number may have changed hands.
                if works_on(pid, folder):
                    signal.pidfd_send_signal(handle, number)
            finally:
                os.close(handle)


def kill_all(folder: Path, *, within: float) -> None:
    """Kill what is left of this folder's server and see it gone, waiting at most `within` seconds."""
    if working_on(folder):
        signal_all(folder, signal.SIGKILL)
        _until(lambda: not working_on(folder), within)


def is_postgres_in(pid: int, folder: Path) -> bool:
    """Whether this process may be a PostgreSQL that somebody else has started on this folder."""
    try:
        name, _, rest = Path(f"/proc/{pid}/stat").read_bytes().partition(b"(")[2].rpartition(b")")
        if name != b"postgres" or rest.split()[0] == b"Z":  # a zombie waits to be counted, it works nowhere
            return False
        return os.path.samestat(os.stat(f"/proc/{pid}/cwd"), folder.stat())
    except PermissionError:
        return True  # it is a PostgreSQL, and where it works is not for us to see
    except OSError:
        return False


def ended(server: subprocess.Popen[Any], *, within: float) -> bool:
    """Wait for our own child to end, at most `within` seconds."""
    return _until(lambda: server.poll() is not None, within)


def _mark(place: os.stat_result) -> str:
    return f"koine-{place.st_dev:x}-{place.st_ino:x}"


def _works_on(pid: int, place: os.stat_result) -> bool:
    ours = _mark(place).encode()
    try:
        if os.stat(f"/proc/{pid}").st_uid != place.st_uid:
            return False
        title = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return title.startswith(b"postgres: " + ours + b":") or b"cluster_name=" + ours in title.split(b"\0")


def _until(done: Callable[[], bool], within: float) -> bool:
    end = time.monotonic() + within
    while not done():
        if time.monotonic() >= end:
            return False
        time.sleep(_PAUSE)
    return True
