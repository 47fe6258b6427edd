"""Secrets that are good once: links by which somebody comes in, and what somebody half signed in is known again by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from koine.core import outbox
from koine.core.account_events import TokenRevoked
from koine.core.actor import Actor, system
from koine.core.errors import UsedUp
from koine.core.tokens import secrets, store, tokens
from koine.core.tokens.tokens import Grant
from koine.postgres.database import Tx


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom such a secret was made for; `says` is what was noted with it."""

    account_id: int
    user_id: int
    says: str


async def issue(tx: Tx, by: Actor, purpose: str, *, lifetime: timedelta) -> str:
    """A new secret for a purpose, of 256 random bits; it ends every earlier one of the account for this purpose."""
    by.must_manage_account()
    await _ended(tx, by, await store.end_all(tx, by.account_id, purpose, "login"))
    return await _issued(tx, by, Grant(purpose, "login", permissions=frozenset(), expires_in=lifetime))


async def issue_to(tx: Tx, by: Actor, user_id: int, purpose: str, *, lifetime: timedelta) -> str:
    """The same for one person, whose earlier ones for this purpose it ends."""
    by.must_manage_account()
    return await _issued_to(tx, by, user_id, purpose, "", lifetime)


async def hand_to(tx: Tx, by: Actor, user_id: int, purpose: str, *, lifetime: timedelta) -> str:
    """As `issue_to`. Who may, is settled by whoever asks (core/users/links.py)."""
    return await _issued_to(tx, by, user_id, purpose, "", lifetime)


async def vouch(tx: Tx, by: Actor, purpose: str, says: str, *, lifetime: timedelta) -> str:
    """A secret by which somebody who has proved a part of who they are is known again at the next part."""
    return await _issued_to(tx, by, by.must_be_person(), purpose, says, lifetime)


async def is_good(tx: Tx, purpose: str, secret: str) -> bool:
    """Whether a secret can still be used for this purpose."""
    return await store.live(tx, purpose, "login", secrets.fingerprint(secret)) is not None


async def holder(tx: Tx, purpose: str, secret: str) -> Holder:
    """Whom a secret was made for, which stays as good as it is. Raises UsedUp."""
    row = await store.live(tx, purpose, "login", secrets.fingerprint(secret))
    if row is None or row["user_id"] is None:
        raise UsedUp
    return Holder(row["account_id"], row["user_id"], row["name"])


async def use(tx: Tx, purpose: str, secret: str) -> int:
    """Use a secret up; the account that it belongs to. Raises UsedUp for one that is not good any more."""
    used = await store.use_up(tx, purpose, "login", secrets.fingerprint(secret))
    if used is None:
        raise UsedUp
    account_id: int = used["account_id"]
    await _ended(tx, system(account_id), [used["id"]])
    return account_id


async def end_of_user(tx: Tx, by: Actor, user_id: int) -> None:
    """End all such secrets of one person. Who may, is settled by whoever asks (core/sessions/ending.py)."""
    await _ended(tx, by, await store.end_logins(tx, by.account_id, user_id))


async def _issued_to(tx: Tx, by: Actor, user_id: int, purpose: str, says: str, lifetime: timedelta) -> str:
    await _ended(tx, by, await store.end_logins(tx, by.account_id, user_id, purpose))
    grant = Grant(purpose, "login", says, user_id=user_id, workspaces=(), permissions=frozenset(), expires_in=lifetime)
    return await _issued(tx, by, grant)


async def _issued(tx: Tx, by: Actor, grant: Grant) -> str:
    return (await tokens.issue(tx, by, grant, secret=secrets.new())).secret


async def _ended(tx: Tx, by: Actor, ids: Sequence[int]) -> None:
    for id in ids:
        await outbox.record_of_account(tx, by, TokenRevoked(by.account_id, {"token_id": id}))
