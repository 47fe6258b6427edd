"""Issuing an app its tokens: one to call with for a day, one that is good for the next pair for a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from koine.core.actor import Actor
from koine.core.apps.model import App, Authorization
from koine.core.tokens import secrets, tokens
from koine.core.tokens.tokens import Grant, TokenKind
from koine.dialects.highlevel import scopes as known
from koine.dialects.highlevel.wire.oauth import LIFETIME
from koine.postgres.database import Tx

ACCESS = timedelta(seconds=LIFETIME)
REFRESH = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two secrets; no refresh token where no person has allowed it."""

    access: str
    refresh: str | None


async def pair(
    tx: Tx, by: Actor, app: App, workspaces: Sequence[int], scopes: Sequence[str], let_in: Authorization | None
) -> Pair:
    """New tokens for one workspace, or (none) for the agency, which opens no workspace by itself."""
    id = None if let_in is None else let_in.id

    async def issue(kind: TokenKind, prefix: str, lifetime: timedelta, permissions: frozenset[str]) -> str:
        grant = Grant(
            "highlevel",
            kind,
            workspaces=workspaces,
            permissions=permissions,
            scopes=scopes,
            expires_in=lifetime,
            client_id=app.id,
            authorization_id=id,
        )
        return (await tokens.issue(tx, by, grant, secret=secrets.new(prefix))).secret

    access = await issue("access", "hla_", ACCESS, known.permissions(scopes))
    return Pair(access, None if id is None else await issue("refresh", "hlr_", REFRESH, frozenset()))
