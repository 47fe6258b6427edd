"""The people of the world, each with an access token, and a client that holds every answer against the document."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from koine.demo import World
from koine.postgres.database import Database
from tests.dialects.tight import documented, provisioning
from tests.dialects.tight.provisioning import Partner
from tests.dialects.tight.speaking import Speaker, speaker


@pytest.fixture
async def http(base_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of nobody in particular, which believes no answer that the OpenAPI document does not describe."""
    hooks = {"response": [documented.check]}
    async with httpx.AsyncClient(base_url=base_url, timeout=30, event_hooks=hooks) as client:
        yield client


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
