"""One server process: started, awaited and ended."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from koine.postgres import child, cluster, process, record, serverlog
from koine.postgres.account import Account
from koine.postgres.binaries import Binaries
from koine.postgres.unavailable import StartFailed

FAST = 2.5  # seconds for an orderly end (a checkpoint) before the server is made to end at once
AT_ONCE = 1.0  # seconds for that, before it is killed; nothing acknowledged is lost either way
LINGERING = 3.0  # seconds for the server of an owner who was killed to notice and end
PAUSE = 0.005


def launch(
    folder: Path, binaries: Binaries, account: Account, *, data: int, sockets: int, wait: float
) -> subprocess.Popen[bytes]:
    """Start the server on the two folders whose handles it gets, and return when it accepts connections.

    It may take long to recover as long as it says so in its log; `wait` seconds of silence are a failure.
    Raises StartFailed, and then nothing runs.
    """
    command = [str(binaries.folder / "postgres"), "-D", cluster.by_handle(data)]
    where = ["-k", cluster.by_handle(sockets), "-p", str(record.PORT)]
    title = ["-c", f"cluster_name={process.mark(folder / cluster.NAME)}"]
    log = serverlog.opened(folder)
    try:
        before = os.fstat(log).st_size
        server = child.spawn([*command, *where, *title], account, keep=(data, sockets), log=log)
        try:
            if not _became_ready(server, data, log, wait):
                said = serverlog.tail(log, before)
                raise StartFailed(
                    f"{binaries} did not start on {folder}. Its log, {folder / serverlog.NAME}, ends:\n{said}"
                )
        except BaseException:
            end(server, folder / cluster.NAME)
            raise
        return server
    finally:
        os.close(log)


def end(server: subprocess.Popen[Any], data: Path) -> None:
    """End our server and everything that it has started: in order if it can be, but within 5 s."""
    for number, seconds in ((signal.SIGINT, FAST), (signal.SIGQUIT, AT_ONCE)):
        server.send_signal(number)
        if process.ended(server, within=seconds):
            break
    else:
        server.kill()
        server.wait()
    # Only a server that was killed leaves children; they would notice in time, but not by the time we have promised.
    process.kill_all(data, within=AT_ONCE)


def end_lingering(data: Path) -> None:
    """Wait for the server of a killed owner, then end it. Only for the holder of the lock. Raises StartFailed."""
    for number, seconds in ((None, LINGERING), (signal.SIGQUIT, AT_ONCE), (signal.SIGKILL, AT_ONCE)):
        if number is not None:
            process.signal_all(data, number)
        if process.released(data, within=seconds):
            _remove_stale_pid_file(data / "postmaster.pid")
            return
    raise StartFailed(f"A PostgreSQL still works on {data} and cannot be ended: {process.working_on(data)}.")


def _remove_stale_pid_file(file: Path) -> None:
    """PostgreSQL believes the file whenever some process has the number in it, which after a reboot means little.

    It is left where somebody may have started a server by hand: PostgreSQL then refuses to start beside it.
    """
    try:
        pid = int(file.read_text(errors="replace").split("\n")[0])
    except FileNotFoundError:
        return
    except ValueError:
        pid = 0
    if not process.is_postgres_in(pid, file.parent):
        file.unlink()


def _became_ready(server: subprocess.Popen[bytes], data: int, log: int, wait: float) -> bool:
    written, patience = 0, time.monotonic() + wait
    while server.poll() is None:
        if _ready(server.pid, data):
            return True
        now = os.fstat(log).st_size
        if now != written:
            written, patience = now, time.monotonic() + wait
        if time.monotonic() > patience:
            return False
        time.sleep(PAUSE)
    return False


def _ready(pid: int, data: int) -> bool:
    """The server says in its pid file whether it accepts connections: line 1 is its pid, line 8 its state."""
    try:
        file = os.open("postmaster.pid", os.O_RDONLY | os.O_NOFOLLOW, dir_fd=data)
    except OSError:
        return False
    with os.fdopen(file) as found:
        lines = found.read().splitlines()
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"
