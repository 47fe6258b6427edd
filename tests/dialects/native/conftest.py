"""Clients of the native API, and things that happen in their world."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import httpx
import pytest

from koine.core.actor import system
from koine.core.conversations import messages, opening
from koine.core.conversations.model import Opened, Opening, Posting, Said
from koine.core.tokens.tokens import Issued
from koine.core.users.users import User
from koine.demo import Place, World
from koine.dialects.native import credentials
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from tests.dialects.native.following import PATH

Client = Callable[[str], httpx.AsyncClient]
Issue = Callable[..., Awaitable[Issued]]
Say = Callable[..., Awaitable[None]]
Open = Callable[..., Awaitable[Opened]]


@pytest.fixture
async def client(base_url: str) -> AsyncIterator[Client]:
    """Makes clients that show a token."""
    async with AsyncExitStack() as opened:

        def make(token: str) -> httpx.AsyncClient:
            made = httpx.AsyncClient(base_url=base_url, timeout=60, headers={"Authorization": f"Bearer {token}"})
            opened.push_async_callback(made.aclose)
            return made

        yield make


@pytest.fixture
def issue(database: Database, world: World) -> Issue:
    """Issues tokens of the world's account."""

    async def issue(*places: Place, user: User | None = None, permissions: frozenset[str] | None = None) -> Issued:
        async with database.writing(()) as tx:
            return await credentials.issue(
                tx,
                system(world.account_id),
                workspaces=[place.workspace.id for place in places] or None,
                user_id=None if user is None else user.id,
                permissions=permissions,
            )

    return issue


@pytest.fixture
def reader(client: Client, world: World) -> httpx.AsyncClient:
    """The app that may read everything in Lamplight."""
    return client(world.native.secret)


@pytest.fixture
async def mary(client: Client, issue: Issue, world: World) -> httpx.AsyncClient:
    """An agent of Lamplight, member of its team."""
    return client((await issue(world.lamplight, user=world.mary)).secret)


@pytest.fixture
def say(database: Database, house_notices: Notices, world: World) -> Say:
    """Has Ada say things in a conversation, all in one transaction."""

    async def say(*texts: str, conversation_id: int = world.the_broken_lamp.id) -> None:
        ada = world.acting(world.ada, "Owner", world.lamplight)
        async with database.writing(ada.workspaces) as tx:
            posted = await messages.post(tx, ada, [Posting(conversation_id, Said(text)) for text in texts])
        assert all(posted)
        house_notices.wrote()

    return say


@pytest.fixture
def open_one(database: Database, house_notices: Notices, world: World) -> Open:
    """Opens a conversation."""

    async def open_one(place: Place = world.lamplight, **how: object) -> Opened:
        by = system(world.account_id, place.workspace.id)
        wanted = Opening(place.workspace.id, "A lamp", Said("Where is it?"), **how)  # type: ignore[arg-type]
        async with database.writing(by.workspaces) as tx:
            (opened,) = await opening.open(tx, by, [wanted])
        house_notices.wrote()
        return opened

    return open_one


@pytest.fixture
async def settled(relaying: None, reader: httpx.AsyncClient) -> int:
    """How far Lamplight's feed goes once all that made the world has its position."""
    while True:
        page = (await reader.get(PATH, params={"limit": 500})).json()
        if page["events"] and page["events"][-1]["kind"] == "message.posted":
            return int(page["next"])
        await asyncio.sleep(0.01)
