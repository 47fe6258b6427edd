"""What goes on behind the requests, as the tests have it."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import asyncpg
import pytest

from koine.postgres import embedded, sessions
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from koine.reactions.table import Reaction
from koine.work.worker import Worker

Work = Callable[..., Worker]


@pytest.fixture
def dsn(server: embedded.Running, database: Database) -> str:
    """The app's way into the migrated database."""
    return server.address.dsn("koine_app")


@pytest.fixture
async def notices(dsn: str) -> AsyncIterator[Notices]:
    """The connection on which this process listens and speaks."""
    opened = Notices(dsn)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def connection(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of one's own, as relays and workers have it."""
    opened = await sessions.connect(dsn, "test")
    yield opened
    await opened.close()


@pytest.fixture
def work(dsn: str, database: Database, notices: Notices) -> Work:
    """Makes workers of some reactions."""

    def make(reactions: Sequence[Reaction], **how: Any) -> Worker:
        return Worker(dsn, database, reactions, notices=notices, **how)

    return make


@pytest.fixture
def name() -> str:
    """A reaction, or an entry of the schedule, that no other test has."""
    return f"test-{uuid.uuid4().hex[:12]}"
