"""Letting an app in: a person says yes, the app gets a code and changes it for tokens (RFC 6749, 7636, 9700)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from koine.core import outbox
from koine.core.account_events import AppAuthorized, AuthorizationEnded
from koine.core.actor import Actor
from koine.core.apps import store
from koine.core.apps.model import App, Asked, Authorization
from koine.core.apps.refusals import GrantRefused
from koine.core.errors import UsedUp
from koine.core.tokens import secrets, tokens
from koine.core.tokens import store as tokens_store
from koine.core.tokens.tokens import Grant
from koine.core.users.users import User
from koine.postgres.database import Row, Tx

DECIDING = timedelta(minutes=10)  # between signing in and saying yes
CODE = timedelta(minutes=5)
# A client that asks twice at once shows the same secret twice. What comes again later is in wrong hands, or was.
AT_ONCE = timedelta(seconds=30)
_PURPOSE = "consent"


@dataclass(frozen=True, slots=True)
class Redeemed:
    """What a code or a refresh token was good for. `workspaces`: those that it was issued for, none for an account."""

    authorization: Authorization
    workspaces: Sequence[int]


async def recognise(tx: Tx, by: Actor, app: App, user: User) -> str:
    """A secret by which somebody who has just signed in is known again when they decide about this app."""
    grant = Grant(
        _PURPOSE,
        "login",
        user_id=user.id,
        workspaces=(),
        permissions=frozenset(),
        expires_in=DECIDING,
        client_id=app.id,
    )
    return (await tokens.issue(tx, by, grant, secret=secrets.new())).secret


async def recognised(tx: Tx, app: App, secret: str) -> int:
    """Who signed in, and decides now: this uses the secret up. Raises UsedUp."""
    used = await tokens_store.use_up(tx, _PURPOSE, "login", secrets.fingerprint(secret))
    if used is None or used["client_id"] != app.id or used["user_id"] is None:
        raise UsedUp
    user_id: int = used["user_id"]
    return user_id


async def allow(tx: Tx, by: Actor, app: App, workspaces: Sequence[int], asked: Asked) -> str:
    """Let an app into workspaces that the actor administers; the code by which it gets its tokens."""
    by.must("account:manage", *workspaces)
    if by.id is None or not workspaces:
        raise GrantRefused
    id = await store.authorize(tx, app.id, by.id, workspaces, asked)
    grant = Grant(
        app.dialect,
        "code",
        workspaces=workspaces if app.audience == "workspace" else (),
        permissions=frozenset(),
        scopes=asked.scopes,
        expires_in=CODE,
        client_id=app.id,
        authorization_id=id,
    )
    issued = await tokens.issue(tx, by, grant, secret=secrets.new())
    told = {"app_id": app.public_id, "user_id": by.id, "workspaces": list(workspaces), "scopes": list(asked.scopes)}
    await outbox.record_of_account(tx, by, AppAuthorized(by.account_id, told))
    return issued.secret


async def redeem_code(tx: Tx, app: App, code: str, *, redirect_uri: str | None, verifier: str | None) -> Redeemed:
    """Use a code up. Raises GrantRefused, also for another address than it was sent to, or a wrong verifier."""
    redeemed = await _redeem(tx, app, "code", code)
    if redirect_uri is not None and redirect_uri != redeemed.authorization.redirect_uri:
        raise GrantRefused
    challenge = redeemed.authorization.challenge
    if challenge is not None and not hmac.compare_digest(challenge.encode(), _challenge(verifier or "")):
        raise GrantRefused
    return redeemed


async def redeem_refresh(tx: Tx, app: App, refresh: str) -> Redeemed:
    """Use a refresh token up: another one follows. Raises GrantRefused."""
    return await _redeem(tx, app, "refresh", refresh)


async def end_if_misused(tx: Tx, by: Actor, app: App, kind: str, secret: str) -> bool:
    """End all that came of an authorization whose code or refresh token comes again. Whether that was so.

    Whoever used it first, its owner or a thief, has nothing more of it.
    """
    row = await tokens_store.spent(tx, app.dialect, kind, secrets.fingerprint(secret))
    if row is None or row["client_id"] != app.id or row["ago"] < AT_ONCE:
        return False
    id = row["authorization_id"]
    if id is None or not await store.end(tx, id):
        return False
    await tokens_store.end_authorization(tx, id)
    told = {"app_id": app.public_id, "reason": "misused"}
    await outbox.record_of_account(tx, by, AuthorizationEnded(by.account_id, told))
    return True


async def of_token(tx: Tx, token_id: int) -> Authorization | None:
    """The authorization that a token came of, unless it has ended, or a client got it for itself."""
    id = await store.authorization_of(tx, token_id)
    return None if id is None else await store.authorization(tx, id)


async def _redeem(tx: Tx, app: App, kind: str, secret: str) -> Redeemed:
    used: Row | None = await tokens_store.use_up(tx, app.dialect, kind, secrets.fingerprint(secret))
    if used is None or used["client_id"] != app.id or used["authorization_id"] is None:
        raise GrantRefused
    authorization = await store.authorization(tx, used["authorization_id"])
    if authorization is None:
        raise GrantRefused
    return Redeemed(authorization, used["workspaces"] or ())


def _challenge(verifier: str) -> bytes:
    digest = hashlib.sha256(verifier.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=")
