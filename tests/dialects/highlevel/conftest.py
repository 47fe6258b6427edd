"""A client for each of the two locations, as an integration of theirs would be one."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from pathlib import Path

import asyncpg
import httpx
import pytest

from koine.core.actor import system
from koine.demo import Place, World
from koine.dialects.highlevel import credentials
from koine.postgres.database import Database
from tests.dialects.highlevel.documented import SPECS, Documents, Spec
from tests.dialects.highlevel.locations import Location, headers

Issue = Callable[[Place, Sequence[str]], Awaitable[str]]
Untouched = Callable[[], contextlib.AbstractAsyncContextManager[None]]


@pytest.fixture(scope="session")
def specs() -> Mapping[str, Spec]:
    """The vendor's files by version; none where they are not beside the checkout."""
    folder = Path(__file__).parents[4] / "shared" / "contracts"
    return {version: Spec(folder, version) for version in SPECS} if folder.is_dir() else {}


@pytest.fixture
def documents(specs: Mapping[str, Spec]) -> Iterator[Documents | None]:
    """Whatever a location's client is answered is as the vendor's files say."""
    documents = Documents(specs) if specs else None
    yield documents
    assert documents is None or documents.found == []


@pytest.fixture
async def lamplight(base_url: str, world: World, documents: Documents | None) -> AsyncIterator[Location]:
    """The first location, with a token of every scope and the version that the documents of create name."""
    async with _client(base_url, world.lamplight, documents) as client:
        yield Location(world.lamplight, client)


@pytest.fixture
async def harbour(base_url: str, world: World, documents: Documents | None) -> AsyncIterator[Location]:
    """The second location, of the same account."""
    async with _client(base_url, world.harbour, documents) as client:
        yield Location(world.harbour, client)


def _client(base_url: str, place: Place, documents: Documents | None) -> httpx.AsyncClient:
    hooks = {} if documents is None else {"response": [documents.look]}
    given = headers(place.highlevel.secret)
    return httpx.AsyncClient(base_url=base_url, timeout=30, headers=given, event_hooks=hooks)


@pytest.fixture
def issue(database: Database, world: World) -> Issue:
    """Issues a token of a location with some scopes; its secret."""

    async def secret(place: Place, scopes: Sequence[str]) -> str:
        by = system(world.account_id)
        async with database.writing(()) as tx:
            return (await credentials.issue(tx, by, place.workspace.id, scopes=scopes)).secret

    return secret


@pytest.fixture
def untouched(sql: asyncpg.Connection) -> Untouched:
    """Within it nothing is written: no row appears, changes or goes, and nothing is told of."""

    @contextlib.asynccontextmanager
    async def watching() -> AsyncIterator[None]:
        before = await _written(sql)
        yield
        assert await _written(sql) == before

    return watching


async def _written(sql: asyncpg.Connection) -> dict[str, object]:
    """How often each table was written to, as the rows themselves tell: their number and their newest transaction."""
    tables = ("contacts", "conversations", "messages", "events", "account_events", "users", "memberships")
    found = {}
    for table in tables:
        found[table] = tuple(await sql.fetchrow(f"select count(*), max(xmin::text::bigint) from {table}"))
    return found
