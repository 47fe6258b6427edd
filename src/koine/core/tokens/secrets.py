"""Making secrets, and the fingerprint that is kept of them."""

from __future__ import annotations

import hashlib
import secrets
import string

_ALPHABET = string.ascii_letters + string.digits


def new(prefix: str = "", length: int = 43) -> str:
    """A random secret of at least 256 bits (43 characters of 62), with a prefix by which scanners recognise it."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(length))


def fingerprint(secret: str) -> bytes:
    """SHA-256 of a secret: what is stored. A slow hash would protect weak secrets; these are not."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
