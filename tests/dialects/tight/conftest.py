"""The people of the world, each with an access token."""

from __future__ import annotations

import httpx
import pytest

from koine.demo import World
from koine.postgres.database import Database
from tests.dialects.tight import provisioning
from tests.dialects.tight.provisioning import Partner
from tests.dialects.tight.speaking import Speaker, speaker


@pytest.fixture
async def ada(http: httpx.AsyncClient, world: World) -> Speaker:
    """The owner of Lamplight."""
    return await speaker(http, world, userId=world.ada.external_id or "")


@pytest.fixture
async def grace(http: httpx.AsyncClient, world: World) -> Speaker:
    """The owner of Harbour."""
    return await speaker(http, world, userId=world.grace.external_id or "")


@pytest.fixture
async def blaise(http: httpx.AsyncClient, world: World) -> Speaker:
    """The bookkeeper of both."""
    return await speaker(http, world, userId=world.blaise.external_id or "")


@pytest.fixture
async def partner(http: httpx.AsyncClient, world: World) -> Speaker:
    """The partner itself, which is nobody in particular."""
    return await speaker(http, world)


@pytest.fixture
async def newcomer(http: httpx.AsyncClient, database: Database) -> Partner:
    """A partner who has nothing yet, with a client id and a secret."""
    return await provisioning.new(http, database)
