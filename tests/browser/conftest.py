"""Chromium, and somebody signed in before it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from koine.core.users.users import User
from koine.demo import World
from koine.postgres.database import Database
from tests.browser import chromium
from tests.inbox.pages.conftest import Desk, session

WIDE = {"width": 1440, "height": 900}  # the design's first size
Enter = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="session")
async def running() -> AsyncIterator[Browser]:
    """The browser, for all tests of this process."""
    path = chromium.found()
    if path is None:
        pytest.skip("there is no Chromium on this machine")
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=path, args=list(chromium.ARGUMENTS))
        yield launched
        await launched.close()


@pytest.fixture
async def enter(running: Browser, base_url: str, database: Database, world: World) -> AsyncIterator[Enter]:
    """Signs somebody in, in a window of their own; nothing may go wrong in it that its console would tell."""
    opened: list[BrowserContext] = []
    wrong: list[str] = []

    async def signed_in(person: User, **how: object) -> Page:
        context = await running.new_context(base_url=base_url, **{"viewport": WIDE, **how})  # type: ignore[arg-type]
        opened.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        secret = await session(database, world, person)
        await context.add_cookies([{"name": "koine", "value": secret, "url": base_url}])
        return page

    yield signed_in
    for context in opened:
        await context.close()
    assert wrong == []


@pytest.fixture
def desk(world: World, database: Database, base_url: str) -> Desk:
    """Talk to look at; nobody is signed in by this."""
    return Desk(None, database, world)  # type: ignore[arg-type]
