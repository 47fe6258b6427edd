"""What `koine doctor` says about the embedded server: what is used, and what is wrong."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from koine.postgres import account as accounts
from koine.postgres import binaries as programs
from koine.postgres import child, cluster, process, record, serverlog
from koine.postgres.account import Account
from koine.postgres.address import reach
from koine.postgres.binaries import Binaries, Choice
from koine.postgres.unavailable import NoPostgres, StartFailed

EXTENSIONS = ("btree_gin", "pg_trgm", "unaccent")
ENOUGH_SPACE = 2 << 30  # bytes: the log of changes alone may take one GiB between checkpoints


@dataclass(frozen=True)
class Finding:
    """One line of the doctor: `what` was looked at, and what it `says`."""

    level: Literal["ok", "warning", "error"]
    what: str
    says: str


def examine(folder: Path, choice: Choice = "auto") -> list[Finding]:
    """Look at everything a start on this data folder would need, without starting anything; safe beside a server.

    As root it may make the copy of the package's binaries that a start would make.
    """
    if not sys.platform.startswith("linux"):
        return [Finding("error", "system", "The embedded PostgreSQL runs on Linux only. Set KOINE_DATABASE_URL.")]
    folder = Path(os.path.abspath(folder))
    findings: list[Finding] = []
    for look in (_programs(folder, choice), _folder(folder), _server(folder)):
        try:
            findings.extend(look)
        except OSError as error:
            findings.append(Finding("error", "folder", f"{folder} cannot be examined as this user: {error}."))
    return findings


def _programs(folder: Path, choice: Choice) -> Iterator[Finding]:
    data = folder / cluster.NAME
    try:
        account = accounts.for_server(folder, data)
        yield Finding("ok", "account", f"The server runs as {account.name}{_shared(account)}.")
        used = programs.choose(choice, account, cluster.major_version(data))
    except (NoPostgres, StartFailed) as error:
        yield Finding("error", "programs", str(error))
        return
    yield Finding("ok", "programs", f"Used is {used}.")
    missing = _missing_extensions(used, account)
    if missing:
        yield Finding(
            "warning", "extensions", f"{used} lacks {', '.join(missing)}. Install its contrib package, or use another."
        )
    else:
        yield Finding("ok", "extensions", f"{', '.join(EXTENSIONS)} are there.")


def _folder(folder: Path) -> Iterator[Finding]:
    if not folder.exists():
        parent = next(parent for parent in folder.parents if parent.exists())
        if os.access(parent, os.W_OK | os.X_OK):
            yield Finding("ok", "folder", f"{folder} will be made at the first start.")
        else:
            yield Finding("error", "folder", f"{folder} cannot be made: {parent} does not let you write.")
        return
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield Finding("error", "folder", f"{folder} is no folder that you can write to.")
        return
    if folder.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        yield Finding("warning", "folder", f"Others may write to {folder}; take that away: chmod go-w {folder}")
    else:
        yield Finding("ok", "folder", f"{folder}")
    yield _space(folder)
    if not record.fits(folder / record.SOCKETS):
        yield Finding(
            "ok", "socket", f"This path will not do for a socket, which lies below {record.ELSEWHERE} instead."
        )


def _space(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    level: Literal["ok", "warning"] = "ok" if free >= ENOUGH_SPACE else "warning"
    return Finding(level, "space", f"{free / (1 << 30):.1f} GiB are free; {ENOUGH_SPACE >> 30} GiB should be.")


def _server(folder: Path) -> Iterator[Finding]:
    data = folder / cluster.NAME
    address, held = reach(folder), record.is_held(folder)
    log = f"Its log is {folder / serverlog.NAME}."
    if address is not None:
        yield Finding(
            "ok", "server", f"PostgreSQL {address.version} ({address.source}) runs, process {address.pid}. {log}"
        )
    elif held:
        yield Finding("warning", "server", f"Koine holds the folder, but no server answers: it starts or ends. {log}")
    elif not data.exists():
        yield Finding("ok", "server", "No database yet; the first start makes it.")
    elif (data / "postmaster.pid").exists():
        yield Finding("ok", "server", f"It was not stopped in order; the next start recovers. {log}")
    else:
        yield Finding("ok", "server", f"It does not run. {log}")
    if not held and process.claimed(data):
        left = process.working_on(data)
        yield Finding("warning", "server", f"Processes of a killed Koine still work: {left}; the next start ends them.")


def _missing_extensions(used: Binaries, account: Account) -> list[str]:
    places = [place / "extension" for place in _shares(used, account)]
    return [name for name in EXTENSIONS if not any((place / f"{name}.control").exists() for place in places)]


def _shares(used: Binaries, account: Account) -> list[Path]:
    """Where this PostgreSQL keeps its extensions. Not every distribution has pg_config beside the server."""
    home = used.folder.parent
    places = [home / "share", home / "share/postgresql", Path("/usr/share/postgresql", str(used.major))]
    tool = used.folder / "pg_config"
    if tool.exists():
        places.insert(0, Path(child.run([str(tool), "--sharedir"], account).stdout.strip()))
    return places


def _shared(account: Account) -> str:
    if account.switch and account.name == "nobody":
        return ", an account shared with other daemons; one of its own, named koine, would be used if it existed"
    return ""
