"""`koine app`: the programs of others that people can let into their workspaces."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from typing import Any

from koine.cli import asking, options
from koine.cli import webhook_finding as finding
from koine.cli.failing import Failed, Wrong
from koine.core.actor import Actor
from koine.core.apps import apps, installing
from koine.core.apps.model import App, Audience, Wanted
from koine.core.apps.refusals import AppNotFound
from koine.core.errors import Invalid
from koine.core.sealing import SealingFailed
from koine.core.signing import keys
from koine.core.webhooks import webhooks
from koine.core.webhooks.model import Means
from koine.core.webhooks.model import Wanted as WantedWebhook
from koine.dialects.highlevel import publishing, scopes, signing
from koine.outgoing import Outgoing
from koine.postgres.database import Database, Tx
from koine.reactions.webhooks import means
from koine.serving.stopping import Stop
from koine.settings import Settings

_AUDIENCES: dict[str, Audience] = {"Location": "workspace", "Company": "account"}
_DISTRIBUTIONS = {audience: name for name, audience in _AUDIENCES.items()}


def add(parser: argparse.ArgumentParser) -> None:
    """The options of all verbs."""
    verbs = parser.add_subparsers(metavar="VERB", title="verbs", required=True)
    create = _verb(verbs, "create", "register an app; prints JSON with its secret, this once", _create)
    create.add_argument("--name", required=True, help="what people call it: they read it when they let it in")
    create.add_argument(
        "--redirect-uri",
        required=True,
        action="append",
        metavar="URL",
        help="where people are sent back to; repeatable",
    )
    create.add_argument("--scopes", metavar="SCOPE,…", help="what it may ask for (default: everything)")
    create.add_argument(
        "--distribution",
        choices=sorted(_AUDIENCES),
        default="Location",
        help="whether people let it into one location, or into all that they administer (default Location)",
    )
    create.add_argument("--webhook-url", metavar="URL", help="where it is told what happens where it is installed")
    create.add_argument("--account", type=int, metavar="ID", help="which account, where there are several")
    _verb(verbs, "list", "list all apps as JSON, without their secrets", _list)
    away = _verb(verbs, "uninstall", "send an app away from a workspace, with its tokens", _uninstall, named=True)
    away.add_argument("--workspace", type=int, required=True, metavar="ID", help="from which one")
    delete = _verb(verbs, "delete", "end an app, with its tokens and webhooks, everywhere", _delete, named=True)
    delete.add_argument("--yes", action="store_true", help="needed, because there is no way back")


def _create(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    chosen = scopes.OF_APPS if asked.scopes is None else tuple(asked.scopes.replace(",", " ").split())
    unknown = sorted(set(chosen) - set(scopes.OF_APPS))
    if unknown or not chosen:
        raise Wrong(
            f"There is no scope {', '.join(unknown) or '(none given)'}. There are: {', '.join(scopes.OF_APPS)}."
        )
    wanted = Wanted("highlevel", asked.name, asked.redirect_uri, chosen, _AUDIENCES[asked.distribution])

    async def create(database: Database, able: Means) -> object:
        by = await finding.acting(database, asked.account, None)
        async with database.writing(by.workspaces) as tx:
            made = await apps.register(tx, by, wanted)
            if asked.webhook_url is not None:
                await _tell(tx, by, able, made.app, asked.webhook_url)
            await keys.own(tx, able.sealing, signing.NAME)
            pem = await publishing.public(tx)
            shown = _shown(made.app)
            id = {"id": shown.pop("id"), "client_id": shown.pop("client_id"), "client_secret": made.secret}
            return {**id, **shown, "webhook_url": asked.webhook_url, "webhook_public_key": pem}

    return _print(settings, create)


async def _tell(tx: Tx, by: Actor, able: Means, app: App, url: str) -> None:
    """Tell the app of what happens in all workspaces; what it may hear, is looked at when it is told."""
    wanted = WantedWebhook(by.account_id, None, "highlevel", url, None, app.name)
    await apps.own_webhook(tx, app, (await webhooks.create(tx, by, able, wanted)).webhook)


def _list(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    async def listed(database: Database, able: Means) -> object:
        found = []
        for by in await finding.everyone(database):
            async with database.reading(by.workspaces) as tx:
                for app in await apps.every(tx, by):
                    places = [place.workspace_id for place in await installing.every(tx, app.id)]
                    found.append({**_shown(app), "workspaces": places})
        return found

    return _print(settings, listed)


def _uninstall(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    async def uninstall(database: Database, able: Means) -> object:
        by, app = await _find(database, asked.id)
        if asked.workspace not in by.access:
            raise Failed(f"There is no workspace {asked.workspace}.")
        async with database.writing(by.workspaces) as tx:
            done = await installing.uninstall(tx, by, app, asked.workspace)
        return {"id": app.public_id, "workspace_id": asked.workspace, "uninstalled": done}

    return _print(settings, uninstall)


def _delete(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    if not asked.yes:
        raise Wrong("An app that is deleted is gone, with all its tokens. If that is meant, add --yes.")

    async def delete(database: Database, able: Means) -> object:
        by, app = await _find(database, asked.id)
        async with database.writing(by.workspaces) as tx:
            await apps.delete(tx, by, app)
        return {"id": app.public_id, "deleted": True}

    return _print(settings, delete)


async def _find(database: Database, public_id: str) -> tuple[Actor, App]:
    for by in await finding.everyone(database):
        async with database.reading(by.workspaces) as tx:
            try:
                return by, await apps.find(tx, by, public_id)
            except AppNotFound:
                continue
    raise AppNotFound


def _shown(app: App) -> dict[str, object]:
    return {
        "id": app.public_id,
        "client_id": app.client_id,
        "name": app.name,
        "distribution": _DISTRIBUTIONS[app.audience],
        "redirect_uris": list(app.redirect_uris),
        "scopes": list(app.scopes),
        "account_id": app.account_id,
        "created_at": app.created_at,
    }


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
        verb.add_argument("id", help="its id, from create or list")
    options.add_data(verb)
    return verb


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
