"""Codes that change every 30 seconds, which a phone and we make of the same secret (RFC 6238, RFC 4226)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from urllib.parse import quote, urlencode

STEP = 30  # seconds
DIGITS = 6
DRIFT = 1  # steps that a phone's clock may be off, either way
_BYTES = 20  # of a secret: as many as the hash has


def new_secret() -> bytes:
    """160 random bits."""
    return secrets.token_bytes(_BYTES)


def code(secret: bytes, step: int) -> str:
    """The code of one step, six digits."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), hashlib.sha1)
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def matching(secret: bytes, given: str, now: float) -> list[int]:
    """The steps around `now` (seconds since 1970) whose code this is, usually one or none; all are looked at always."""
    here = int(now // STEP)
    plain = given.encode("utf-8", "replace")
    return [
        step
        for step in range(max(here - DRIFT, 0), here + DRIFT + 1)
        if hmac.compare_digest(code(secret, step).encode(), plain)
    ]


def written(secret: bytes) -> str:
    """A secret as people type it: letters and digits, in groups of four."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def address(secret: bytes, account: str, issuer: str) -> str:
    """The address that a phone reads from a picture (the key URI format that authenticator apps share)."""
    label = quote(f"{issuer}:{account}", safe="@:")
    query = {"secret": base64.b32encode(secret).decode(), "issuer": issuer, "digits": DIGITS, "period": STEP}
    return f"otpauth://totp/{label}?{urlencode(query, quote_via=quote)}"
