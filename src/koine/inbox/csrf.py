"""What a form must say to be one of ours: it follows from the cookie, and is no use without it."""

from __future__ import annotations

import base64
import hashlib
import hmac

FIELD = "_csrf"
HEADER = "koine-csrf"


def of(secret: str) -> str:
    """What the forms of somebody must say whose cookie is this; the cookie does not follow from it."""
    digest = hmac.digest(secret.encode(), b"koine csrf", hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def right(expected: str, given: str | None) -> bool:
    """Whether a form has said so."""
    return bool(expected) and hmac.compare_digest(expected.encode(), (given or "").encode("utf-8", "replace"))
