"""Giving a partner the client id and secret that Tight's token endpoint takes, or a user an access token at once."""

from __future__ import annotations

from koine.core.actor import Actor
from koine.core.tokens import secrets, tokens
from koine.core.tokens.tokens import Grant, Issued
from koine.dialects.tight import inferred
from koine.postgres.database import Tx


async def issue(tx: Tx, by: Actor, *, name: str = "") -> Issued:
    """A client of the whole account; `key` is the client id."""
    grant = Grant("tight", "client", name)
    return await tokens.create(tx, by, grant, secret=secrets.new("tight_secret_"), key=secrets.new("tight_", 22))


async def access(tx: Tx, by: Actor, user_id: int, *, name: str = "") -> Issued:
    """An access token for a user, as the token endpoint would give it: for an hour."""
    grant = Grant("tight", "access", name, user_id=user_id, scopes=["write"], expires_in=inferred.LIFETIME)
    return await tokens.create(tx, by, grant, secret=secrets.new("tight_access_"))
