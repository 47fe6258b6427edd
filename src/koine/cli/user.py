"""`koine user`: letting people in who cannot come in by themselves, and signing them out."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from koine.cli import asking, describing_people, options
from koine.cli.failing import Failed, Wrong
from koine.core.accounts import accounts
from koine.core.actor import Actor, system
from koine.core.second_factors import second_factors
from koine.core.sessions import ending
from koine.core.users import links, passwords, users
from koine.core.users.users import User
from koine.postgres.database import Database, Tx
from koine.serving.stopping import Stop
from koine.settings import Settings

Deed = Callable[[Tx, Actor, User], Awaitable[dict[str, object]]]


def add(parser: argparse.ArgumentParser) -> None:
    """The options of all verbs."""
    verbs = parser.add_subparsers(metavar="VERB", title="verbs", required=True)
    link = _verb(verbs, "link", "print a link that signs somebody in, once; it stands for their password", _link)
    link.add_argument(
        "--base-url",
        metavar="URL",
        help="how browsers reach the server (KOINE_BASE_URL; default http://127.0.0.1:8420)",
    )
    _verb(verbs, "password", "give somebody a password, asked for or read from standard input", _password)
    off = _verb(verbs, "reset-two-factor", "ask somebody for a password alone again", _reset)
    off.add_argument("--yes", action="store_true", help="needed, because their account is less safe then")
    _verb(verbs, "sign-out", "end all sessions of somebody, and their links", _sign_out)


def _link(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    async def link(tx: Tx, by: Actor, user: User) -> dict[str, object]:
        hours = int(links.LIFETIME.total_seconds()) // 3600
        return {"link": settings.url + await links.offer(tx, by, user), "good_for_hours": hours}

    return _do(asked, settings, link)


def _password(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    password = _asked_for()
    weak = passwords.weakness(password, asked.email)
    if weak is not None:
        raise Wrong(weak)

    async def set_it(tx: Tx, by: Actor, user: User) -> dict[str, object]:
        await passwords.set_hash(tx, by, user, passwords.hashed(password))
        return {"password_set": True}

    return _do(asked, settings, set_it)


def _reset(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    if not asked.yes:
        raise Wrong("A password alone signs them in from then on. If that is meant, add --yes.")

    async def reset(tx: Tx, by: Actor, user: User) -> dict[str, object]:
        return {"two_factor_was_on": await second_factors.disable(tx, by, user.id)}

    return _do(asked, settings, reset)


def _sign_out(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    async def sign_out(tx: Tx, by: Actor, user: User) -> dict[str, object]:
        await ending.end_of_user(tx, by, user.id, reason="revoked")
        return {"signed_out": True}

    return _do(asked, settings, sign_out)


def _verb(
    verbs: Any, name: str, says: str, run: Callable[[argparse.Namespace, Settings, Stop], int]
) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=says, allow_abbrev=False)
    verb.set_defaults(run=run)
    verb.add_argument("email", metavar="EMAIL", help="their address")
    verb.add_argument("--account", type=int, metavar="ID", help="which account, where several know this address")
    options.add_data(verb)
    return verb


def _do(asked: argparse.Namespace, settings: Settings, deed: Deed) -> int:
    async def do(database: Database) -> dict[str, object]:
        async with database.writing(()) as tx:
            user = await _named(tx, asked.email, asked.account)
            done = await deed(tx, system(user.account_id), user)
        return {"id": user.id, "account_id": user.account_id, "email": user.email, **done}

    asking.print_json(asking.ask(settings, do))
    return 0


async def _named(tx: Tx, email: str, account_id: int | None) -> User:
    """Raises Failed for nobody, and for several."""
    ids = [account.id for account in await accounts.every(tx)]
    if account_id is not None:
        ids = [await describing_people.account(tx, account_id)]
    found = [user for id in ids if (user := await users.by_email(tx, id, email)) is not None]
    if len(found) == 1:
        return found[0]
    if not found:
        raise Failed(f"Nobody here has the address {email}.")
    listed = ", ".join(str(user.account_id) for user in found)
    raise Failed(f"Several accounts know {email}. Say which: --account ID; {listed}.")


def _asked_for() -> str:
    """From the keyboard, twice, without showing it; from standard input where nobody sits at one. Raises Wrong."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("New password: ")
    if getpass.getpass("Again: ") != password:
        raise Wrong("These were not the same.")
    return password
