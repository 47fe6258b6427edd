"""One attempt at one job: calling its reaction, and what became of it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from koine.core.jobs import store as jobs
from koine.core.jobs.model import Claim
from koine.postgres.database import Database, Tx
from koine.reactions.table import Reaction
from koine.reactions.task import Again, GiveUp, LeaseLost
from koine.work import settlement
from koine.work.courtesy import Courtesy
from koine.work.settlement import Settlement

log = logging.getLogger("koine")

_SPREAD = 0.2  # of a wait, so that what failed together is not tried again together
_random = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class Held:
    """A job that this process holds: the reaction's `Task`."""

    claim: Claim
    database: Database
    courtesy: Courtesy = field(default_factory=Courtesy)

    async def give_way(self, seconds: float) -> None:
        """Let requests go first."""
        await self.courtesy.give_way(seconds)

    @contextlib.asynccontextmanager
    async def effect(self) -> AsyncIterator[Tx]:
        """A transaction in the job's workspace in which the job is done. Raises LeaseLost."""
        async with self.database.writing((self.claim.workspace_id,)) as tx:
            if not await jobs.hold(tx, self.claim):
                raise LeaseLost
            yield tx
            await jobs.finish(tx, self.claim)


async def attempt(reaction: Reaction, held: Held) -> Settlement:
    """Do a job, or fail to. Cancelled, it is left as if nobody had begun."""
    claim = held.claim
    if claim.attempts >= reaction.tries:  # each time its worker went away, maybe because of it
        return settlement.quarantined(claim, "The workers that did it went away.")
    limit = asyncio.timeout(reaction.seconds)
    try:
        async with limit:
            await reaction.handler(held)
    except (LeaseLost, asyncio.CancelledError):
        return settlement.left(claim)
    except GiveUp as gave_up:
        return settlement.quarantined(claim, str(gave_up))
    except Again as again:
        return _failed(reaction, claim, str(again), again.after)
    except Exception as error:
        if limit.expired():
            return _failed(reaction, claim, f"It took longer than {reaction.seconds:g} seconds.")
        log.exception("job %s of %s failed", claim.id, claim.reaction)
        return _failed(reaction, claim, f"It failed: {type(error).__name__}.")  # its words may hold what people wrote
    return settlement.done(claim)


def _failed(reaction: Reaction, claim: Claim, reason: str, after: float | None = None) -> Settlement:
    if claim.attempts + 1 >= reaction.tries:
        return settlement.quarantined(claim, reason)
    wait = reaction.waits[claim.attempts] * _random.uniform(1 - _SPREAD, 1 + _SPREAD) if after is None else after
    return settlement.again(claim, reason, wait)
