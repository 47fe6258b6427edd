"""What can go wrong, as exit codes and sentences for people."""

from __future__ import annotations

from dataclasses import dataclass

from koine.postgres.unavailable import AlreadyRunning, NoPostgres, StartFailed
from koine.serving.failures import CannotListen, KeepsFailing, NobodyServes

FAILED = 1
WRONG = 2
RUNNING = 3
INTERRUPTED = 130


class Failed(Exception):
    """It did not work; the sentence says why."""


class Wrong(Exception):
    """It was asked for in a way that cannot be done; the sentence says what would be right."""


@dataclass(frozen=True, slots=True)
class Told:
    """How a command ends that did not work."""

    code: int
    sentence: str


def told(error: Exception) -> Told | None:
    """The end that belongs to an error; None for one that is a bug, and wants its traceback."""
    match error:
        case AlreadyRunning():
            return Told(RUNNING, str(error))
        case Wrong() | CannotListen():
            return Told(WRONG, str(error))
        case Failed() | NoPostgres() | StartFailed() | KeepsFailing() | NobodyServes():
            return Told(FAILED, str(error))
        case OSError():
            return Told(FAILED, _of_the_system(error))
        case _:
            return _from_further_down(error)


def _of_the_system(error: OSError) -> str:
    """The system's words. asyncpg tells of a server that it cannot reach by such errors too, without a file."""
    says = error.strerror or str(error) or type(error).__name__
    return f"{error.filename}: {says}." if error.filename else f"{says.rstrip('.')}."


def _from_further_down(error: Exception) -> Told | None:
    """Errors whose modules only those commands have loaded that need a database."""
    import asyncpg

    from koine.core.errors import Refused
    from koine.postgres.migrate import NewerSchema

    match error:
        case Refused():
            return Told(FAILED, error.says)
        case NewerSchema():
            return Told(FAILED, str(error))
        case asyncpg.InsufficientPrivilegeError():
            return Told(FAILED, f"PostgreSQL refuses: {error}. docs/running.md says what the role must be allowed.")
        case asyncpg.PostgresError() | asyncpg.InterfaceError():
            return Told(FAILED, f"The database says: {error}.")
        case _:
            return None
