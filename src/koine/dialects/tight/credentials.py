"""Giving a partner the client id and secret that Tight's token endpoint takes."""

from __future__ import annotations

from koine.core.actor import Actor
from koine.core.tokens import secrets, tokens
from koine.core.tokens.tokens import Grant, Issued
from koine.postgres.database import Tx


async def issue(tx: Tx, by: Actor, *, name: str = "") -> Issued:
    """A client of the whole account; `key` is the client id."""
    grant = Grant("tight", "client", name)
    return await tokens.create(tx, by, grant, secret=secrets.new("tight_secret_"), key=secrets.new("tight_", 22))
