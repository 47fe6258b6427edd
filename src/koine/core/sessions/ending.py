"""Signing people out because what their sessions rest on has changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from koine.core import outbox
from koine.core.account_events import SessionsRevoked
from koine.core.actor import Actor
from koine.core.errors import PermissionMissing
from koine.core.sessions import store
from koine.core.tokens import once
from koine.postgres.database import Tx

Reason = Literal["revoked", "password", "role", "disabled"]
_OVER_PEOPLE = frozenset({"users:manage", "roles:manage", "account:manage"})


async def end_of_user(tx: Tx, by: Actor, user_id: int, *, reason: Reason, but: int | None = None) -> None:
    """End somebody's sessions and the links that would begin one; their streams end within a second.

    Whatever changes a password, a role, or that somebody may come in at all calls this in the same transaction; `but`
    is the session in which it was done.
    """
    if (by.kind == "user" and by.id != user_id) or by.kind == "app":
        _must_be_over_people(by)
    await once.end_of_user(tx, by, user_id)
    await tell(tx, by, user_id, await store.revoke(tx, by.account_id, user_id, but=but), reason)


async def tell(tx: Tx, by: Actor, user_id: int, ended: Sequence[int], reason: Reason) -> None:
    """Record which sessions have ended, if any have."""
    if ended:
        told = {"user_id": user_id, "session_ids": list(ended), "reason": reason}
        await outbox.record_of_account(tx, by, SessionsRevoked(by.account_id, told))


def _must_be_over_people(by: Actor) -> None:
    allowed = frozenset().union(by.everywhere or (), *by.access.values())
    if not allowed & _OVER_PEOPLE:
        raise PermissionMissing("users:manage")
