"""Which tokens open a workspace, and ending them: for those who administer it and perhaps not the others.

A token that opens several workspaces belongs to whoever administers all of them.
"""

from __future__ import annotations

from koine.core import outbox
from koine.core.account_events import TokenRevoked
from koine.core.actor import Actor
from koine.core.errors import TokenNotFound
from koine.core.tokens import store
from koine.core.tokens.tokens import Token
from koine.postgres.database import Tx


async def of_workspace(tx: Tx, by: Actor, workspace_id: int) -> list[Token]:
    """The tokens that open a workspace and are good, the newest first; those that clients get for theirs are left out,
    and so are apps. Raises PermissionMissing.
    """
    by.must("account:manage", workspace_id)
    return [Token(**row) for row in await store.of_workspace(tx, by.account_id, workspace_id)]


async def revoke(tx: Tx, by: Actor, workspace_id: int, id: int) -> None:
    """End one of these, and those that were issued to it. Raises PermissionMissing and TokenNotFound."""
    for token in await of_workspace(tx, by, workspace_id):
        if token.id == id:
            by.must("account:manage", *await store.workspaces_of(tx, by.account_id, token.workspaces))
            await store.revoke(tx, by.account_id, id)
            await outbox.record_of_account(tx, by, TokenRevoked(by.account_id, {"token_id": id}))
            return
    raise TokenNotFound


async def opens_all(tx: Tx, by: Actor) -> bool:
    """Whether the actor administers all of the account, so that they may let a client into all of it."""
    return all(by.may("account:manage", place) for place in await store.workspaces_of(tx, by.account_id, None))
