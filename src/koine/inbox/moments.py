"""Times to come, as forms say them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from koine.core.errors import Invalid, Problem

_MORNING = 9  # o'clock


def read(said: str, zone: tzinfo) -> datetime:
    """`later`, `tomorrow`, `monday`, `week` or an ISO time, in UTC. Raises Invalid for what is none of them."""
    now = datetime.now(zone)
    morning = now.replace(hour=_MORNING, minute=0, second=0, microsecond=0)
    known = {
        "later": now + timedelta(hours=3),
        "tomorrow": morning + timedelta(days=1),
        "monday": morning + timedelta(days=7 - now.weekday()),
        "week": now + timedelta(days=7),
    }
    try:
        at = known.get(said) or datetime.fromisoformat(said)
    except ValueError:
        raise Invalid(problems=[Problem("malformed", ("until",))]) from None
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
