"""The PostgreSQL server that Koine starts for itself: a child on a private socket that lives as long as its owner."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from koine.postgres import account as accounts
from koine.postgres import binaries as programs
from koine.postgres import cluster, record, server
from koine.postgres.address import Address, reach
from koine.postgres.binaries import Choice
from koine.postgres.examination import Finding, examine
from koine.postgres.unavailable import AlreadyRunning, NoPostgres, StartFailed

__all__ = [
    "Address",
    "AlreadyRunning",
    "Choice",
    "Finding",
    "NoPostgres",
    "Running",
    "StartFailed",
    "examine",
    "reach",
    "start",
]


class Running:
    """A server of ours. Stop it, or use it as a context; if its owner dies it ends by itself."""

    def __init__(self, address: Address, folder: Path, process: subprocess.Popen[Any], lock: int) -> None:
        self.address = address
        self._folder = folder
        self._process = process
        self._lock = lock
        self._owner = os.getpid()
        self._stopped = False

    @property
    def alive(self) -> bool:
        """Whether the server still runs; it may have been killed from outside."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End the server within 5 s and leave no process, socket or lock. May be called again."""
        if self._stopped or os.getpid() != self._owner:  # a forked child of the owner does not own it
            return
        self._stopped = True
        try:
            server.end(self._process, self._folder / cluster.NAME)
            record.forget_socket_folder(self._folder)
        finally:
            os.close(self._lock)

    def __enter__(self) -> Running:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def start(folder: Path, choice: Choice = "auto", *, wait: float = 10.0) -> Running:
    """Start the server of this data folder, making the database first where there is none.

    `wait` is how many seconds the server may give no sign of life: a recovery that makes progress takes its time.
    Must be called on the main thread, for the server ends with the thread that started it.
    Raises AlreadyRunning, NoPostgres, StartFailed.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("the embedded PostgreSQL must be started on the main thread")
    if not sys.platform.startswith("linux"):
        raise NoPostgres("The embedded PostgreSQL runs on Linux only. Set KOINE_DATABASE_URL to a server of your own.")
    folder = Path(os.path.abspath(folder))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with ExitStack() as undo:
            lock = record.hold(folder)
            undo.callback(os.close, lock)
            running = _start(folder, choice, wait, lock)
            undo.pop_all()
            return running
    except OSError as error:
        raise StartFailed(f"The database in {folder} could not be started: {error}.") from error


def _start(folder: Path, choice: Choice, wait: float, lock: int) -> Running:
    data = folder / cluster.NAME
    account = accounts.for_server(folder, data)
    server.end_lingering(data)
    cluster.remove_unfinished(folder)
    binaries = programs.choose(choice, account, cluster.major_version(data))
    if not data.exists():
        cluster.create(folder, binaries, account)
    sockets = record.new_socket_folder(folder)
    with ExitStack() as undo:
        undo.callback(record.forget_socket_folder, folder)
        with cluster.opened(data, account) as data_handle, cluster.opened(sockets, account) as socket_handle:
            cluster.configure(data_handle, binaries, account, {account.name, accounts.own_name()})
            process = server.launch(folder, binaries, account, data=data_handle, sockets=socket_handle, wait=wait)
        undo.callback(server.end, process, data)
        found = record.Record(str(sockets), record.PORT, process.pid, binaries.source, binaries.version)
        record.write(folder, found)
        undo.pop_all()
    address = Address(
        host=found.sockets, port=found.port, source=binaries.source, version=binaries.version, pid=process.pid
    )
    return Running(address, folder, process, lock)
