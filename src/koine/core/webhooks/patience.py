"""How long is waited before a delivery is tried again, and before an address that fails is called again."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a dialect tries again: `waits` in seconds after each try that failed but the last.

    `spread` of each wait is left to chance, so that what failed together does not come again together.
    """

    waits: tuple[float, ...]
    spread: float

    @property
    def tries(self) -> int:
        """How often a delivery is tried."""
        return len(self.waits) + 1


# Ten tries within 75 hours, as Standard Webhooks proposes.
WAITS = (5.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 50_400.0, 72_000.0, 86_400.0)
SPREAD = 0.1
USUAL = Patience(WAITS, SPREAD)

GIVEN_UP_AFTER = timedelta(days=5)  # of nothing but failures

BREAKS_AT = 3  # failures in a row: from then on all deliveries to the address wait together
SHORTEST_PAUSE, LONGEST_PAUSE = 15.0, 3_600.0  # seconds

LONGEST_WISH = 86_400.0  # seconds; whoever asks for more is called after a day

_random = secrets.SystemRandom()


def until_next_try(tried: int, retry_after: float | None, patience: Patience = USUAL) -> float | None:
    """Seconds until a delivery that was tried so often is tried again; None when that was the last time."""
    if tried >= patience.tries:
        return None
    return max(_spread(patience.waits[tried - 1], patience.spread), retry_after or 0.0)


def pause(failures: int, retry_after: float | None) -> float | None:
    """Seconds for which an address is left alone after so many failures in a row; None: it is not."""
    own = None
    if failures >= BREAKS_AT:
        doubled = min(failures - BREAKS_AT, 20)
        own = _spread(min(SHORTEST_PAUSE * 2**doubled, LONGEST_PAUSE))
    if retry_after is None:
        return own
    return max(own or 0.0, retry_after)


def wish(status: int, headers: Mapping[str, str], now: datetime) -> float | None:
    """For how many seconds an answer asks to be left alone: its Retry-After, in seconds or as a date."""
    if 200 <= status < 300:
        return None
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return min(float(said[:9]), LONGEST_WISH)
    try:
        at = parsedate_to_datetime(said)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return min(max((at - now).total_seconds(), 0.0), LONGEST_WISH)


def _spread(seconds: float, spread: float = SPREAD) -> float:
    return seconds * _random.uniform(1 - spread, 1 + spread)
