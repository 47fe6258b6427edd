"""`koine bookkeeper`: people whom an account has for its workspaces, all of them or some."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable

from koine.cli import asking, describing_people, options
from koine.cli.failing import Failed, Wrong
from koine.core.accounts import accounts
from koine.core.actor import Actor, system
from koine.core.errors import Invalid, NotFound
from koine.core.ordered import Asked, Order
from koine.core.page import Window
from koine.core.users import staff
from koine.core.users.people import Person
from koine.core.users.staff import Reach, Staff
from koine.postgres.database import Database, Tx
from koine.serving.stopping import Stop
from koine.settings import Settings

MOST = 1_000  # that are listed of an account

Deed = Callable[[Tx, Actor, Staff], Awaitable[None]]


def add(parser: argparse.ArgumentParser) -> None:
    """The options of all verbs."""
    verbs = parser.add_subparsers(metavar="VERB", title="verbs", required=True)
    create = verbs.add_parser("create", help="have somebody for the workspaces; prints JSON", allow_abbrev=False)
    create.add_argument(
        "person",
        type=describing_people.person,
        metavar="[ID=]EMAIL",
        help="their address, with the id that your own systems know them by (default: the address)",
    )
    create.add_argument("--first-name", default=None, help="their first name")
    create.add_argument("--last-name", default=None, help="their last name")
    create.add_argument(
        "--workspace",
        type=int,
        action="append",
        metavar="ID",
        help="one that they are for; may be repeated (default: all, also later ones)",
    )
    create.add_argument("--account", type=int, metavar="ID", help="which account, where there are several")
    create.set_defaults(run=_create)
    options.add_data(create)
    listed = verbs.add_parser("list", help="list all as JSON, deleted ones too", allow_abbrev=False)
    listed.set_defaults(run=_list)
    options.add_data(listed)
    for name, says, run in (
        ("show", "print one as JSON", _show),
        ("delete", "let them in no more, unless they own a workspace", _delete),
        ("restore", "let them in again, to where they were", _restore),
    ):
        verb = verbs.add_parser(name, help=says, allow_abbrev=False)
        verb.add_argument("id", type=int, help="their id, from create or list")
        verb.set_defaults(run=run)
        options.add_data(verb)
        if name == "delete":
            verb.add_argument("--yes", action="store_true", help="needed, because their tokens stop working")


def _create(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    person = Person(asked.person.external_id, asked.person.email, asked.first_name, asked.last_name)
    reach = None if asked.workspace is None else Reach(asked.workspace)

    async def create(database: Database) -> Staff:
        async with database.writing(()) as tx:
            by = system(await describing_people.account(tx, asked.account))
            try:
                return await staff.save(tx, by, person, reach)
            except Invalid:
                raise Failed("One of these is no workspace of the account. There are: koine workspace list") from None

    asking.print_json(_shown(asking.ask(settings, create)))
    return 0


def _list(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    everyone, order = Asked(deleted=(True, False)), Order("id", descending=False)

    async def listed(database: Database) -> list[Staff]:
        found: list[Staff] = []
        async with database.reading(()) as tx:
            for account in await accounts.every(tx):
                found += (await staff.query(tx, system(account.id), everyone, order, Window(MOST))).items
        return found

    asking.print_json([_shown(it) for it in asking.ask(settings, listed)])
    return 0


def _show(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    return _with(asked, settings, _nothing)


def _delete(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    if not asked.yes:
        raise Wrong("Their tokens stop working until they are restored. Say --yes if that is what you want.")
    return _with(asked, settings, staff.remove)


def _restore(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    return _with(asked, settings, staff.restore)


async def _nothing(tx: Tx, by: Actor, found: Staff) -> None:
    """Who is only shown is left as they are."""


def _with(asked: argparse.Namespace, settings: Settings, deed: Deed) -> int:
    async def do(database: Database) -> Staff:
        async with database.writing(()) as tx:
            for account in await accounts.every(tx):
                by = system(account.id)
                try:
                    await deed(tx, by, await staff.find(tx, by, asked.id))
                except NotFound:
                    continue
                return await staff.find(tx, by, asked.id)
        raise Failed(f"There is no bookkeeper {asked.id}.")

    asking.print_json(_shown(asking.ask(settings, do)))
    return 0


def _shown(found: Staff) -> dict[str, object]:
    return {
        **describing_people.shown(found.user),
        "role": found.role,
        "workspaces": found.workspaces,
        "account_id": found.user.account_id,
        "created_at": found.created_at,
        "deleted_at": found.deleted_at,
    }
