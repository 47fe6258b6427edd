"""What PostgreSQL is asked when nothing happens."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter

import asyncpg

from bench.measuring import Bench
from bench.rows.living import QUIET, Scratch
from bench.stack import Stack
from koine.postgres import serverlog

MOST = 1.0  # statements a second
_ENTRY = re.compile(r"^(?=\d{4}-\d\d-\d\d )", re.MULTILINE)
_STATEMENT = re.compile(r"LOG:  (?:execute [^:]*|statement): (.*)", re.DOTALL)


def idle(bench: Bench) -> None:
    """Statements that a new server sends by itself, as PostgreSQL writes them into its log when it is told to."""
    with Scratch(bench) as stack:
        log = stack.folder / serverlog.NAME
        asyncio.run(_write_all_down(stack))
        time.sleep(QUIET)
        size, began = log.stat().st_size, time.monotonic()
        time.sleep(bench.plan.seconds * 12)
        seconds = time.monotonic() - began
        written = log.read_bytes()[size:].decode(errors="replace")
    found = Counter(
        " ".join(said[1].split())[:60] for entry in _ENTRY.split(written) if (said := _STATEMENT.search(entry))
    )
    rate = found.total() / seconds
    figure = f"{rate:.2f} statements/s, {found.total()} in {seconds:.0f} s"
    bench.add("I", "statements when nothing happens", figure, f"≤ {MOST:g}/s", rate <= MOST, statements=dict(found))


async def _write_all_down(stack: Stack) -> None:
    admin = await asyncpg.connect(stack.address.dsn("koine_admin"))
    try:
        await admin.execute("alter system set log_statement = 'all'")
        await admin.execute("select pg_reload_conf()")
    finally:
        await admin.close()
