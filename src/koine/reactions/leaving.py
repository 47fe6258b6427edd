"""Handing messages over to those who carry them: once at once, and when that fails again and again for a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from koine.channels import leaving
from koine.channels.leaving import ByProvider
from koine.core.actor import system
from koine.core.conversations.correspondence import delivering, reading
from koine.core.files.links import Links
from koine.core.jobs import jobs
from koine.core.jobs.model import Wanted
from koine.core.providers.providers import LEAVING
from koine.core.sealing import Sealing, SealingFailed
from koine.core.signing import keys
from koine.core.signing.keys import Key
from koine.core.workspaces import workspaces
from koine.dialects.highlevel import deliveries, signing
from koine.outgoing import AddressRefused, Outgoing, Unreachable
from koine.reactions.table import HOUR, MINUTE, Reaction
from koine.reactions.task import Again, Task

LEAVING_AGAIN = "leaving again"  # the reaction for what failed at once
FIRST_WAIT = 5.0  # seconds

# Twelve more tries in all, with growing waits (contracts/highlevel.md §8.1).
WAITS = (15.0, 30.0, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR)


class Carrying:
    """
    Hands messages over: claim, call, settle, with no transaction during the call.

    Those of one conversation leave in their order. One that fails makes way: it is tried again by itself, so that the
    others do not wait for it. A worker that is killed in the middle leaves the message to the next one, so it may be
    handed over twice; its id tells.
    """

    def __init__(self, outgoing: Outgoing, sealing: Sealing, links: Links) -> None:
        self._outgoing = outgoing
        self._sealing = sealing
        self._links = links

    async def first(self, task: Task) -> None:
        """Hand over the message that an event tells of."""
        event_id, workspace_id = task.claim.event_id, task.claim.workspace_id
        async with task.database.reading((workspace_id,)) as tx:
            message_id = None if event_id is None else await reading.of_event(tx, workspace_id, event_id)
        if message_id is None or await self._carry(task, message_id) is None:
            return
        later = datetime.now(UTC) + timedelta(seconds=FIRST_WAIT)
        name = str(message_id)
        async with task.effect() as tx:
            await jobs.enqueue(tx, [Wanted(workspace_id, LEAVING_AGAIN, lane=name, target=name, due_at=later)])

    async def again(self, task: Task) -> None:
        """Hand over one that failed before; after the last try it has failed for good, and says why."""
        error = await self._carry(task, int(task.claim.target))
        if error is None:
            return
        if task.claim.attempts < len(WAITS):
            raise Again(error)
        await self._settle(task, int(task.claim.target), error)

    async def _carry(self, task: Task, message_id: int) -> str | None:
        """Why it could not be handed over; None when it was, or need not be."""
        workspace_id = task.claim.workspace_id
        async with task.database.reading((workspace_id,)) as tx:
            letter = await reading.by_id(tx, workspace_id, message_id)
            way = None if letter is None else await leaving.way(tx, letter)
            if letter is None or way is None:
                return None
            body = await deliveries.body(tx, letter, self._links) if isinstance(way, ByProvider) else b""
        if not isinstance(way, ByProvider):
            await self._settle(task, message_id, way.says)
            return None
        error = await self._post(way.url, body, await self._key(task))
        if error is None:
            await self._settle(task, message_id, None)
        return error

    async def _post(self, url: str, body: bytes, key: Key) -> str | None:
        headers = {"Content-Type": "application/json", **signing.headers(body, key)}
        try:
            reply = await self._outgoing.post(url, body, headers)
        except (AddressRefused, Unreachable) as failure:
            return f"The provider could not be reached: {failure.says}."
        return None if 200 <= reply.status < 300 else f"The provider answered with the status {reply.status}."

    async def _key(self, task: Task) -> Key:
        try:
            async with task.database.writing((task.claim.workspace_id,)) as tx:
                return await keys.own(tx, self._sealing, signing.NAME)
        except SealingFailed:
            raise Again("The signing key cannot be read.") from None

    async def _settle(self, task: Task, message_id: int, error: str | None) -> None:
        async with task.effect() as tx:
            by = system(await workspaces.account_of(tx, task.claim.workspace_id), task.claim.workspace_id)
            letter = await reading.by_id(tx, task.claim.workspace_id, message_id)
            if letter is not None:
                await delivering.settle(tx, by, letter, "sent" if error is None else "failed", error)


def reactions(outgoing: Outgoing, sealing: Sealing, links: Links) -> Sequence[Reaction]:
    """What is done so that messages leave. `outgoing` is that of the process, `links` those to files of theirs."""
    carrying = Carrying(outgoing, sealing, links)
    return (
        Reaction(LEAVING, carrying.first, ("message.posted",), wanted=True, outside=True),
        Reaction(LEAVING_AGAIN, carrying.again, (), lane="event", waits=WAITS, outside=True),
    )
