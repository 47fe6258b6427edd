"""A Koine that sends to this machine, and clients that manage its webhooks."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from ipaddress import ip_network
from pathlib import Path

import httpx

from koine import app
from koine.core.sealing import NAME, Sealing
from koine.core.webhooks.model import Means, Speech
from koine.outgoing import Outgoing
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from koine.reactions.webhooks import SHAPES, reactions
from koine.realtime.hub import Hub
from koine.work.relay import Relay
from koine.work.worker import Worker
from tests.waiting import meanwhile

PATH = "/v1/webhooks"


class House:
    """One process: it answers, and while `working` it delivers."""

    def __init__(
        self, dsn: str, database: Database, hub: Hub, notices: Notices, outgoing: Outgoing, data: Path
    ) -> None:
        self._dsn = dsn
        self._database = database
        self._notices = notices
        self._outgoing = outgoing
        self.sealing = Sealing(data / NAME)
        means = Means(outgoing, self.sealing, SHAPES)
        application = app.create(database, base_url="http://koine", hub=hub, wrote=notices.wrote, webhooks=means)
        self._transport = httpx.ASGITransport(application)

    @contextlib.asynccontextmanager
    async def client(self, token: str) -> AsyncIterator[httpx.AsyncClient]:
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(transport=self._transport, base_url="http://koine", headers=headers) as opened:
            yield opened

    @contextlib.asynccontextmanager
    async def visited(self) -> AsyncIterator[httpx.AsyncClient]:
        """Somebody at a browser."""
        async with httpx.AsyncClient(transport=self._transport, base_url="http://koine") as opened:
            yield opened

    @contextlib.asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        doing = reactions(self._outgoing, Speech(self.sealing, SHAPES, "http://koine"))
        relay = Relay(self._dsn, doing, notices=self._notices)
        async with meanwhile(relay.run, Worker(self._dsn, self._database, doing, notices=self._notices).run):
            yield


@contextlib.asynccontextmanager
async def house(dsn: str, database: Database, hub: Hub, notices: Notices, data: Path) -> AsyncIterator[House]:
    async with Outgoing(allow=[ip_network("127.0.0.0/8")]) as outgoing:
        yield House(dsn, database, hub, notices, outgoing, data)
