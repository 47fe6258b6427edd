"""Giving somebody a token of the native API."""

from __future__ import annotations

from collections.abc import Sequence

from koine.core.actor import Actor
from koine.core.tokens import secrets, tokens
from koine.core.tokens.tokens import Grant, Issued
from koine.postgres.database import Tx


async def issue(
    tx: Tx,
    by: Actor,
    *,
    workspaces: Sequence[int] | None,
    name: str = "",
    user_id: int | None = None,
    permissions: frozenset[str] | None = None,
) -> Issued:
    """A token of some workspaces of the account, or of all (None); its secret starts with `koine_`.

    It acts as a user, or as an app; `permissions` limit what it may do.
    """
    grant = Grant("native", "key", name, user_id=user_id, workspaces=workspaces, permissions=permissions)
    return await tokens.create(tx, by, grant, secret=secrets.new("koine_"))
