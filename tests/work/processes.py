"""Processes of ours that a test may kill."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
SRC = HERE.parents[1] / "src"


@contextlib.contextmanager
def started(script: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run a script of this folder; the block begins once it has said a line, and the process ends with it."""
    process = subprocess.Popen(
        [sys.executable, "-P", str(HERE / script), *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SRC)},
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline(), f"{script} did not start"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
