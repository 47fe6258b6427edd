"""Counting requests, so that nobody sends more than they may, whichever process answers them."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

from koine.core.errors import TooMany
from koine.core.limits import store
from koine.core.limits.model import Allowance, Rate
from koine.postgres.database import Database, Tx

_REMEMBERED = 10_000  # of those who have used up what they may


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
        for at, rate in enumerate(rates):
            try:
                left.append(await self._count(f"{who} {rate.seconds}", rate, workspaces))
            except TooMany as refused:
                nothing = [Allowance(later, 0, refused.retry_after) for later in rates[at:]]
                raise RateUsedUp([*left, *nothing], refused.retry_after) from None
        return left

    async def _count(self, who: str, rate: Rate, workspaces: tuple[int, ...]) -> Allowance:
        until = self._used_up.get(who)
        if until is not None:
            if until > time.monotonic():
                raise TooMany(retry_after=_seconds(until - time.monotonic()))
            del self._used_up[who]
        async with self._database.writing(workspaces) as tx:
            counted = await store.count(tx, who, rate.seconds)
        if counted["place"] > rate.requests:
            self._remember(who, time.monotonic() + counted["renewed_in"])
            raise TooMany(retry_after=_seconds(counted["renewed_in"]))
        return Allowance(rate, rate.requests - counted["place"], counted["renewed_in"])

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


def _seconds(left: float) -> int:
    return max(1, math.ceil(left))
