"""`koine token`: the secrets that clients call with."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from koine.cli import asking, options, token_kinds
from koine.core.accounts import accounts
from koine.core.actor import system
from koine.core.errors import TokenNotFound
from koine.core.tokens import tokens
from koine.postgres.database import Database
from koine.serving.stopping import Stop
from koine.settings import Settings


def add(parser: argparse.ArgumentParser) -> None:
    """The options of `create`, `list` and `revoke`."""
    verbs = parser.add_subparsers(metavar="VERB", title="verbs", required=True)
    create = verbs.add_parser("create", help="make a token; prints JSON with its secret, this once", allow_abbrev=False)
    create.add_argument("--dialect", required=True, choices=token_kinds.DIALECTS, help="the contract it is for")
    create.add_argument(
        "--workspace", type=int, metavar="ID", help="the workspace it opens (highlevel, libredesk, native)"
    )
    create.add_argument("--user", metavar="EMAIL", help="whom it acts as (tight, libredesk, native)")
    create.add_argument("--user-id", metavar="ID", help="the same by the id that your own systems know them by (tight)")
    create.add_argument("--scopes", metavar="SCOPE,…", help="what it may do (highlevel, native); default: everything")
    create.add_argument(
        "--account",
        type=int,
        metavar="ID",
        help="the account it opens (tight, native), or whose agency it is of (highlevel)",
    )
    create.add_argument("--name", default="", help="what you call it")
    create.set_defaults(run=_create)
    options.add_data(create)
    listed = verbs.add_parser("list", help="list all tokens as JSON, without their secrets", allow_abbrev=False)
    listed.set_defaults(run=_list)
    options.add_data(listed)
    revoke = verbs.add_parser("revoke", help="end a token, and those issued to it", allow_abbrev=False)
    revoke.add_argument("id", type=int, help="its id, from create or list")
    revoke.set_defaults(run=_revoke)
    options.add_data(revoke)


def _create(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    wanted = token_kinds.wanted(asked)

    async def create(database: Database) -> dict[str, object]:
        async with database.writing(()) as tx:
            return await token_kinds.create(tx, wanted)

    asking.print_json(asking.ask(settings, create))
    return 0


def _list(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    async def listed(database: Database) -> list[dict[str, object]]:
        async with database.reading(()) as tx:
            return [
                {"account_id": account.id, **asdict(token)}
                for account in await accounts.every(tx)
                for token in await tokens.of_account(tx, system(account.id))
            ]

    asking.print_json(asking.ask(settings, listed))
    return 0


def _revoke(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    async def revoke(database: Database) -> None:
        async with database.writing(()) as tx:
            for account in await accounts.every(tx):
                if any(token.id == asked.id for token in await tokens.of_account(tx, system(account.id))):
                    await tokens.revoke(tx, system(account.id), asked.id)
                    return
        raise TokenNotFound

    asking.ask(settings, revoke)
    asking.print_json({"id": asked.id, "revoked": True})
    return 0
