"""`koine work`: what goes on behind the requests, in a process of its own."""

from __future__ import annotations

import argparse
import asyncio

from koine.cli import options
from koine.cli.failing import Failed
from koine.serving import databases
from koine.serving.databases import Reached
from koine.serving.saying import tell
from koine.serving.stopping import Stop
from koine.settings import Settings


def add(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.set_defaults(run=run)
    options.add_data(parser)


def run(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    """Work until asked to stop, with the database of those who serve."""
    import uvloop

    from koine.serving import log

    log.write_lines()
    reached = databases.beside(settings)
    with stop.told(lambda: None), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_work(reached, settings, stop))
    if not stop.asked:
        raise Failed("The database has ended.")
    return 0


async def _work(reached: Reached, settings: Settings, stop: Stop) -> None:
    from koine.cli import asking
    from koine.serving import ending
    from koine.work import running

    await asking.ready(reached)
    with ending.asked(stop) as over, ending.noticed(reached.pid, over.set):
        tell("ready")
        await running.run(reached.app, settings, over)
