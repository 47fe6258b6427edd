"""P5 and P6: what the whole stack takes when it has nothing to do, and how long it takes to be there."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from bench.measuring import Bench
from bench.rows.creating import posts
from bench.stack import ROOT, Stack
from koine.postgres.pool import IDLE

MEGABYTE = 1_000_000
QUIET = 5.0  # seconds until what a start stirred up has settled


def p5(bench: Bench) -> None:
    """Proportional memory of everything that `koine serve` starts: after a start, and after work."""
    with Scratch(bench) as stack:
        fresh = _settled(stack)
        bench.add("P5", "whole stack, just started", _parts(*fresh), "≤ 200 MB", _whole(fresh) <= 200)
    with Scratch(bench, workers=3) as stack:
        three = _settled(stack)
        each = (three[0] - fresh[0]) / 2
        bench.add("P5", "each further web process", f"{each:.0f} MB", "≤ 60 MB", each <= 60)
    house = bench.yard()
    bench.drive(posts(bench.tight(house), house), rounds=1)
    time.sleep(2 * IDLE)  # until the connections are closed that nobody needs any more
    busy = _settled(bench.stack)
    bench.add("P5", "whole stack, idle after work", _parts(*busy), "≤ 200 MB", _whole(busy) <= 200)


def p6(bench: Bench) -> None:
    """From the command to the first answer: on a new data folder, and on one that is there."""
    with Scratch(bench, launcher=True) as stack:
        bench.add("P6", "first start, packages installed", f"{stack.seconds_to_answer:.2f} s", "≤ 60 s", True)
        found = [_again(stack) for _ in range(bench.plan.rounds)]
    best = min(found)
    bench.add("P6", "warm start to first answer", f"{best:.2f} s", "≤ 1.5 s", best <= 1.5, all=found)


def _again(stack: Stack) -> float:
    stack.stop()
    stack.start()
    return stack.seconds_to_answer


class Scratch:
    """A stack of its own with nothing in it, for as long as it is needed."""

    def __init__(self, bench: Bench, workers: int = 1, *, launcher: bool = False) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="koine-bench-"))
        program = [str(ROOT / "bin" / "koine")] if launcher else bench.stack.program
        self._stack = Stack(
            folder=self._folder / "data", postgres=bench.stack.postgres, workers=workers, program=program
        )

    def __enter__(self) -> Stack:
        self._stack.start()
        return self._stack

    def __exit__(self, *raised: object) -> None:
        self._stack.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


def _settled(stack: Stack) -> tuple[float, float]:
    time.sleep(QUIET)
    python, postgres = stack.watched.memory()
    return python / MEGABYTE, postgres / MEGABYTE


def _whole(memory: tuple[float, float]) -> float:
    return sum(memory)


def _parts(python: float, postgres: float) -> str:
    return f"{python + postgres:.0f} MB ({python:.0f} Python, {postgres:.0f} PostgreSQL)"
