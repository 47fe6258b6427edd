"""`koine tail`: the feed in a terminal, read from the database."""

from __future__ import annotations

import argparse
import asyncio

from koine.cli import options
from koine.cli.failing import Failed
from koine.core import events
from koine.serving import databases
from koine.serving.stopping import Stop
from koine.settings import Settings


def add(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.set_defaults(run=run)
    parser.add_argument("--after", type=_position, metavar="N", help="begin after this position (default: from now on)")
    parser.add_argument(
        "--kind",
        action="append",
        choices=sorted(events.kinds()),
        metavar="KIND",
        help="only events of this kind, such as message.posted; may be said several times",
    )
    parser.add_argument("--workspace", type=int, metavar="ID", help="only this workspace (default: all)")
    parser.add_argument("--json", action="store_true", help="print a line of JSON for each event, as GET /v1/events")
    options.add_data(parser)


def run(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    """Print what happens until asked to stop."""
    from koine.cli import following
    from koine.serving import log

    log.write_lines()
    wanted = following.Wanted(asked.after, asked.kind, asked.workspace, asked.json)
    with databases.borrowed(settings) as reached, stop.told(lambda: None):
        asyncio.run(following.follow(reached, wanted, stop))
    if not stop.asked:
        raise Failed("The database has ended.")
    return 0


def _position(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) > 2**63 - 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no position: a number from 0")
    return int(text)
