"""What the tests of Libredesk share: an agent's client, a request that is good, and what has been written."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest

from koine.core.actor import system
from koine.core.tokens import secrets, tokens
from koine.core.tokens.tokens import Grant, Issued
from koine.core.users.users import User
from koine.demo import World
from koine.postgres.database import Database
from tests.dialects.libredesk.wire import basic

KeyOf = Callable[..., Awaitable[Issued]]


@pytest.fixture
def wanted(world: World) -> dict[str, Any]:
    """A request for a conversation that Otto, whom Lamplight knows, begins."""
    return {
        "subject": "Where is my lamp?",
        "content": "<p>It should have come on <b>Tuesday</b>.</p>",
        "inbox_id": world.lamplight.inbox.id,
        "contact_email": "otto.brandt@example.com",
        "first_name": "Otto",
        "last_name": "Brandt",
        "initiator": "contact",
    }


@pytest.fixture
async def desk(base_url: str, world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A client with the key of Linus, who administers Lamplight."""
    headers = {"Authorization": basic(world.libredesk)}
    async with httpx.AsyncClient(base_url=base_url, timeout=30, headers=headers) as client:
        yield client


@pytest.fixture
def key_of(database: Database, world: World) -> KeyOf:
    """Gives somebody a key for Lamplight, with all that their role allows or with less."""

    async def give(user: User, permissions: frozenset[str] | None = None) -> Issued:
        by = system(world.account_id, world.lamplight.workspace.id)
        grant = Grant(
            "libredesk",
            "key",
            user_id=user.id,
            workspaces=[world.lamplight.workspace.id],
            permissions=permissions,
        )
        async with database.writing(by.workspaces) as tx:
            return await tokens.create(tx, by, grant, secret=secrets.new(length=64), key=secrets.new(length=32))

    return give


@pytest.fixture
def written(sql: asyncpg.Connection, world: World) -> Callable[[], Awaitable[dict[str, int]]]:
    """How many rows of each kind the account has."""

    async def count() -> dict[str, int]:
        rows = await sql.fetchrow(
            """
            with mine as (select id from workspaces where account_id = $1)
            select (select count(*) from conversations where workspace_id in (table mine)) as conversations,
                   (select count(*) from messages where workspace_id in (table mine)) as messages,
                   (select count(*) from contacts where workspace_id in (table mine)) as contacts,
                   (select count(*) from contacts
                     where workspace_id in (table mine) and updated_at > created_at) as changed,
                   (select count(*) from events where workspace_id in (table mine)) as events,
                   (select count(*) from message_attachments where workspace_id in (table mine)) as attached,
                   (select count(*) from account_events where account_id = $1) as account_events
            """,
            world.account_id,
        )
        return dict(rows)

    return count
