"""Children of ours that end when we end, however we end."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from koine.postgres.account import Account

_PR_SET_PDEATHSIG = 1
_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def spawn(command: Sequence[str], account: Account, *, keep: tuple[int, ...] = (), log: int) -> subprocess.Popen[bytes]:
    """Start a server as `account` that ends at once (SIGQUIT, an immediate shutdown) when this process ends.

    The kernel watches the *thread* that started the child, therefore only the main thread may call this.
    """
    common = _common(account, keep, signal.SIGQUIT)
    with _forking():
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **common)


def run(
    command: Sequence[str], account: Account, *, keep: tuple[int, ...] = (), stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command of PostgreSQL as `account` to its end; it is killed when this process ends before it."""
    common = _common(account, keep, signal.SIGKILL)
    with _forking():
        return subprocess.run(
            command, input=stdin, capture_output=True, text=True, errors="replace", check=False, **common
        )


@contextmanager
def _forking() -> Iterator[None]:
    """Newer Pythons warn of forking beside other threads; what our child does before exec is two system calls."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
        yield


def _common(account: Account, keep: tuple[int, ...], at_owners_death: signal.Signals) -> dict[str, Any]:
    return {
        "cwd": "/",
        "env": _ENVIRONMENT,
        "pass_fds": keep,
        # A Ctrl-C in the terminal is for the owner, who still needs the database for an orderly end.
        "start_new_session": True,
        "preexec_fn": _tied_to_owner(at_owners_death),
        **account.spawning,
    }


def _tied_to_owner(number: signal.Signals) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    owner = os.getpid()

    def tie() -> None:
        # subprocess changes the user before it calls this; a later change would undo the tie.
        if prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0) != 0 or os.getppid() != owner:
            os._exit(127)

    return tie
