"""How often an app may ask in one location, and how it is told what is left (contracts/highlevel.md §1.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from koine.core.limits.model import Allowance, Rate

_DAY = 86_400  # seconds

# The day comes first: who has used up a burst is still told what is left of the day.
RATES = (Rate(200_000, _DAY), Rate(100, 10))


def headers(left: Sequence[Allowance]) -> Mapping[str, str]:
    """What is left of the day and of the burst."""
    told: dict[str, str] = {}
    for each in left:
        told |= _of_the_day(each) if each.rate.seconds >= _DAY else _of_the_burst(each)
    return told


def _of_the_day(left: Allowance) -> Mapping[str, str]:
    return {
        "X-RateLimit-Limit-Daily": str(left.rate.requests),
        "X-RateLimit-Daily-Remaining": str(left.remaining),
        "X-RateLimit-Daily-Reset": str(round(left.renewed_in * 1000)),
    }


def _of_the_burst(left: Allowance) -> Mapping[str, str]:
    return {
        "X-RateLimit-Interval-Milliseconds": str(left.rate.seconds * 1000),
        "X-RateLimit-Max": str(left.rate.requests),
        "X-RateLimit-Remaining": str(left.remaining),
    }
