"""The command `bin/bench`: runs the rows that are asked for, prints each, and keeps all as JSON and as a table."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import Figure, table
from bench.measuring import QUICK, WHOLE, Bench
from bench.rows import (
    attaching,
    creating,
    elsewhere,
    following,
    growing,
    idling,
    listing,
    living,
    relaying,
    searching,
    statements,
    subscribed,
    telling,
)
from bench.stack import ROOT, Stack

Row = Callable[[Bench], None]

# In this order: first what creates, while the database is small; last what grows the houses that lists are read from.
ROWS: dict[str, Row] = {
    "p6": living.p6,
    "p1": creating.p1,
    "p2": creating.p2,
    "p3": creating.p3,
    "statements": statements.counted,
    "relay": relaying.relay,
    "p7": following.p7,
    "webhooks": telling.webhooks,
    "subscribed": subscribed.subscribed,
    "attachments": attaching.attachments,
    "p4": listing.p4,
    "search": searching.p4,
    "explain": listing.explained,
    "p9": growing.p9,
    "p5": living.p5,
    "idle": idling.idle,
}
RESULTS = ROOT / "bench" / "results"
DOCUMENT = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- table -->\n", "<!-- /table -->\n"


def main() -> int:
    """Run it; 1 when a target was missed."""
    asked = _arguments()
    if asked.base_url:
        figures = elsewhere.libredesk(asked.base_url, asked.credentials)
        print("\n".join(table(figures)))
        return 0
    folder = asked.data or Path(tempfile.mkdtemp(prefix="koine-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    plan = QUICK if asked.quick else WHOLE
    if asked.sizes:
        plan = replace(plan, sizes=tuple(asked.sizes))
    bench = Bench(Stack(folder=folder / "data", postgres=asked.postgres), plan)
    try:
        bench.stack.start()
        for name in ROWS:
            if name in asked.rows or not asked.rows:
                ROWS[name](bench)
    finally:
        bench.stack.stop()
        if not asked.data:
            shutil.rmtree(folder, ignore_errors=True)
        if bench.figures:
            _keep(bench, asked.write)
    missed = [figure for figure in bench.figures if figure.met is False]
    print(f"\n{len(bench.figures)} figures, {len(missed)} missed their target.")
    return 1 if missed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/bench", description="Measure Koine on this machine, beside PostgreSQL alone (docs/benchmarks.md)."
    )
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"only these: {', '.join(ROWS)}")
    parser.add_argument("--quick", action="store_true", help="small and short: to see that it runs, not how fast")
    parser.add_argument("--sizes", type=int, nargs="+", metavar="N", help="conversations in a workspace, rising")
    parser.add_argument("--data", type=Path, metavar="DIR", help="keep the data there, or go on with what is there")
    parser.add_argument("--postgres", choices=("auto", "system", "wheel"), default="auto")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    parser.add_argument("--base-url", metavar="URL", help="measure the Libredesk rows against that server instead")
    parser.add_argument("--credentials", type=Path, metavar="FILE", help="its credentials, as `koine demo` writes them")
    asked = parser.parse_args()
    unknown = set(asked.rows) - set(ROWS)
    if unknown:
        parser.error(f"no such row: {', '.join(sorted(unknown))}")
    if bool(asked.base_url) != bool(asked.credentials):
        parser.error("--base-url and --credentials go together")
    return asked


def _keep(bench: Bench, write: bool) -> None:
    """All that was measured as JSON; the table into the documentation, when that is wanted."""
    RESULTS.mkdir(exist_ok=True)
    about = _about()
    file = RESULTS / f"{about['date'].replace(':', '')}.json"
    file.write_text(json.dumps({**about, "figures": [asdict(figure) for figure in bench.figures]}, indent=1))
    print(f"\nAll of it: {file.relative_to(ROOT)}")
    if write:
        before, _, rest = DOCUMENT.read_text().partition(BEGIN)
        _, _, after = rest.partition(END)
        DOCUMENT.write_text(f"{before}{BEGIN}{_section(about, bench.figures)}{END}{after}")


def _section(about: dict[str, str], figures: Sequence[Figure]) -> str:
    machine = f"Python {about['python']}, {about['cores']} cores"
    told = f"{about['date']}, commit {about['commit']}, {machine}: `{about['command']}`"
    return "\n".join(["", told, "", *table(figures), "", ""])


def _about() -> dict[str, str]:
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "commit": commit.stdout.strip() or "unknown",
        "command": " ".join(["bin/bench", *sys.argv[1:]]),
        "python": platform.python_version(),
        "cores": str(len(os.sched_getaffinity(0))),
    }
