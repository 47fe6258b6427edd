"""`koine provider`: who carries messages for HighLevel's locations, and where they are delivered to."""

from __future__ import annotations

import argparse
import re
import secrets
from collections.abc import Sequence
from typing import Any

from koine.cli import asking, options
from koine.cli import webhook_finding as finding
from koine.cli.failing import Failed, Wrong
from koine.core.actor import Actor
from koine.core.errors import Invalid
from koine.core.providers import providers
from koine.core.providers.model import Kind, Provider, Wanted
from koine.core.providers.refusals import ProviderNotFound
from koine.core.sealing import NAME, Sealing, SealingFailed
from koine.core.signing import keys
from koine.core.tokens import tokens
from koine.core.webhooks import addresses
from koine.dialects.highlevel import signing
from koine.outgoing import Outgoing
from koine.postgres.database import Database
from koine.serving.stopping import Stop
from koine.settings import Settings

# As the contract calls them (contracts/highlevel.md §7).
KINDS: dict[str, Kind] = {"SMS": "sms", "Email": "email", "Call": "call"}

_ID = re.compile(r"[0-9a-f]{24}")


def add(parser: argparse.ArgumentParser) -> None:
    """The options of `create`, `list` and `delete`."""
    verbs = parser.add_subparsers(metavar="VERB", title="verbs", required=True)
    create = verbs.add_parser(
        "create", help="register one; prints JSON with its id and our public key", allow_abbrev=False
    )
    create.add_argument("--kind", required=True, choices=sorted(KINDS), help="what it carries")
    create.add_argument("--url", help="where messages are delivered to (default: nowhere, it only brings some)")
    create.add_argument(
        "--workspace", type=int, required=True, action="append", metavar="ID", help="where; may be given several times"
    )
    create.add_argument("--name", default="", help="what you call it")
    create.add_argument("--custom", action="store_true", help="one beside the usual one: it carries only what names it")
    create.add_argument(
        "--token", type=int, metavar="ID", help="the token or app whose it is (default: any of the workspace)"
    )
    create.set_defaults(run=_create)
    options.add_data(create)
    listed = verbs.add_parser("list", help="list all of them as JSON", allow_abbrev=False)
    listed.set_defaults(run=_list)
    options.add_data(listed)
    delete = verbs.add_parser("delete", help="have one carry nothing more, in all workspaces", allow_abbrev=False)
    delete.add_argument("id", type=_id, help="its id, from create or list")
    delete.add_argument("--yes", action="store_true", help="needed, because there is no way back")
    delete.set_defaults(run=_delete)
    options.add_data(delete)


def _create(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    wanted = Wanted(KINDS[asked.kind], asked.url, asked.name, asked.custom, asked.token)

    async def create(database: Database) -> object:
        async with Outgoing(allow=settings.outgoing_allow) as outgoing:
            if wanted.url is not None:
                await addresses.must_be_good(outgoing, wanted.url)
        return await _registered(database, settings, asked.workspace, wanted)

    try:
        asking.print_json(asking.ask(settings, create))
    except Invalid as refused:
        raise Wrong(" ".join(f"{problem.name}: {problem.says}." for problem in refused.problems)) from None
    except SealingFailed as failed:
        raise Failed(str(failed)) from failed
    return 0


async def _registered(database: Database, settings: Settings, places: Sequence[int], wanted: Wanted) -> object:
    """The same id in each workspace; all of them must be of one account."""
    by = await finding.acting(database, None, places[0])
    if missing := [id for id in places if id not in by.access]:
        raise Failed(f"There is no workspace {missing[0]} in the account of the workspace {places[0]}.")
    id = secrets.token_hex(12)
    async with database.writing(by.workspaces) as tx:
        if wanted.token_id is not None and wanted.token_id not in [t.id for t in await tokens.of_account(tx, by)]:
            raise Failed(f"There is no token {wanted.token_id} in this account.")
        created = [await providers.create(tx, by, place, wanted, id=id) for place in dict.fromkeys(places)]
        key = await keys.own(tx, Sealing(settings.data / NAME), signing.NAME)
    return _shown(created) | {"public_key": signing.public_pem(key.public)}


def _list(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    async def listed(database: Database) -> list[object]:
        return [_shown(each) for _, each in await _every(database)]

    asking.print_json(asking.ask(settings, listed))
    return 0


def _delete(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    if not asked.yes:
        raise Wrong("What a provider was to carry fails from then on. If that is meant, add --yes.")

    async def delete(database: Database) -> object:
        for by, found in await _every(database):
            if found[0].id == asked.id:
                async with database.writing(by.workspaces) as tx:
                    for each in found:
                        await providers.delete(tx, by, each.workspace_id, each.id)
                return {"id": asked.id, "deleted": True}
        raise ProviderNotFound

    asking.print_json(asking.ask(settings, delete))
    return 0


async def _every(database: Database) -> list[tuple[Actor, list[Provider]]]:
    """All providers, those of one id together."""
    every = []
    for by in await finding.everyone(database):
        async with database.reading(by.workspaces) as tx:
            found: dict[str, list[Provider]] = {}
            for each in await providers.of_workspaces(tx):
                found.setdefault(each.id, []).append(each)
        every += [(by, group) for group in found.values()]
    return every


def _shown(group: Sequence[Provider]) -> dict[str, Any]:
    one = group[0]
    words = {kind: word for word, kind in KINDS.items()}
    return {
        "id": one.id,
        "kind": words[one.kind],
        "name": one.name,
        "url": one.url,
        "custom": one.extra,
        "token_id": one.token_id,
        "workspaces": [each.workspace_id for each in group],
        "created_at": one.created_at,
    }


def _id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no id: 24 hexadecimal digits")
    return text
