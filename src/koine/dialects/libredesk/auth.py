"""Who calls: an agent's API key and secret, in either of two schemes (contracts/libredesk.md §2.2)."""

from __future__ import annotations

import base64
import binascii
import hmac

from koine.core.actor import Actor
from koine.core.errors import Unauthenticated, WrongSecret
from koine.core.tokens.keyring import Keyring
from koine.dialects.call import Call
from koine.dialects.libredesk.errors import CsrfMismatch


async def authenticate(call: Call) -> Actor:
    """The agent whose key is shown.

    Raises WrongSecret for a pair that is not right. Without one the contract goes on to the browser's session: there is
    none here yet, which a GET is told as such (Unauthenticated) and everything else by the check that comes before it
    (CsrfMismatch).
    """
    pair = _pair(call.header("authorization") or "")
    if pair is None:
        raise Unauthenticated if call.method in ("GET", "HEAD") else CsrfMismatch
    return await _bearer(call.services.keyring, *pair)


async def _bearer(keyring: Keyring, key: str, secret: str) -> Actor:
    try:
        bearer = await keyring.bearer(secret)
    except Unauthenticated:
        raise WrongSecret from None
    if bearer.dialect != "libredesk" or bearer.kind != "key" or not _same(bearer.key or "", key):
        raise WrongSecret
    return bearer.actor


def _pair(authorization: str) -> tuple[str, str] | None:
    """Key and secret; None for another scheme (case matters), bad base64, or when one of the two is empty."""
    scheme, _, given = authorization.partition(" ")
    given = given.strip(" ")
    if scheme == "Basic":
        try:
            given = base64.b64decode(given, validate=True).decode("latin-1")
        except (binascii.Error, ValueError):
            return None
    elif scheme != "token":
        return None
    key, _, secret = given.partition(":")
    return (key, secret) if key and secret else None


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
