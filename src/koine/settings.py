"""Everything that can be set from outside, on one page; nobody else reads the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

PostgresChoice = Literal["auto", "system", "wheel"]


@dataclass(frozen=True, slots=True)
class Settings:
    """How one Koine runs. `base_url` is how clients reach it; None: it follows from host and port."""

    data: Path
    database_url: str | None
    postgres: PostgresChoice
    host: str = "127.0.0.1"
    port: int = 8420
    base_url: str | None = None

    @property
    def url(self) -> str:
        """The base of all addresses that Koine gives out, without a slash at the end."""
        if self.base_url:
            return self.base_url.rstrip("/")
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def default_data() -> Path:
    """Where a data folder lies when nobody says: a system folder for root, else the user's own."""
    if os.geteuid() == 0:
        return Path("/var/lib/koine")
    home = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    return Path(home) / "koine"


def from_environment() -> Settings:
    """`KOINE_DATA`, `KOINE_DATABASE_URL`, `KOINE_POSTGRES`, `KOINE_BASE_URL`."""
    choice = os.environ.get("KOINE_POSTGRES", "auto")
    if choice not in ("auto", "system", "wheel"):
        raise ValueError("KOINE_POSTGRES must be auto, system or wheel")
    return Settings(
        data=Path(os.environ.get("KOINE_DATA") or default_data()),
        database_url=os.environ.get("KOINE_DATABASE_URL") or None,
        postgres=choice,  # type: ignore[arg-type]
        base_url=os.environ.get("KOINE_BASE_URL") or None,
    )
