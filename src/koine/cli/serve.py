"""`koine serve`: the server, and at first the link by which its administrator is made."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from koine.cli import options
from koine.serving.databases import Reached
from koine.serving.stopping import Stop, Stopped
from koine.settings import Settings


def add(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.set_defaults(run=run)
    options.add_data(parser)
    options.add_serving(parser)
    parser.add_argument(
        "--no-work",
        dest="works",
        action="store_false",
        help="leave what goes on behind the requests to koine work, which must run somewhere then",
    )


def run(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    """Serve until asked to stop."""
    from koine.serving import house, log

    log.write_lines()
    with suppress(Stopped):
        if settings.limited is None:
            settings = replace(settings, limited=True)
        house.run(settings, workers=asked.workers, prepare=_prepare, stop=stop, works=asked.works)
    return 0


async def _prepare(settings: Settings, reached: Reached) -> Sequence[str]:
    """While nobody can sign in, each start prints a link anew and ends the earlier one."""
    from koine.core.accounts import setup
    from koine.postgres.database import Database

    database = await Database.open(reached.app, size=1)
    try:
        async with database.writing(()) as tx:
            secret = await setup.offer(tx)
    finally:
        await database.close()
    lines = [f"Koine serves on {settings.url}"]
    if secret is not None:
        lines += [
            "",
            "Nobody can sign in yet. This link makes the administrator; it works once, for 24 hours:",
            f"{settings.url}/inbox/setup/{secret}",
            "",
        ]
    return lines
