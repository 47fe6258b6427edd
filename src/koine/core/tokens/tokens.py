"""Issuing and revoking the secrets that clients call with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from koine.core import outbox
from koine.core.account_events import TokenCreated, TokenRevoked
from koine.core.actor import Actor
from koine.core.errors import TokenNotFound
from koine.core.tokens import secrets, store
from koine.postgres.database import Row, Tx

# client: changes its secret for access tokens; access: such a token; key: calls as it is; login: signs in once;
# code and refresh: are changed for access tokens by a client, once
TokenKind = Literal["client", "access", "key", "login", "code", "refresh"]


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token is to open.

    `user_id` None: it acts as an app; `workspaces` None: all of the account, also later ones; `permissions` None: all
    that the user's role allows, or everything; `scopes` are the same in the dialect's words. With `authorization_id` it
    ends when what a person allowed an app ends.
    """

    dialect: str
    kind: TokenKind
    name: str = ""
    user_id: int | None = None
    workspaces: Sequence[int] | None = None
    permissions: frozenset[str] | None = None
    scopes: Sequence[str] | None = None
    expires_in: timedelta | None = None
    client_id: int | None = None
    authorization_id: int | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it can be shown: without its secret. `key` is the public half, where there is one."""

    id: int
    dialect: str
    kind: TokenKind
    name: str
    key: str | None
    user_id: int | None
    workspaces: Sequence[int] | None
    scopes: Sequence[str] | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token with its secret, which is shown this once."""

    id: int
    key: str | None
    secret: str


async def create(tx: Tx, by: Actor, grant: Grant, *, secret: str, key: str | None = None) -> Issued:
    """Issue a token with a secret made by `secrets.new`, in the form that its dialect wants.

    Raises PermissionMissing for whoever does not administer every workspace that it is to open.
    """
    by.must_manage_account()
    if by.kind != "system" and "account:manage" not in (by.everywhere or ()):
        by.must("account:manage", *await store.workspaces_of(tx, by.account_id, grant.workspaces))
    return await issue(tx, by, grant, secret=secret, key=key)


async def issue(tx: Tx, by: Actor, grant: Grant, *, secret: str, key: str | None = None) -> Issued:
    """Issue a token to a client that has shown that it may: the token endpoint of a dialect."""
    id = await store.insert(tx, by.account_id, grant, key, secrets.fingerprint(secret))
    told = {"token_id": id, "dialect": grant.dialect, "kind": grant.kind}
    await outbox.record_of_account(tx, by, TokenCreated(by.account_id, told))
    return Issued(id, key, secret)


async def revoke(tx: Tx, by: Actor, id: int) -> None:
    """End a token, and those that were issued to it. Raises TokenNotFound; a second time does nothing."""
    by.must_manage_account()
    found = await store.revoke(tx, by.account_id, id)
    if found is None:
        raise TokenNotFound
    if found:
        await outbox.record_of_account(tx, by, TokenRevoked(by.account_id, {"token_id": id}))


async def of_account(tx: Tx, by: Actor) -> list[Token]:
    """The account's tokens, without those that are issued to clients, oldest first."""
    by.must_manage_account()
    return [_token(row) for row in await store.of_account(tx, by.account_id)]


def _token(row: Row) -> Token:
    return Token(**row)
