"""Where one may be led after signing in: to our own pages, and nowhere else."""

from __future__ import annotations

import re
from urllib.parse import urlencode

HOME = "/inbox"
SIGN_IN = "/inbox/sign-in"
LONGEST = 8_000  # characters: an app's request can be long

# A path of ours, said plainly: nothing in it that a browser would read as another host, or skip over.
_OURS = re.compile(r"/(?:inbox|oauth/chooselocation|v2/oauth/chooselocation)(?:[/?][!-\[\]-~]*)?", re.ASCII)
_NOWHERE = ("/inbox/sign-in", "/inbox/sign-out", "/inbox/link", "/inbox/setup")


def safe(asked: str | None) -> str:
    """The path that was asked for if it is one of our pages, else the inbox."""
    if not asked or len(asked) > LONGEST or not _OURS.fullmatch(asked) or asked.startswith(_NOWHERE):
        return HOME
    return asked


def to_sign_in(back: str) -> str:
    """The sign-in page, which leads back here afterwards."""
    back = safe(back)
    return SIGN_IN if back == HOME else f"{SIGN_IN}?{urlencode({'next': back})}"
