"""What may be asked how often, and how much of it is left."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests within so many seconds; the span begins with the first of them."""

    requests: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much of a rate is left after a request, and in how many seconds there is all of it again."""

    rate: Rate
    remaining: int
    renewed_in: float
