"""Who calls: access tokens on every call, a client's id and secret at the token endpoint (contracts/tight.md §2)."""

from __future__ import annotations

import base64
import binascii
import hmac

from koine.core.actor import Actor
from koine.core.errors import PermissionMissing, Unauthenticated, WrongSecret
from koine.core.tokens.keyring import Bearer
from koine.dialects.call import Call

_WRITING = ("conversations:write", "conversations:update_status", "messages:write")


async def actor(call: Call) -> Actor:
    """Whose access token it is. Raises TokenExpired, and Unauthenticated for none, or one that is no access token."""
    token = _credentials(call, "bearer")
    if token is None:
        raise Unauthenticated
    bearer = await call.services.keyring.bearer(token)
    if bearer.dialect != "tight" or bearer.kind != "access":
        raise Unauthenticated
    return bearer.actor


async def client(call: Call) -> Bearer:
    """The client that shows its id and secret by HTTP Basic. Raises WrongSecret."""
    try:
        given = base64.b64decode(_credentials(call, "basic") or "", validate=True).decode()
        key, _, secret = given.partition(":")
        bearer = await call.services.keyring.bearer(secret)
    except (binascii.Error, UnicodeDecodeError, Unauthenticated):
        raise WrongSecret from None
    own = hmac.compare_digest((bearer.key or "").encode(), key.encode())
    if bearer.dialect != "tight" or bearer.kind != "client" or not own:
        raise WrongSecret
    return bearer


def must_write(by: Actor) -> None:
    """Raise PermissionMissing for a token that may change nothing anywhere, such as one with the scope `read`."""
    if not any(by.may(permission, workspace_id) for workspace_id in by.access for permission in _WRITING):
        raise PermissionMissing(_WRITING[0])


def _credentials(call: Call, scheme: str) -> str | None:
    given, _, credentials = (call.header("authorization") or "").partition(" ")
    return credentials.strip() if given.lower() == scheme else None
