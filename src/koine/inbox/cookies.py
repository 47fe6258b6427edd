"""The two cookies: that of a session, and that by which the forms of whoever is not signed in are known as ours."""

from __future__ import annotations

import secrets
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from koine.core.sessions.model import LIFETIME

Cookie = Literal["session", "guest"]

_NAMES: dict[Cookie, str] = {"session": "koine", "guest": "koine-guest"}
_KEPT: dict[Cookie, int | None] = {"session": int(LIFETIME.total_seconds()), "guest": None}  # seconds
_LONGEST = 128  # characters


def name(cookie: Cookie, *, secure: bool) -> str:
    """What it is called. Over TLS a prefix has browsers refuse one that another host, or plain HTTP, would set."""
    return f"__Host-{_NAMES[cookie]}" if secure else _NAMES[cookie]


def read(request: Request, cookie: Cookie, *, secure: bool) -> str | None:
    """What the browser sent, if it could be one of ours."""
    found = request.cookies.get(name(cookie, secure=secure), "")
    return found if 0 < len(found) <= _LONGEST and found.isascii() else None


def put(response: Response, cookie: Cookie, value: str, *, secure: bool) -> None:
    """Have the browser keep it, out of reach of scripts and of other sites."""
    response.set_cookie(
        name(cookie, secure=secure),
        value,
        max_age=_KEPT[cookie],
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def take(response: Response, cookie: Cookie, *, secure: bool) -> None:
    """Have the browser forget it."""
    response.set_cookie(
        name(cookie, secure=secure), "", max_age=0, path="/", secure=secure, httponly=True, samesite="lax"
    )


def new() -> str:
    """A value for a guest's: 256 random bits."""
    return secrets.token_urlsafe(32)
