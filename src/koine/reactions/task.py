"""A job as its reaction meets it, and what a reaction can say besides "done"."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from koine.core.jobs.model import Claim
from koine.postgres.database import Database, Tx


class Task(Protocol):
    """One job, held by a worker. It may have been done before, in part or wholly, by a worker that died."""

    @property
    def claim(self) -> Claim:
        """Which job it is."""

    @property
    def database(self) -> Database:
        """For what is read, and for what harms nobody when it is written twice."""

    async def give_way(self, seconds: float) -> None:
        """Let the requests of the process go first, before a part of the job that takes so many seconds of a core.

        While there are many of them, all that goes on behind them has a tenth of a core together.
        """

    def effect(self) -> AbstractAsyncContextManager[Tx]:
        """A transaction in the job's workspace in which the job is done: all of it happens once, or nothing.

        Calls on the outside world come before. Raises LeaseLost, at its beginning, when somebody else holds the job.
        """


class Again(Exception):
    """The job failed, and is worth another attempt: in so many seconds, or when the reaction's table says.

    The words are kept with the job: no secret and nothing that people wrote belongs in them.
    """

    def __init__(self, says: str, *, after: float | None = None) -> None:
        super().__init__(says)
        self.after = after


class GiveUp(Exception):
    """The job failed and always will: it is put in quarantine. The words are kept with it."""


class LeaseLost(Exception):
    """Somebody else holds the job by now; nothing of what was about to be written may be."""
