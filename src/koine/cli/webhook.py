"""`koine webhook`: who is told what happens, and how that goes."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from koine.cli import asking, options
from koine.cli import webhook_finding as finding
from koine.cli.failing import Failed, Wrong
from koine.core.actor import Actor
from koine.core.apps import apps
from koine.core.errors import Invalid
from koine.core.sealing import SealingFailed
from koine.core.webhooks import log as logs
from koine.core.webhooks import managing, replaying, webhooks
from koine.core.webhooks.model import Means, Wanted, Webhook
from koine.dialects.native import subscribing
from koine.outgoing import Outgoing
from koine.postgres.database import Database, Tx
from koine.reactions.webhooks import SHAPES, means
from koine.serving.stopping import Stop
from koine.settings import Settings

WAIT = 20  # seconds for a test to be delivered: an answer may take 15
PAUSE = 0.1
MOST = 1_000  # tries that are printed

Deed = Callable[[Tx, Actor, Means, Webhook], Awaitable[object]]


def add(parser: argparse.ArgumentParser) -> None:
    """The options of all verbs."""
    verbs = parser.add_subparsers(metavar="VERB", title="verbs", required=True)
    create = _verb(verbs, "create", "tell somebody what happens; prints JSON with id and secret, this once", _create)
    create.add_argument("--dialect", required=True, choices=sorted(SHAPES), help="whose shapes and signature")
    create.add_argument("--url", required=True, help="where to; https:// unless KOINE_OUTGOING_ALLOW names the network")
    create.add_argument("--events", metavar="KIND,…", help="kinds of event (default: all)")
    create.add_argument("--workspace", type=int, metavar="ID", help="only this workspace (default: all of the account)")
    create.add_argument("--account", type=int, metavar="ID", help="which account, where there are several")
    create.add_argument("--app", metavar="ID", help="the app whose it is, told of where it is installed (highlevel)")
    create.add_argument("--name", default="", help="what you call it")
    _verb(verbs, "list", "list all webhooks as JSON, without their secrets", _list)
    log = _verb(verbs, "log", "print the newest tries as JSON, the newest first", _log, named=True)
    log.add_argument("--delivery", type=finding.uuid, metavar="ID", help="only those of one delivery")
    log.add_argument("--limit", type=_count, default=100, metavar="N", help="how many (default 100)")
    test = _verb(verbs, "test", "deliver a test, and print how that went", _test, named=True)
    test.add_argument("--wait", type=_count, default=WAIT, metavar="SECONDS", help=f"for its end (default {WAIT})")
    replay = _verb(verbs, "replay", "deliver again what failed, was delivered, or was not", _replay, named=True)
    what = replay.add_mutually_exclusive_group(required=True)
    what.add_argument("--id", dest="what", type=finding.uuid, metavar="ID", help="a delivery, or the event it tells of")
    what.add_argument("--since", type=finding.time, metavar="TIME", help="all that happened from then on")
    replay.add_argument("--until", type=finding.time, metavar="TIME", help="and before then (default: now)")
    _verb(verbs, "rotate", "make a new secret; the one before is good for another day", _rotate, named=True)
    _verb(verbs, "disable", "deliver nothing more", _disable, named=True)
    _verb(verbs, "enable", "deliver again, also what was on its way", _enable, named=True)
    delete = _verb(verbs, "delete", "forget it, with its secrets and its log", _delete, named=True)
    delete.add_argument("--yes", action="store_true", help="needed, because there is no way back")


def _create(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    kinds = None if asked.events is None else asked.events.replace(",", " ").split()
    if asked.app is not None and asked.dialect != "highlevel":
        raise Wrong("--app means something to HighLevel's webhooks only.")

    async def create(database: Database, able: Means) -> object:
        by = await finding.acting(database, asked.account, asked.workspace)
        wanted = Wanted(by.account_id, asked.workspace, asked.dialect, asked.url, kinds, asked.name)
        async with database.writing(by.workspaces) as tx:
            app = None if asked.app is None else await apps.find(tx, by, asked.app)
            made = await webhooks.create(tx, by, able, wanted)
            if app is not None:
                await apps.own_webhook(tx, app, made.webhook)
            return subscribing.issued(made, SHAPES[asked.dialect])

    return _print(settings, create)


def _list(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    async def listed(database: Database, able: Means) -> object:
        found = []
        for by in await finding.everyone(database):
            async with database.reading(by.workspaces) as tx:
                found += [_shown(webhook) for webhook in await managing.every(tx, by)] if by.access else []
        return found

    return _print(settings, listed)


def _log(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    async def log(tx: Tx, by: Actor, able: Means, webhook: Webhook) -> object:
        tries = await logs.tries(tx, webhook, delivery=asked.delivery, limit=asked.limit)
        return subscribing.log(tries, more=False)["tries"]

    return _do(asked, settings, log)


def _test(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    async def test(database: Database, able: Means) -> Any:
        by, webhook = await finding.find(database, asked.id)
        async with database.writing(by.workspaces) as tx:
            delivery = await replaying.test(tx, by, webhook)
        for _ in range(int(asked.wait / PAUSE)):
            await asyncio.sleep(PAUSE)
            async with database.reading(by.workspaces) as tx:
                tries = await logs.tries(tx, webhook, delivery=delivery, limit=1)
            if tries:
                return subscribing.log(tries, more=False)["tries"][0]
        raise Failed(f"The test {delivery} was not delivered yet. Is there a Koine that serves, or works?")

    return _print(settings, test)


def _replay(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    if asked.what is not None and asked.until is not None:
        raise Wrong("--until belongs to --since.")

    async def replay(tx: Tx, by: Actor, able: Means, webhook: Webhook) -> object:
        shape = SHAPES[webhook.dialect]
        if asked.what is not None:
            return subscribing.asked(await replaying.replay(tx, by, shape, webhook, asked.what))
        count = await replaying.replay_range(tx, by, shape, webhook, asked.since, asked.until)
        return {"delivery_id": None, "count": count}

    return _do(asked, settings, replay)


def _rotate(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    async def rotate(tx: Tx, by: Actor, able: Means, webhook: Webhook) -> object:
        return subscribing.issued(await webhooks.rotate(tx, by, able, webhook), SHAPES[webhook.dialect])

    return _do(asked, settings, rotate)


def _disable(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    async def disable(tx: Tx, by: Actor, able: Means, webhook: Webhook) -> object:
        await webhooks.disable(tx, by, webhook)
        return _shown(await managing.find(tx, by, webhook.uuid))

    return _do(asked, settings, disable)


def _enable(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    async def enable(tx: Tx, by: Actor, able: Means, webhook: Webhook) -> object:
        await webhooks.enable(tx, by, webhook)
        return _shown(await managing.find(tx, by, webhook.uuid))

    return _do(asked, settings, enable)


def _delete(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    if not asked.yes:
        raise Wrong("A webhook that is deleted is gone, with its secrets and its log. If that is meant, add --yes.")

    async def delete(tx: Tx, by: Actor, able: Means, webhook: Webhook) -> object:
        await webhooks.delete(tx, by, webhook)
        return {"id": webhook.uuid, "deleted": True}

    return _do(asked, settings, delete)


def _do(asked: argparse.Namespace, settings: Settings, deed: Deed) -> int:
    """Do something with the webhook that is named, and print what comes of it."""

    async def do(database: Database, able: Means) -> object:
        by, webhook = await finding.find(database, asked.id)
        async with database.writing(by.workspaces) as tx:
            return await deed(tx, by, able, webhook)

    return _print(settings, do)


def _print(settings: Settings, work: Callable[[Database, Means], Awaitable[object]]) -> int:
    async def do(database: Database) -> object:
        async with Outgoing(allow=settings.outgoing_allow) as outgoing:
            return await work(database, means(outgoing, settings))

    try:
        asking.print_json(asking.ask(settings, do))
    except Invalid as refused:
        raise Wrong(" ".join(f"{problem.name}: {problem.says}." for problem in refused.problems)) from None
    except SealingFailed as failed:
        raise Failed(str(failed)) from failed
    return 0


def _verb(
    verbs: Any,
    name: str,
    says: str,
    run: Callable[[argparse.Namespace, Settings, Stop], int],
    *,
    named: bool = False,
) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=says, allow_abbrev=False)
    verb.set_defaults(run=run)
    if named:
        verb.add_argument("id", type=finding.uuid, help="its id, from create or list")
    options.add_data(verb)
    return verb


def _shown(webhook: Webhook) -> object:
    return subscribing.webhook(webhook, SHAPES[webhook.dialect])


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to {MOST}")
    return int(text)
