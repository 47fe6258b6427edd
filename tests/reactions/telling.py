"""Webhooks, what happens, and what becomes of it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from koine.core import outbox
from koine.core.actor import Actor, system
from koine.core.events import Event
from koine.core.files.links import Links
from koine.core.sealing import Sealing
from koine.core.webhooks import log, managing, webhooks
from koine.core.webhooks.model import Means, Shape, Speech, Try, Wanted, Webhook
from koine.core.webhooks.webhooks import Issued
from koine.demo import Place, World
from koine.outgoing import Outgoing
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from koine.reactions.webhooks import SHAPES, reactions
from koine.work.relay import Relay
from koine.work.worker import Worker
from tests.outgoing.listeners import Receiver, Request
from tests.waiting import meanwhile, until


class Rang(Event):
    """Something happened that only these tests know of."""

    __slots__ = ()
    kind = "test.rang"


class Knocked(Event):
    """Something else."""

    __slots__ = ()
    kind = "test.knocked"


@dataclass
class Telling:
    """A world in which somebody is told what happens."""

    dsn: str
    database: Database
    notices: Notices
    world: World
    outgoing: Outgoing
    keys: Path
    sealing: Sealing
    shapes: Mapping[str, Shape] = field(default_factory=lambda: SHAPES)
    base_url: str = "https://koine.example"
    links: Links | None = None  # those of the served Koine, where its files are fetched

    @property
    def means(self) -> Means:
        return Means(self.outgoing, self.sealing, self.shapes)

    @property
    def speech(self) -> Speech:
        return Speech(self.sealing, self.shapes, self.links or Links(self.base_url, self.sealing))

    @property
    def by(self) -> Actor:
        """Whoever may do everything in both workspaces."""
        return system(self.world.account_id, self.world.lamplight.workspace.id, self.world.harbour.workspace.id)

    async def create(
        self,
        url: str,
        place: Place | None = None,
        kinds: Sequence[str] | None = (Rang.kind,),
        dialect: str = "native",
    ) -> Issued:
        """Somebody who is told of a place, or of the whole account."""
        workspace_id = None if place is None else place.workspace.id
        wanted = Wanted(self.world.account_id, workspace_id, dialect, url, kinds)
        async with self.database.writing(self.by.workspaces) as tx:
            return await webhooks.create(tx, self.by, self.means, wanted)

    async def happen(self, *happened: Event) -> None:
        """Record what happened, and tell the relay."""
        async with self.database.writing(self.by.workspaces) as tx:
            await outbox.record(tx, self.by, *happened)
        self.notices.wrote()

    async def ring(self, place: Place, *data: str) -> None:
        """Let it ring at a place."""
        await self.happen(*(Rang(place.workspace.id, data={"said": said}) for said in data))

    async def find(self, webhook: Webhook) -> Webhook:
        """As it is now."""
        async with self.database.reading(self.by.workspaces) as tx:
            return await managing.find(tx, self.by, webhook.uuid)

    async def tries(self, webhook: Webhook, delivery: UUID | None = None) -> Sequence[Try]:
        """Its log, the newest try first."""
        async with self.database.reading(self.by.workspaces) as tx:
            return await log.tries(tx, webhook, delivery=delivery)

    async def tried(self, webhook: Webhook, times: int) -> Sequence[Try]:
        """Its log, once there are so many tries in it."""

        async def enough() -> bool:
            return len(await self.tries(webhook)) >= times

        await until(enough)
        return await self.tries(webhook)

    @contextlib.asynccontextmanager
    async def working(self, **places: int) -> AsyncIterator[None]:
        """Relay and work meanwhile."""
        doing = reactions(self.outgoing, self.speech)
        worker = Worker(self.dsn, self.database, doing, notices=self.notices, **places)
        async with self.relaying(), meanwhile(worker.run):
            yield

    @contextlib.asynccontextmanager
    async def relaying(self) -> AsyncIterator[None]:
        """Relay meanwhile, for workers elsewhere; several relays do not harm."""
        doing = reactions(self.outgoing, self.speech)
        async with meanwhile(Relay(self.dsn, doing, notices=self.notices).run):
            yield


def said(requests: Sequence[Request]) -> list[str]:
    """What it rang, by those who were told of it."""
    return [message(request)["data"]["data"]["said"] for request in requests]


def message(request: Request) -> Any:
    """The body of a delivery."""
    return json.loads(request.body)


async def told(receiver: Receiver, times: int) -> list[Request]:
    """The requests of a receiver, once there are so many."""

    async def enough() -> bool:
        return len(receiver.requests) >= times

    await until(enough)
    return receiver.requests
