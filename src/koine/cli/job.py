"""`koine job`: what is to be done, what became of it, and another go at what failed."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import get_args

from koine.cli import asking, options
from koine.cli.failing import Failed, Wrong
from koine.core.accounts import accounts
from koine.core.jobs import jobs
from koine.core.jobs.model import Job, JobState
from koine.core.workspaces import workspaces
from koine.postgres.database import Database
from koine.serving.stopping import Stop
from koine.settings import Settings

MOST = 10_000  # jobs in one answer


def add(parser: argparse.ArgumentParser) -> None:
    """The options of `list` and `retry`."""
    verbs = parser.add_subparsers(metavar="VERB", title="verbs", required=True)
    listed = verbs.add_parser("list", help="list the newest jobs as JSON, the newest first", allow_abbrev=False)
    listed.add_argument("--state", choices=get_args(JobState), help="only those that wait, are done, or were given up")
    listed.add_argument("--reaction", metavar="NAME", help="only those of one reaction")
    listed.add_argument("--workspace", type=int, metavar="ID", help="only this workspace (default: all)")
    listed.add_argument("--limit", type=_count, default=100, metavar="N", help="how many (default 100)")
    listed.set_defaults(run=_list)
    options.add_data(listed)
    retry = verbs.add_parser("retry", help="begin again with jobs that failed; prints JSON", allow_abbrev=False)
    retry.add_argument("id", type=_id, nargs="*", help="the ids of jobs that are quarantined, or wait for another try")
    retry.add_argument("--quarantined", action="store_true", help=f"all that are quarantined, {MOST} at a time")
    retry.add_argument("--reaction", metavar="NAME", help="with --quarantined: only those of one reaction")
    retry.set_defaults(run=_retry)
    options.add_data(retry)


def _list(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    async def listed(database: Database) -> list[Job]:
        places = await _places(database)
        if asked.workspace is not None and asked.workspace not in places:
            raise Failed(f"There is no workspace {asked.workspace}.")
        chosen = places if asked.workspace is None else (asked.workspace,)
        async with database.reading(chosen) as tx:
            return await jobs.find(tx, state=asked.state, reaction=asked.reaction, limit=asked.limit)

    asking.print_json([asdict(job) for job in asking.ask(settings, listed)])
    return 0


def _retry(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    if bool(asked.id) == asked.quarantined or (asked.reaction is not None and not asked.quarantined):
        raise Wrong("Say the ids of jobs, or --quarantined and perhaps --reaction NAME.")

    async def retry(database: Database) -> list[int]:
        async with database.writing(await _places(database)) as tx:
            ids = asked.id
            if asked.quarantined:
                found = await jobs.find(tx, state="quarantined", reaction=asked.reaction, limit=MOST)
                ids = [job.id for job in found]
            again = await jobs.retry(tx, ids)
            if missing := sorted(set(ids) - set(again)):
                raise Failed(f"Not there, or done: {', '.join(map(str, missing))}. Nothing was tried again.")
            await jobs.announce(tx)
            return again

    asking.print_json({"retried": asking.ask(settings, retry)})
    return 0


async def _places(database: Database) -> tuple[int, ...]:
    """All workspaces of all accounts."""
    async with database.reading(()) as tx:
        return tuple([it.id for account in await accounts.every(tx) for it in await workspaces.find(tx, account.id)])


def _id(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 19 or not 1 <= int(text) < 2**63:
        raise argparse.ArgumentTypeError(f"{text!r} is no id: a number from koine job list")
    return int(text)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 5 or not 1 <= int(text) <= MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to {MOST}")
    return int(text)
