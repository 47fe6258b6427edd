"""`koine key`: the key of this installation by which receivers know HighLevel's deliveries, and its successor."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from koine.cli import asking, options
from koine.cli.failing import Failed, Wrong
from koine.core.sealing import NAME, Sealing, SealingFailed
from koine.core.signing import keys
from koine.core.signing.keys import NextKeyKnown, Published
from koine.dialects.highlevel import signing
from koine.postgres.database import Database
from koine.serving.stopping import Stop
from koine.settings import Settings

_HOUR = 3600.0
_USUAL, _MOST = 48.0, 24 * 365.0  # hours


def add(parser: argparse.ArgumentParser) -> None:
    """The options of all verbs."""
    verbs = parser.add_subparsers(metavar="VERB", title="verbs", required=True)
    show = verbs.add_parser("show", help="print the public key, and the next one, as JSON", allow_abbrev=False)
    show.set_defaults(run=_show)
    options.add_data(show)
    rotate = verbs.add_parser("rotate", help="make a new key, and print what show prints", allow_abbrev=False)
    rotate.set_defaults(run=_rotate)
    options.add_data(rotate)
    when = rotate.add_mutually_exclusive_group()
    when.add_argument(
        "--in",
        dest="hours",
        type=float,
        default=_USUAL,
        metavar="HOURS",
        help="when it begins to sign; until then receivers can be given it (default 48)",
    )
    when.add_argument("--now", action="store_true", help="at once, because somebody else has the old one")
    rotate.add_argument(
        "--yes", action="store_true", help="needed with --now: who has only the old key refuses us then"
    )


def _show(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    async def show(database: Database) -> object:
        async with database.reading(()) as tx:
            return _shown(await keys.published(tx, signing.NAME))

    asking.print_json(asking.ask(settings, show))
    return 0


def _rotate(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    if asked.now and not asked.yes:
        raise Wrong(
            "Receivers that know only the old key will refuse what is sent from now on. If that is meant, add --yes."
        )
    if not asked.now and not 0 < asked.hours <= _MOST:
        raise Wrong(f"--in takes a number of hours, up to {_MOST:g}.")
    after = 0.0 if asked.now else asked.hours * _HOUR

    async def rotate(database: Database) -> object:
        async with database.writing(()) as tx:
            return _shown(await keys.replace(tx, Sealing(settings.data / NAME), signing.NAME, after=after))

    try:
        asking.print_json(asking.ask(settings, rotate))
    except NextKeyKnown:
        raise Failed(
            "A next key is there already: koine key show. With --now --yes another one signs at once."
        ) from None
    except SealingFailed as failed:
        raise Failed(str(failed)) from failed
    return 0


def _shown(known: Sequence[Published]) -> list[dict[str, Any]]:
    return [
        {"public_key": signing.public_pem(each.public), "signs_from": each.since, "signs_until": each.until}
        for each in known
    ]
