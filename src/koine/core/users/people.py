"""People as the account's own systems describe them: known by the id that those gave them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from koine.core import outbox
from koine.core.account_events import UserDisabled, UserEnabled, UserUpdated
from koine.core.actor import Actor
from koine.core.errors import Problem, Taken
from koine.core.sessions import ending
from koine.core.users import users
from koine.core.users.store import users as store
from koine.core.users.users import User
from koine.postgres.database import Tx

Changes = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as described from outside; None leaves what is known of them as it is."""

    external_id: str
    email: str
    first_name: str | None = None
    last_name: str | None = None
    language: str | None = None


async def known(tx: Tx, account_id: int, person: Person) -> tuple[User | None, list[Problem]]:
    """Who has this id, if anybody has, and what is wrong with the description: the address of somebody else."""
    user = await users.by_external_id(tx, account_id, person.external_id)
    return user, await problems(tx, account_id, user, person.email)


async def problems(tx: Tx, account_id: int, user: User | None, email: str) -> list[Problem]:
    """One, where an address is that of somebody else than this user, or than somebody new."""
    other = await users.by_email(tx, account_id, email)
    taken = other is not None and (user is None or other.id != user.id)
    return [Problem("taken", ("email",))] if taken else []


async def settle(tx: Tx, by: Actor, person: Person) -> User:
    """The one with this id: new, or as described from now on. They can come in. Raises Taken."""
    by.must_manage_account()
    there, wrong = await known(tx, by.account_id, person)
    if wrong:
        raise Taken(problems=wrong)
    if there is not None:
        await enable(tx, by, there)
        return await update(tx, by, described(there, person))
    return await users.create(
        tx,
        by,
        email=person.email,
        first_name=person.first_name or "",
        last_name=person.last_name or "",
        external_id=person.external_id,
        language=person.language,
    )


async def update(tx: Tx, by: Actor, user: User) -> User:
    """Know somebody as they are given here: by their address, names and language."""
    by.must_manage_account()
    before = await users.by_id(tx, by.account_id, user.id)
    if before is None:
        raise LookupError("a user vanished inside a transaction")
    changes = changed(before, user, _FIELDS)
    if changes:
        names = (user.email, user.first_name, user.last_name, user.language)
        await store.update(tx, by.account_id, user.id, *names)
        await outbox.record_of_account(tx, by, UserUpdated(by.account_id, {"user_id": user.id, **changes}))
    return replace(user, enabled=before.enabled)


async def enable(tx: Tx, by: Actor, user: User) -> None:
    """Let somebody in."""
    by.must_manage_account()
    if await store.set_enabled(tx, by.account_id, user.id, enabled=True):
        await outbox.record_of_account(tx, by, UserEnabled(by.account_id, {"user_id": user.id}))


async def disable(tx: Tx, by: Actor, user: User) -> None:
    """Let somebody in no more: within a second their tokens and sessions open nothing."""
    by.must_manage_account()
    if await store.set_enabled(tx, by.account_id, user.id, enabled=False):
        await outbox.record_of_account(tx, by, UserDisabled(by.account_id, {"user_id": user.id}))
        await ending.end_of_user(tx, by, user.id, reason="disabled")


def changed(before: object, after: object, fields: Sequence[str]) -> Changes:
    """What is different in these fields, as events tell it."""
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in fields)
    return {name: {"from": old, "to": new} for name, old, new in pairs if old != new}


_FIELDS = ("email", "first_name", "last_name", "language")


def described(user: User, person: Person) -> User:
    """Somebody who is known, as described."""
    return replace(
        user,
        email=person.email,
        first_name=user.first_name if person.first_name is None else person.first_name,
        last_name=user.last_name if person.last_name is None else person.last_name,
        language=user.language if person.language is None else person.language,
    )
