"""`koine migrate`: the schema, brought up to date."""

from __future__ import annotations

import argparse
import asyncio

from koine.cli import asking, options
from koine.postgres import migrate
from koine.serving import databases
from koine.serving.stopping import Stop
from koine.settings import Settings


def add(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.set_defaults(run=run)
    options.add_data(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    """Apply what is missing, and say what that was."""
    with databases.borrowed(settings) as reached:
        applied = asyncio.run(migrate.migrate(reached.owner))
    if asked.json:
        asking.print_json({"applied": applied})
    elif applied:
        print(*(f"Applied {name}." for name in applied), sep="\n")
    else:
        print("The schema is up to date.")
    return 0
