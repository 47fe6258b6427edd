"""Somebody who is told, and everything that tells them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from koine.core.sealing import NAME, Sealing
from koine.demo import World
from koine.outgoing import Outgoing
from koine.postgres import embedded
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from tests.reactions.telling import Telling


@pytest.fixture
def dsn(server: embedded.Running, database: Database) -> str:
    """The app's way into the migrated database."""
    return server.address.dsn("koine_app")


@pytest.fixture
async def outgoing() -> AsyncIterator[Outgoing]:
    """The one way out, open to this machine."""
    async with Outgoing(allow=[ip_network("127.0.0.0/8")]) as opened:
        yield opened


@pytest.fixture
async def telling(
    dsn: str, database: Database, world: World, outgoing: Outgoing, tmp_path: Path
) -> AsyncIterator[Telling]:
    """Relay, worker and webhooks in a world of this test's own."""
    notices = Notices(dsn)
    await notices.open()
    yield Telling(dsn, database, notices, world, outgoing, tmp_path / NAME, Sealing(tmp_path / NAME))
    await notices.close()
