"""Which operating-system account the server runs as: ours, or an unprivileged one when we are root."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from koine.postgres.unavailable import StartFailed

if sys.platform != "win32":
    import pwd

# PostgreSQL refuses to run as root. An account made for us comes first, then the one made for databases;
# nobody is shared with other daemons and therefore last. None of them is ever created here.
UNPRIVILEGED = ("koine", "postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """An existing account; `switch` says that a child has to change to it (we are root)."""

    name: str
    uid: int
    gid: int
    switch: bool

    @property
    def spawning(self) -> Mapping[str, object]:
        """The keywords with which `subprocess` starts a child as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}


def for_server(folder: Path, cluster: Path) -> Account:
    """The account for the server of this data folder: who owns the data keeps it. Raises StartFailed."""
    me = os.geteuid()
    owner = _owner(cluster)
    if me != 0:
        if owner not in (None, me):
            raise StartFailed(
                f"The database in {cluster} belongs to the user {_name(owner)}, and you are {_name(me)}. "
                "Start Koine as that user or as root."
            )
        return _existing(me, switch=False)
    if owner == 0:
        raise StartFailed(f"The database in {cluster} belongs to root, and PostgreSQL refuses to run as root.")
    return _existing(owner, switch=True) if owner is not None else _unprivileged(_owner(folder))


def own_name() -> str:
    """The name of the user who runs this process. Raises StartFailed where the system knows none."""
    return _existing(os.geteuid(), switch=False).name


def _unprivileged(folder_owner: int | None) -> Account:
    if folder_owner:
        try:
            return _existing(folder_owner, switch=True)
        except StartFailed:
            pass  # a folder from elsewhere; any unprivileged account will do
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, switch=True)
    raise StartFailed(
        f"PostgreSQL refuses to run as root, and none of the accounts {', '.join(UNPRIVILEGED)} exists to run it as."
    )


def _existing(uid: int, *, switch: bool) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise StartFailed(
            f"The user id {uid} has no name on this system (no line in /etc/passwd), and PostgreSQL needs one."
        ) from None
    return Account(entry.pw_name, uid, entry.pw_gid, switch)


def _owner(path: Path) -> int | None:
    try:
        return path.stat(follow_symlinks=False).st_uid
    except FileNotFoundError:
        return None


def _name(uid: int | None) -> str:
    try:
        return pwd.getpwuid(uid or 0).pw_name
    except KeyError:
        return str(uid)
