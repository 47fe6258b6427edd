"""Giving a location its private integration token."""

from __future__ import annotations

from collections.abc import Sequence

from koine.core.actor import Actor
from koine.core.tokens import secrets, tokens
from koine.core.tokens.tokens import Grant, Issued
from koine.dialects.highlevel import scopes as known
from koine.postgres.database import Tx


async def issue(tx: Tx, by: Actor, workspace_id: int, *, name: str = "", scopes: Sequence[str] = known.ALL) -> Issued:
    """A token of one workspace; its secret starts with `pit-`, as clients expect."""
    grant = Grant(
        "highlevel", "key", name, workspaces=[workspace_id], permissions=known.permissions(scopes), scopes=scopes
    )
    return await tokens.create(tx, by, grant, secret=secrets.new("pit-"))
