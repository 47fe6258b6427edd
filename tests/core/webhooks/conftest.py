"""Webhooks of a world, with nobody at their addresses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from koine.core.actor import Actor, system
from koine.core.sealing import NAME, Sealing
from koine.core.webhooks import webhooks
from koine.core.webhooks.model import Means, Wanted
from koine.core.webhooks.webhooks import Issued
from koine.demo import World
from koine.outgoing import Outgoing
from koine.postgres.database import Database
from koine.reactions.webhooks import SHAPES

URL = "https://192.0.78.9/hook"

Create = Callable[..., Awaitable[Issued]]


@pytest.fixture
async def means(tmp_path: Path) -> AsyncIterator[Means]:
    async with Outgoing() as outgoing:
        yield Means(outgoing, Sealing(tmp_path / NAME), SHAPES)


@pytest.fixture
def koine(world: World) -> Actor:
    """Who may do everything in both workspaces."""
    return system(world.account_id, world.lamplight.workspace.id, world.harbour.workspace.id)


@pytest.fixture
def create(database: Database, world: World, means: Means, koine: Actor) -> Create:
    """Makes webhooks, of Lamplight unless the test wants others."""
    usual = Wanted(world.account_id, world.lamplight.workspace.id, "native", URL)

    async def create(by: Actor = koine, **wanted: object) -> Issued:
        async with database.writing(by.workspaces) as tx:
            return await webhooks.create(tx, by, means, replace(usual, **wanted))  # type: ignore[arg-type]

    return create
