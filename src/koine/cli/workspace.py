"""`koine workspace`: making workspaces, and listing them."""

from __future__ import annotations

import argparse

from koine.cli import asking, options
from koine.cli.failing import Wrong
from koine.core.accounts import accounts
from koine.core.actor import system
from koine.core.workspaces import workspaces
from koine.core.workspaces.workspaces import Workspace
from koine.postgres.database import Database
from koine.serving.stopping import Stop
from koine.settings import Settings

LONGEST = 100  # characters of a name


def add(parser: argparse.ArgumentParser) -> None:
    """The options of `create` and `list`."""
    verbs = parser.add_subparsers(metavar="VERB", title="verbs", required=True)
    create = verbs.add_parser("create", help="make a workspace; prints JSON", allow_abbrev=False)
    create.add_argument("name", help="what people call it")
    create.set_defaults(run=_create)
    options.add_data(create)
    listed = verbs.add_parser("list", help="list all workspaces as JSON", allow_abbrev=False)
    listed.set_defaults(run=_list)
    options.add_data(listed)


def _create(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    name = " ".join(asked.name.split())
    if not name or len(name) > LONGEST or not name.isprintable():
        raise Wrong(f"A workspace needs a name, of at most {LONGEST} characters.")

    async def create(database: Database) -> Workspace:
        async with database.writing(()) as tx:
            account = await accounts.at_hand(tx)
            return await workspaces.found(tx, system(account.id), name)

    asking.print_json(_shown(asking.ask(settings, create)))
    return 0


def _list(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    async def listed(database: Database) -> list[Workspace]:
        async with database.reading(()) as tx:
            return [it for account in await accounts.every(tx) for it in await workspaces.find(tx, account.id)]

    asking.print_json([_shown(workspace) for workspace in asking.ask(settings, listed)])
    return 0


def _shown(workspace: Workspace) -> dict[str, object]:
    return {
        "id": workspace.id,
        "uuid": workspace.uuid,
        "name": workspace.name,
        "account_id": workspace.account_id,
        "created_at": workspace.created_at,
    }
