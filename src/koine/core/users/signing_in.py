"""Signing in with an address and a password, without telling who is known here."""

from __future__ import annotations

from dataclasses import dataclass

from koine.core import outbox
from koine.core.account_events import UserSignedIn
from koine.core.actor import Actor
from koine.core.users import users
from koine.core.users.store import users as store
from koine.core.users.users import User
from koine.postgres.database import Tx


@dataclass(frozen=True, slots=True)
class Claimed:
    """Whoever somebody says they are, and the hash that their password must have; None: nobody who may come in."""

    user: User | None
    password_hash: str | None


async def claimed(tx: Tx, account_id: int, email: str) -> Claimed:
    """Look up who somebody says they are."""
    user = None if "\x00" in email else await users.by_email(tx, account_id, email)
    if user is None or not user.enabled:
        return Claimed(None, None)
    password_hash = await store.password_hash(tx, account_id, user.id)
    return Claimed(None, None) if password_hash is None else Claimed(user, password_hash)


async def candidates(tx: Tx, email: str) -> list[Claimed]:
    """Whoever has this address and a password, in all accounts; where nobody has, one who is nobody."""
    rows = [] if "\x00" in email else await store.with_password(tx, email)
    return [Claimed(User(*user), password_hash) for *user, password_hash in rows] or [Claimed(None, None)]


async def acting(tx: Tx, account_id: int, user_id: int) -> Actor | None:
    """Somebody with all that their roles allow, as of now; None when they may not come in any more."""
    user = await users.by_id(tx, account_id, user_id)
    if user is None or not user.enabled:
        return None
    access = {place.workspace_id: place.permissions for place in (await users.memberships(tx, user.id)).values()}
    return Actor("user", user.id, account_id, access, user.external_id, user.email, user.name)


async def signed_in(tx: Tx, by: Actor, at: str, **more: int | str) -> None:
    """Remember that somebody came in, by which door, and what more is to be known about it."""
    if by.id is not None:
        await store.signed_in(tx, by.account_id, by.id)
        await outbox.record_of_account(tx, by, UserSignedIn(by.account_id, {"user_id": by.id, "at": at, **more}))
