"""The database of a process or a command: our own server's, or one that somebody else runs."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass

from koine.postgres import embedded
from koine.postgres.embedded import AlreadyRunning, Running
from koine.serving.failures import NobodyServes
from koine.settings import Settings

OWNER = "koine_owner"
APP = "koine_app"

# Our server takes 120 connections (postgres/configuration.py); commands beside it and PostgreSQL itself need some.
CONNECTIONS = 98
BESIDE_THE_POOL = 1  # in each process that serves: for notices
OF_THE_WORK = 2  # in the one that works: relay and worker
MOST_OF_A_POOL = 12

PATIENCE = 10.0  # seconds that a command waits for a server that is just starting or ending
PAUSE = 0.1


@dataclass(frozen=True, slots=True)
class Reached:
    """Two ways in: `owner` may change the schema, `app` may not.

    `running` is the server when it is ours; `pid` its process, also when it is that of another Koine here.
    """

    owner: str
    app: str
    running: Running | None = None
    pid: int | None = None

    @property
    def alive(self) -> bool:
        """Whether it still runs; of somebody else's server we only know when we ask it."""
        return self.running is None or self.running.alive


@contextlib.contextmanager
def kept(settings: Settings) -> Iterator[Reached]:
    """For a process that serves: start our server and hold the data folder until the end.

    Raises AlreadyRunning, NoPostgres, StartFailed.
    """
    if settings.database_url:
        yield Reached(settings.database_url, settings.database_url)
        return
    with embedded.start(settings.data, settings.postgres) as running:
        yield Reached(running.address.dsn(OWNER), running.address.dsn(APP), running, running.address.pid)


@contextlib.contextmanager
def borrowed(settings: Settings) -> Iterator[Reached]:
    """For a command: the server that runs already, else one of our own for as long as the command takes.

    Raises AlreadyRunning when somebody holds the data folder for long without a server, NoPostgres, StartFailed.
    """
    deadline = time.monotonic() + PATIENCE
    with contextlib.ExitStack() as held:
        reached = None
        while reached is None:
            address = None if settings.database_url else embedded.reach(settings.data)
            if address is not None:
                reached = Reached(address.dsn(OWNER), address.dsn(APP), pid=address.pid)
                continue
            try:
                reached = held.enter_context(kept(settings))
            except AlreadyRunning:  # and still no server: it is just starting, or ending
                if time.monotonic() >= deadline:
                    raise
                time.sleep(PAUSE)
        yield reached


def beside(settings: Settings) -> Reached:
    """For a process that works beside those who serve: their server, which may be just starting.

    Raises NobodyServes.
    """
    if settings.database_url:
        return Reached(settings.database_url, settings.database_url)
    deadline = time.monotonic() + PATIENCE
    while True:
        address = embedded.reach(settings.data)
        if address is not None:
            return Reached(address.dsn(OWNER), address.dsn(APP), pid=address.pid)
        if time.monotonic() >= deadline:
            raise NobodyServes(f"No Koine serves from {settings.data}, and koine serve does this work by itself.")
        time.sleep(PAUSE)


def connections(processes: int) -> int:
    """How many connections the pool of each of so many processes may open."""
    return max(1, min(MOST_OF_A_POOL, (CONNECTIONS - OF_THE_WORK) // processes - BESIDE_THE_POOL))
