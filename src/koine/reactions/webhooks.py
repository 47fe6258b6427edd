"""Telling others what happened: an event becomes deliveries, and each webhook's queue is gone through on its own."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from koine.core.files.links import Links
from koine.core.jobs import gathering
from koine.core.sealing import NAME, Sealing, SealingFailed
from koine.core.webhooks import delivering, parts, patience, waking
from koine.core.webhooks.delivering import Queue
from koine.core.webhooks.model import Due, Means, Outcome, Shape, Speech
from koine.core.webhooks.printable import printable
from koine.dialects.highlevel import webhooks as highlevel
from koine.dialects.native import webhooks as native
from koine.dialects.tight import webhooks as tight
from koine.outgoing import AddressRefused, Outgoing, Unreachable
from koine.reactions.table import Reaction
from koine.reactions.task import Again, Task
from koine.settings import Settings

log = logging.getLogger("koine")

# How each dialect says what happens, and signs it: the dialects' modules `webhooks`.
SHAPES: Mapping[str, Shape] = {"native": native, "tight": tight, "highlevel": highlevel}

TURN = 10.0  # seconds of one queue, after which others have theirs
SPREAD = 250  # events of which deliveries are made at once
SPREADING, CALLING = 60e-6, 1e-3  # seconds of a core for one event, and for one call
# A queue is never given up: what is wrong with one delivery is settled with it, and what is left is us.
_WAITS = (1.0, 5.0, 30.0, *(300.0,) * 10_000)


class Spreader:
    """Makes deliveries of what has happened in a workspace, for all who want to be told of it."""

    def __init__(self, shapes: Mapping[str, Shape]) -> None:
        self._told_of = parts.of(shapes)

    async def spread(self, task: Task) -> None:
        """Go on where this has stopped, up to the feed's end."""
        workspace_id, more = task.claim.workspace_id, True
        over = time.monotonic() + TURN
        while more:
            await task.give_way(SPREAD * SPREADING)
            async with task.database.writing((workspace_id,)) as tx:
                more = await delivering.spread(tx, self._told_of, workspace_id, at_most=SPREAD)
                if more and time.monotonic() > over:
                    await gathering.again(tx, workspace_id, waking.SPREADING)
                    return


class Caller:
    """
    Delivers what waits for a webhook, one after the other: claim, call, settle, with no transaction during the call.

    The lane is the webhook's own, so there is never more than one call to it at a time, and a slow one is waited for by
    what is behind it in its queue and by nothing else. When a worker is killed in the middle, the next one begins with
    the same delivery, which has the same id: by it a receiver knows what it had before.
    """

    def __init__(self, outgoing: Outgoing, speech: Speech) -> None:
        self._outgoing = outgoing
        self._speech = speech

    async def call(self, task: Task) -> None:
        """Go through the queue of the job's webhook for as long as its turn lasts."""
        over = time.monotonic() + TURN
        while (queue := await self._queue(task)) is not None:
            went_well = await self._go_through(task, queue, over)
            if went_well and not queue.more:
                return  # for what came meanwhile there is another call
            if not went_well or not queue.due:
                await delivering.come_again(task.database, queue)
                return

    async def _queue(self, task: Task) -> Queue | None:
        claim = task.claim
        try:
            return await delivering.queue(task.database, self._speech, claim.workspace_id, int(claim.lane))
        except SealingFailed as failed:
            log.error("webhook %s cannot be signed for: %s", claim.lane, failed)
            raise Again("Its secret cannot be read.") from None

    async def _go_through(self, task: Task, queue: Queue, over: float) -> bool:
        """Deliver what is due; False when something failed, or the turn was over."""
        for due, body in queue.due:
            await task.give_way(CALLING)
            outcome = body if isinstance(body, Outcome) else await self._try(queue, due, body)
            if not await delivering.settle(task.database, queue, due, outcome) or time.monotonic() > over:
                return False
        return True

    async def _try(self, queue: Queue, due: Due, body: bytes) -> Outcome:
        headers = queue.shape.headers(due.uuid, body, queue.keys, at=int(time.time()))
        began = time.monotonic()
        try:
            reply = await self._outgoing.post(queue.webhook.url, body, headers)
        except (AddressRefused, Unreachable) as failure:
            return Outcome(None, failure.says, "", round((time.monotonic() - began) * 1000))
        return Outcome(
            reply.status,
            None,
            printable(reply.body),
            round(reply.took * 1000),
            patience.wish(reply.status, reply.headers, datetime.now(UTC)),
        )


def means(outgoing: Outgoing, settings: Settings) -> Means:
    """What a process needs to manage webhooks. `outgoing` is that of the process."""
    return Means(outgoing, Sealing(settings.data / NAME), SHAPES)


def speech(settings: Settings) -> Speech:
    """What a process needs to tell what happens."""
    sealing = Sealing(settings.data / NAME)
    return Speech(sealing, SHAPES, Links(settings.url, sealing))


def reactions(outgoing: Outgoing, speech: Speech) -> Sequence[Reaction]:
    """What is done after events so that others are told. `outgoing` is that of the process."""
    spreader, caller = Spreader(speech.shapes), Caller(outgoing, speech)
    return (
        Reaction(waking.SPREADING, spreader.spread, None, lane="gathered", wanted=True),
        Reaction(waking.CALLING, caller.call, (), waits=_WAITS, outside=True),
    )
