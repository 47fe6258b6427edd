"""A process that listens, as seen by who started it: it says what it has, and later what it has heard."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench.stack import ROOT

PATIENCE = 60.0  # seconds


@dataclass(frozen=True)
class Heard:
    """Seconds from when an event was recorded until it was here, for all that was recorded in a time, sorted."""

    waits: Sequence[float]
    seconds: float

    def at(self, share: float) -> float:
        """Milliseconds within which this share of it was here."""
        return self.waits[min(len(self.waits) - 1, int(len(self.waits) * share))] * 1000 if self.waits else 0.0

    @property
    def rate(self) -> float:
        """How many for each second."""
        return len(self.waits) / self.seconds


@dataclass(frozen=True)
class Child:
    """A process that listens; `said` is what it said when it was ready."""

    process: subprocess.Popen[str]
    said: Any

    def ask(self, what: str) -> Any:
        """Its answer. Raises RuntimeError when it has ended."""
        assert self.process.stdin is not None, "it was started with one"
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()
        return _read(self.process)

    def wait_for(self, count: int) -> None:
        """Return when it has heard so much. Raises RuntimeError when that takes too long."""
        over = time.monotonic() + PATIENCE
        while (heard := self.ask("count")) < count:
            if time.monotonic() > over:
                raise RuntimeError(f"of {count:,} only {heard:,} arrived")
            time.sleep(0.05)

    def heard(self, begin: float, end: float) -> Heard:
        """What was recorded between these times of day."""
        waits = [arrived - recorded for recorded, arrived in self.ask("heard") if begin <= recorded < end]
        return Heard(sorted(waits), end - begin)


@contextmanager
def started(module: str, *arguments: object) -> Iterator[Child]:
    """A child for as long as it is needed, once it is ready."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Child(process, _read(process))
    finally:
        process.kill()
        process.communicate()


def _read(process: subprocess.Popen[str]) -> Any:
    assert process.stdout is not None, "it was started with one"
    line = process.stdout.readline()
    if not line:
        raise RuntimeError("a process that listens has ended; it said why above")
    return json.loads(line)
