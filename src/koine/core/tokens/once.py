"""Secrets that are good once: the links by which somebody comes in who has no password yet."""

from __future__ import annotations

from datetime import timedelta

from koine.core import outbox
from koine.core.account_events import TokenRevoked
from koine.core.actor import Actor, system
from koine.core.errors import UsedUp
from koine.core.tokens import secrets, store, tokens
from koine.core.tokens.tokens import Grant
from koine.postgres.database import Tx


async def issue(tx: Tx, by: Actor, purpose: str, *, lifetime: timedelta) -> str:
    """A new secret for a purpose, of 256 random bits; it ends every earlier one of the account for this purpose."""
    by.must_manage_account()
    for id in await store.end_all(tx, by.account_id, purpose, "login"):
        await outbox.record_of_account(tx, by, TokenRevoked(by.account_id, {"token_id": id}))
    grant = Grant(purpose, "login", permissions=frozenset(), expires_in=lifetime)
    issued = await tokens.issue(tx, by, grant, secret=secrets.new())
    return issued.secret


async def is_good(tx: Tx, purpose: str, secret: str) -> bool:
    """Whether a secret can still be used for this purpose."""
    return await store.live(tx, purpose, "login", secrets.fingerprint(secret)) is not None


async def use(tx: Tx, purpose: str, secret: str) -> int:
    """Use a secret up; the account that it belongs to. Raises UsedUp for one that is not good any more."""
    used = await store.use_up(tx, purpose, "login", secrets.fingerprint(secret))
    if used is None:
        raise UsedUp
    account_id: int = used["account_id"]
    await outbox.record_of_account(tx, system(account_id), TokenRevoked(account_id, {"token_id": used["id"]}))
    return account_id
