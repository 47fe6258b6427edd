"""`koine workspace`: making workspaces with their owners, showing, deleting and restoring them."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable

from koine.cli import asking, describing_people, options
from koine.cli.failing import Failed, Wrong
from koine.core.accounts import accounts
from koine.core.actor import Actor, system
from koine.core.users.people import Person
from koine.core.workspaces import deleting, describing, workspaces
from koine.core.workspaces.model import Described, Shown, Workspace
from koine.postgres.database import Database, Tx
from koine.serving.stopping import Stop
from koine.settings import Settings

LONGEST = 100  # characters of a name

Deed = Callable[[Tx, Actor, Workspace], Awaitable[None]]


def add(parser: argparse.ArgumentParser) -> None:
    """The options of all verbs."""
    verbs = parser.add_subparsers(metavar="VERB", title="verbs", required=True)
    create = verbs.add_parser("create", help="make a workspace; prints JSON", allow_abbrev=False)
    create.add_argument("name", help="what people call it")
    create.add_argument("--external-id", metavar="ID", help="what your own systems call it")
    create.add_argument(
        "--owner",
        action="append",
        default=[],
        type=describing_people.person,
        metavar="[ID=]EMAIL",
        help="an owner, with the id that your own systems know them by (default: the address); may be repeated",
    )
    create.add_argument("--account", type=int, metavar="ID", help="which account, where there are several")
    create.set_defaults(run=_create)
    options.add_data(create)
    listed = verbs.add_parser("list", help="list all workspaces as JSON, deleted ones too", allow_abbrev=False)
    listed.set_defaults(run=_list)
    options.add_data(listed)
    for name, says, run in (
        ("show", "print a workspace with its owners as JSON", _show),
        ("delete", "close it to everybody; nothing in it is lost", _delete),
        ("restore", "open it again", _restore),
    ):
        verb = verbs.add_parser(name, help=says, allow_abbrev=False)
        verb.add_argument("id", type=int, help="its id, from create or list")
        verb.set_defaults(run=run)
        options.add_data(verb)
        if name == "delete":
            verb.add_argument("--yes", action="store_true", help="needed, because every token stops opening it")


def _create(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    name = " ".join(asked.name.split())
    if not name or len(name) > LONGEST or not name.isprintable():
        raise Wrong(f"A workspace needs a name, of at most {LONGEST} characters.")
    external_id = describing_people.id_of_others(asked.external_id)
    owners: list[Person] = asked.owner

    async def create(database: Database) -> Shown:
        async with database.writing(()) as tx:
            by = system(await describing_people.account(tx, asked.account))
            founded = await workspaces.found(tx, by, name, Described(external_id=external_id, owners=owners))
            return await describing.find(tx, by, founded.id)

    asking.print_json(_whole(asking.ask(settings, create)))
    return 0


def _list(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    async def listed(database: Database) -> list[Workspace]:
        async with database.reading(()) as tx:
            return [it for account in await accounts.every(tx) for it in await workspaces.find(tx, account.id)]

    asking.print_json([_shown(workspace) for workspace in asking.ask(settings, listed)])
    return 0


def _show(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    return _with(asked, settings, _nothing)


def _delete(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    if not asked.yes:
        raise Wrong("Nobody can use a deleted workspace until it is restored. Say --yes if that is what you want.")
    return _with(asked, settings, deleting.delete)


def _restore(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    return _with(asked, settings, deleting.restore)


async def _nothing(tx: Tx, by: Actor, workspace: Workspace) -> None:
    """What is only shown is left as it is."""


def _with(asked: argparse.Namespace, settings: Settings, deed: Deed) -> int:
    async def do(database: Database) -> Shown:
        async with database.writing(()) as tx:
            for account in await accounts.every(tx):
                if not await workspaces.find(tx, account.id, [asked.id]):
                    continue
                by = system(account.id, asked.id)
                await tx.see(asked.id)
                found = await describing.held(tx, by, asked.id)
                await deed(tx, by, found.workspace)
                return await describing.find(tx, by, asked.id)
        raise Failed(f"There is no workspace {asked.id}.")

    asking.print_json(_whole(asking.ask(settings, do)))
    return 0


def _shown(workspace: Workspace) -> dict[str, object]:
    return {
        "id": workspace.id,
        "uuid": workspace.uuid,
        "name": workspace.name,
        "external_id": workspace.external_id,
        "account_id": workspace.account_id,
        "created_at": workspace.created_at,
        "deleted_at": workspace.deleted_at,
    }


def _whole(shown: Shown) -> dict[str, object]:
    return {**_shown(shown.workspace), "owners": [describing_people.shown(user) for user in shown.owners]}
