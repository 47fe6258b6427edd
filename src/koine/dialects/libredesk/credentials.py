"""Giving an agent the key and secret that Libredesk's API takes (contracts/libredesk.md §2.2)."""

from __future__ import annotations

from koine.core.actor import Actor
from koine.core.tokens import secrets, tokens
from koine.core.tokens.tokens import Grant, Issued
from koine.postgres.database import Tx


async def issue(tx: Tx, by: Actor, workspace_id: int, user_id: int, *, name: str = "") -> Issued:
    """A key of 32 letters and digits with a secret of 64, for one agent in one workspace."""
    grant = Grant("libredesk", "key", name, user_id=user_id, workspaces=[workspace_id])
    return await tokens.create(tx, by, grant, secret=secrets.new(length=64), key=secrets.new(length=32))
