"""The data of the embedded server: made whole or not at all, and configured anew at each start."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from koine.postgres import child, configuration, process, record
from koine.postgres.account import Account
from koine.postgres.binaries import Binaries
from koine.postgres.configuration import ADMIN, APP, DATABASE, OWNER
from koine.postgres.unavailable import StartFailed

NAME = "cluster"
UNFINISHED = "cluster.new-"

# The stand-alone server reads one statement up to an empty line (-j).
_FIRST_STATEMENTS = f"""\
create role {OWNER} login nosuperuser nocreatedb nocreaterole noreplication nobypassrls;

create role {APP} login nosuperuser nocreatedb nocreaterole noreplication nobypassrls;

create database {DATABASE} owner {OWNER} template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C';

revoke all on database {DATABASE} from public;

grant connect on database {DATABASE} to {APP};

revoke all on database postgres from public;

revoke all on database template1 from public;

"""


def major_version(cluster: Path) -> int | None:
    """The major version of PostgreSQL that made this data, None where there is none yet. Raises StartFailed."""
    if not cluster.exists():
        return None
    try:
        return int((cluster / "PG_VERSION").read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise StartFailed(f"{cluster} is there, but is no data of PostgreSQL: {error}.") from error


def create(folder: Path, binaries: Binaries, account: Account) -> None:
    """Make `folder/cluster`: checksums, UTF-8, C collation, our roles and database. Raises StartFailed.

    It is made under another name and renamed when it is complete and on disk, so an interrupted start leaves nothing.
    """
    unfinished = folder / f"{UNFINISHED}{secrets.token_hex(4)}"
    unfinished.mkdir(mode=0o700)
    try:
        with opened(unfinished, account) as handle:
            _fill(handle, binaries, account)
        unfinished.rename(folder / NAME)
        _sync(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def remove_unfinished(folder: Path) -> None:
    """Remove what an interrupted `create` has left. Only for the holder of the folder's lock."""
    for unfinished in folder.glob(f"{UNFINISHED}*"):
        if process.released(unfinished, within=3):  # its processes notice that the one they worked for is dead
            shutil.rmtree(unfinished, ignore_errors=True)


def configure(handle: int, binaries: Binaries, account: Account, users: set[str]) -> None:
    """Write the configuration into the data folder that `handle` has open; `users` may connect."""
    _place(handle, "koine.conf", configuration.settings(binaries.major), account)
    _place(handle, "pg_hba.conf", configuration.ACCESS, account)
    _place(handle, "pg_ident.conf", configuration.identities(users), account)


@contextmanager
def opened(folder: Path, account: Account) -> Iterator[int]:
    """A handle on one of our own folders, which then belongs to `account` alone.

    A server that inherits the handle reaches the folder as /proc/self/fd/N, whatever the permissions of the folders
    above it are: they stay as they are. And it inherits the claim to the folder, a lock that the kernel keeps until the
    last process of the server has ended. Raises StartFailed.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        owner = os.fstat(handle).st_uid
        if account.switch and owner == 0:
            os.fchown(handle, account.uid, account.gid)
        elif owner != account.uid:
            raise StartFailed(f"{folder} belongs to the user id {owner}, not to {account.name}; Koine leaves it alone.")
        os.fchmod(handle, 0o700)
        if not record.locked(handle):
            raise StartFailed(f"Another server has {folder} open.")
        yield handle
    finally:
        os.close(handle)


def by_handle(handle: int) -> str:
    """The path under which a child that inherits this handle reaches the folder."""
    return f"/proc/self/fd/{handle}"


def _fill(handle: int, binaries: Binaries, account: Account) -> None:
    data = by_handle(handle)
    initdb = [str(binaries.folder / "initdb"), "-D", data]
    how = ["--data-checksums", "--encoding=UTF8", "--locale=C", f"--username={ADMIN}"]
    access = ["--auth-local=peer", "--auth-host=reject"]
    # The sync comes once, after the roles and the database are there too.
    _do([*initdb, *how, *access, "--no-sync", "--no-instructions"], account, handle)
    _do(
        [str(binaries.folder / "postgres"), "--single", "-j", "-D", data, "postgres"],
        account,
        handle,
        _FIRST_STATEMENTS,
    )
    _place(handle, "postgresql.conf", configuration.MAIN, account)
    _do([*initdb, "--sync-only"], account, handle)


def _do(command: list[str], account: Account, handle: int, stdin: str = "") -> None:
    done = child.run(command, account, keep=(handle,), stdin=stdin)
    # The stand-alone server ends well even when a statement has failed.
    if done.returncode != 0 or "ERROR:" in done.stderr or "FATAL:" in done.stderr:
        said = "\n".join((done.stderr or done.stdout).splitlines()[-20:])
        raise StartFailed(f"{Path(command[0]).name} could not make the database. It said:\n{said}")


def _place(handle: int, name: str, text: str, account: Account) -> None:
    """Write a file whole or not at all, and never through a link that somebody has put there."""
    if _read(handle, name) == text:
        return
    unfinished = f"{name}.new"
    with suppress(FileNotFoundError):
        os.unlink(unfinished, dir_fd=handle)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    file = os.open(unfinished, flags, 0o600, dir_fd=handle)
    with os.fdopen(file, "w", encoding="utf-8") as out:
        if account.switch:
            os.fchown(out.fileno(), account.uid, account.gid)
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    os.rename(unfinished, name, src_dir_fd=handle, dst_dir_fd=handle)


def _read(handle: int, name: str) -> str | None:
    try:
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=handle)
    except OSError:
        return None
    with os.fdopen(file, encoding="utf-8", errors="replace") as found:
        return found.read()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
