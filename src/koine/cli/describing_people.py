"""People and their account, as options of commands describe them and as commands print them."""

from __future__ import annotations

import argparse

from koine.cli.failing import Failed, Wrong
from koine.core.accounts import accounts
from koine.core.users.people import Person
from koine.core.users.users import User
from koine.postgres.database import Tx

LONGEST = 255  # characters of an id or an address


def person(text: str) -> Person:
    """`ID=EMAIL`, or an address alone, which then is the id as well; for argparse."""
    id, _, email = text.rpartition("=")
    if not _is_email(email) or not _is_id(id or email):
        raise argparse.ArgumentTypeError(f"{text!r} is neither EMAIL nor ID=EMAIL")
    return Person(id or email, email)


def id_of_others(text: str | None) -> str | None:
    """What others call something. Raises Wrong."""
    if text is not None and not _is_id(text):
        raise Wrong(f"An id of your own has 1 to {LONGEST} printable characters.")
    return text


async def account(tx: Tx, id: int | None) -> int:
    """The account that was named, or the one at hand. Raises Failed."""
    if id is None:
        return (await accounts.at_hand(tx)).id
    if id not in {there.id for there in await accounts.every(tx)}:
        raise Failed(f"There is no account {id}.")
    return id


def shown(user: User) -> dict[str, object]:
    """Somebody, for JSON."""
    return {
        "id": user.id,
        "external_id": user.external_id,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "enabled": user.enabled,
    }


def _is_id(text: str) -> bool:
    return 0 < len(text) <= LONGEST and text.isprintable() and not text.isspace()


def _is_email(text: str) -> bool:
    name, _, host = text.partition("@")
    return _is_id(text) and bool(name and host) and "@" not in host and not any(map(str.isspace, text))
