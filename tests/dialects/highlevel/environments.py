"""The environment of the client's pre-release, which cannot share one with the release that the tests install."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
LOCK = Path(__file__).with_name("client-1.0.0b1.lock")
FOLDER = ROOT / ".venv.highlevel-1.0.0b1"

# The recipe is the launchers' own: uv where there is one, else pip; only what the lock names, by its hashes, as wheels.
_MAKE = """
root=$1
. "$root/bin/venv.sh"
venv=$2
find_python
create
fill "$3"
"""


class NotInstalled(Exception):
    """The package index could not be reached, or did not have what the lock names."""


def interpreter() -> Path:
    """The Python of an environment that holds the pre-release; it is made where it is not there or is not up to date.

    Raises NotInstalled. Test processes wait for each other.
    """
    made = f"{sys.version}\n{LOCK.read_text()}"
    stamp = FOLDER / "made"
    with Path(f"{FOLDER}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not (stamp.is_file() and stamp.read_text() == made):
            _make()
            stamp.write_text(made)
    return FOLDER / "bin" / "python"


def _make() -> None:
    if FOLDER.exists():
        shutil.rmtree(FOLDER)
    asked = {"KOINE_PYTHON": getattr(sys, "_base_executable", sys.executable)}
    arguments = [str(ROOT), str(FOLDER), str(LOCK.relative_to(ROOT))]
    command = ["sh", "-euc", _MAKE, "sh", *arguments]
    done = subprocess.run(command, env=os.environ | asked, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise NotInstalled(
            f"gohighlevel-api-client 1.0.0b1 could not be installed from {LOCK.name}; this test needs a package index."
            f" The last lines were:\n{done.stdout[-2000:]}"
        )
