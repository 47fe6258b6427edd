"""Who calls: the bearer of a native token."""

from __future__ import annotations

from koine.core.actor import Actor
from koine.core.errors import Unauthenticated
from koine.dialects.call import Call


async def authenticate(call: Call) -> Actor:
    """Whose token it is. Raises TokenExpired, and Unauthenticated for none, or one of another dialect."""
    bearer = await call.services.keyring.bearer(secret(call))
    if bearer.dialect != "native" or bearer.kind != "key":
        raise Unauthenticated
    call.bearer = bearer
    return bearer.actor


def secret(call: Call) -> str:
    """The token that is shown. Raises Unauthenticated when there is none."""
    scheme, _, token = (call.header("authorization") or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated
    return token.strip()
