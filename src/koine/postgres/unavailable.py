"""Why there is no database server, in sentences for people."""

from __future__ import annotations

from pathlib import Path


class AlreadyRunning(Exception):
    """Another process already runs the server of this data folder; `pid` is that process, where it is known."""

    def __init__(self, folder: Path, pid: int | None) -> None:
        self.folder = folder
        self.pid = pid
        by = f" (process {pid})" if pid else ""
        super().__init__(
            f"Koine already runs on the data folder {folder}{by}. Stop it first, or choose another folder."
        )


class NoPostgres(Exception):
    """No usable PostgreSQL was found; the sentence says where we looked and what to install."""


class StartFailed(Exception):
    """PostgreSQL was found but did not start; the sentence ends with the last lines of its log, where it wrote any."""
