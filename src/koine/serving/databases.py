"""The database of a process or a command: our own server's, or one that somebody else runs."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass

from koine.postgres import embedded
from koine.postgres.embedded import AlreadyRunning, Running
from koine.settings import Settings

OWNER = "koine_owner"
APP = "koine_app"

# Our server takes 60 connections (postgres/configuration.py); commands beside it and PostgreSQL itself need some.
CONNECTIONS = 48
MOST_OF_A_PROCESS = 12

PATIENCE = 10.0  # seconds that a command waits for a server that is just starting or ending
PAUSE = 0.1


@dataclass(frozen=True, slots=True)
class Reached:
    """Two ways in: `owner` may change the schema, `app` may not. `running` is the server when it is ours."""

    owner: str
    app: str
    running: Running | None = None

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
        yield Reached(running.address.dsn(OWNER), running.address.dsn(APP), running)


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
                reached = Reached(address.dsn(OWNER), address.dsn(APP))
                continue
            try:
                reached = held.enter_context(kept(settings))
            except AlreadyRunning:  # and still no server: it is just starting, or ending
                if time.monotonic() >= deadline:
                    raise
                time.sleep(PAUSE)
        yield reached


def connections(processes: int) -> int:
    """How many connections each of so many processes may open."""
    return max(1, min(MOST_OF_A_PROCESS, CONNECTIONS // processes))
