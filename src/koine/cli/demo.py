"""`koine demo`: a world to try things in, served, with lines that can be copied."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from koine.cli import options
from koine.serving.databases import Reached
from koine.serving.stopping import Stop, Stopped
from koine.settings import Settings

KEPT = "demo-credentials.json"  # in the data folder


def add(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.set_defaults(run=run)
    options.add_data(parser)
    options.add_serving(parser)
    parser.add_argument(
        "--small", action="store_true", help="make a world of few people and one conversation, where there is none yet"
    )
    parser.add_argument(
        "--credentials", type=Path, metavar="FILE", help="write the world's ids and secrets there, as JSON for scripts"
    )


def run(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    """Serve the demo until asked to stop."""
    from koine.serving import house, log

    log.write_lines()
    with suppress(Stopped):
        prepare = partial(_prepare, asked.credentials, asked.small)
        house.run(settings, workers=asked.workers, prepare=prepare, stop=stop)
    return 0


async def _prepare(file: Path | None, small: bool, settings: Settings, reached: Reached) -> Sequence[str]:
    """Find the world or make it, and write down how to get in; a later start finds the same secrets."""
    from koine.cli import demo_credentials, demo_lines, keeping
    from koine.postgres.database import Database
    from koine.storage import Storage

    kept = settings.data / KEPT
    database = await Database.open(reached.app, size=2)
    try:
        storage = None if small else Storage(settings.files)
        credentials = await demo_credentials.of(database, storage, settings.url, _read(kept))
    finally:
        await database.close()
    text = json.dumps(credentials, indent=2) + "\n"
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in (kept, file):
        if path is not None:
            keeping.write_private(path, text)
    return demo_lines.lines(credentials, file or kept)


def _read(kept: Path) -> object:
    """What an earlier start has written; None where that is lost or unreadable."""
    try:
        return json.loads(kept.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
