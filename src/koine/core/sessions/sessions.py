"""Signing in and out at a browser: beginning a session, seeing where one is signed in, and ending it."""

from __future__ import annotations

from datetime import timedelta

from koine.core import outbox
from koine.core.account_events import UserSignedOut
from koine.core.actor import Actor
from koine.core.sessions import ending, store
from koine.core.sessions.model import Begun, Seen, Session
from koine.core.sessions.refusals import SessionNotFound
from koine.core.tokens import secrets
from koine.core.users import signing_in
from koine.postgres.database import Tx

KEPT = timedelta(days=7)  # after its end


async def begin(tx: Tx, by: Actor, *, came_by: str, seen: Seen) -> Begun:
    """Sign somebody in at a browser, who has proved who they are. The secret is always a new one."""
    secret = secrets.new()
    id = await store.insert(tx, by.account_id, by.must_be_person(), secrets.fingerprint(secret), came_by, seen)
    await signing_in.signed_in(tx, by, "inbox", session_id=id, **{"with": came_by})
    return Begun(id, secret)


async def end(tx: Tx, by: Actor, id: int) -> None:
    """Sign out: this session opens nothing any more."""
    if await store.revoke(tx, by.account_id, by.must_be_person(), only=id):
        told = {"user_id": by.id, "session_id": id}
        await outbox.record_of_account(tx, by, UserSignedOut(by.account_id, told))


async def revoke(tx: Tx, by: Actor, id: int) -> None:
    """End one of one's own sessions, wherever it is. Raises SessionNotFound for one that is not one's own."""
    ended = await store.revoke(tx, by.account_id, by.must_be_person(), only=id)
    if not ended:
        raise SessionNotFound
    await ending.tell(tx, by, by.must_be_person(), ended, "revoked")


async def revoke_others(tx: Tx, by: Actor, kept: int) -> int:
    """End all of one's own sessions but one; how many."""
    ended = await store.revoke(tx, by.account_id, by.must_be_person(), but=kept)
    await ending.tell(tx, by, by.must_be_person(), ended, "revoked")
    return len(ended)


async def of_user(tx: Tx, by: Actor) -> list[Session]:
    """Where one is signed in, the latest first."""
    return [Session(**row) for row in await store.of_user(tx, by.account_id, by.must_be_person())]


async def forget(tx: Tx) -> int:
    """Forget some sessions that ended more than a week ago, of all accounts; how many."""
    return await store.forget(tx, KEPT)
