"""What a session is, as the person whose it is may see it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

LIFETIME = timedelta(days=30)  # from signing in, whatever is done meanwhile
IDLE = timedelta(days=14)  # without a single page
_LONGEST = 200  # characters of what a browser says it is


@dataclass(frozen=True, slots=True)
class Seen:
    """From where somebody signs in: what the browser says it is, and its address."""

    user_agent: str
    address: str

    @classmethod
    def of(cls, user_agent: str, address: str) -> Seen:
        """The same, short and without characters that could do something where it is shown."""
        visible = "".join(letter if unicodedata.category(letter)[0] != "C" else " " for letter in user_agent)
        return cls(" ".join(visible.split())[:_LONGEST], address[:64])


@dataclass(frozen=True, slots=True)
class Session:
    """One browser at which somebody is signed in. Times are in UTC; `last_seen_at` is true to a minute."""

    id: int
    came_by: str
    user_agent: str
    address: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Begun:
    """A new session with its secret, which is told to the browser this once."""

    id: int
    secret: str
