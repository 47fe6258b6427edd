"""Counting requests, so that nobody sends more than they may, whichever process answers them."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence

from koine.core.errors import TooMany
from koine.core.limits import store
from koine.core.limits.model import Allowance, Rate
from koine.core.limits.store import Counted
from koine.postgres.database import Database, Tx

_REMEMBERED = 10_000  # of those who have used up what they may
_AT_ONCE = 2  # rates that one statement counts against


class RateUsedUp(TooMany):
    """More than one may ask. `allowances` are what is left of each rate: of the one that is used up, and of those that
    were not counted because of it, nothing.
    """

    def __init__(self, allowances: Sequence[Allowance], retry_after: int) -> None:
        super().__init__(retry_after=retry_after)
        self.allowances = allowances


class Limits:
    """The counts, as one process meets them. They are the same for all processes on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._used_up: dict[str, float] = {}

    async def count(self, who: str, rates: Sequence[Rate], workspaces: tuple[int, ...] = ()) -> list[Allowance]:
        """Count a request against each of these rates; what is left of each.

        `workspaces` are those that are open to whoever asks: connections that show them are then at hand.
        Raises RateUsedUp when one of the rates is; the later ones are not counted then.
        """
        left: list[Allowance] = []
        known = self._known(who, rates)
        asked = rates if known is None else rates[: known[0]]
        for at in range(0, len(asked), _AT_ONCE):
            for rate, (place, renewed_in) in await self._count(who, asked[at : at + _AT_ONCE], workspaces):
                if place > rate.requests:
                    self._remember(f"{who} {rate.seconds}", time.monotonic() + renewed_in)
                    raise _used_up(left, rates, renewed_in)
                left.append(Allowance(rate, rate.requests - place, renewed_in))
        if known is not None:
            raise _used_up(left, rates, known[1])
        return left

    async def _count(
        self, who: str, rates: Sequence[Rate], workspaces: tuple[int, ...]
    ) -> Iterable[tuple[Rate, Counted]]:
        async with self._database.writing(workspaces) as tx:
            return zip(rates, await store.count(tx, who, rates), strict=False)

    def _known(self, who: str, rates: Sequence[Rate]) -> tuple[int, float] | None:
        """The first of the rates that is known to be used up, by its place, and for how many seconds yet."""
        for at, rate in enumerate(rates):
            until = self._used_up.get(f"{who} {rate.seconds}")
            if until is None:
                continue
            left = until - time.monotonic()
            if left > 0:
                return at, left
            del self._used_up[f"{who} {rate.seconds}"]
        return None

    def _remember(self, who: str, until: float) -> None:
        """Whoever goes on asking is refused without asking the database."""
        if len(self._used_up) >= _REMEMBERED:
            now = time.monotonic()
            self._used_up = {key: end for key, end in self._used_up.items() if end > now}
            if len(self._used_up) >= _REMEMBERED:
                self._used_up.clear()
        self._used_up[who] = until


async def forget(tx: Tx) -> int:
    """Forget some counts of spans that are over; how many."""
    return await store.forget(tx)


def _used_up(left: Sequence[Allowance], rates: Sequence[Rate], renewed_in: float) -> RateUsedUp:
    """What is said when the rate after those that have something left has nothing."""
    retry_after = max(1, math.ceil(renewed_in))
    nothing = [Allowance(later, 0, retry_after) for later in rates[len(left) :]]
    return RateUsedUp([*left, *nothing], retry_after)
