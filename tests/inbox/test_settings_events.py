"""The live feed as a page: the newest events, by kind, further back, and as they happen."""

from __future__ import annotations

import asyncio
import re

import pytest

from koine.core.actor import system
from koine.core.tags import tags
from koine.core.users.users import User
from koine.demo import World
from koine.inbox.pages.settings import events
from koine.postgres.database import Database
from tests.dialects.highlevel.letting_in import give_password
from tests.inbox.conftest import Browser
from tests.inbox.test_settings_pages import root
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.usefixtures("relaying")


async def _tagged(database: Database, world: World, *names: str) -> None:
    place = world.lamplight.workspace.id
    async with database.writing((place,)) as tx:
        for name in names:
            await tags.create(tx, system(world.account_id, place), place, name=name)


async def _shown(browser: Browser, world: World, query: str = "") -> list[str]:
    page = (await browser.http.get(f"{root(world)}/events{query}")).text
    return re.findall(r'data-topic="[a-z_]+">([^<]+)<', page)


async def test_the_newest_stand_first_and_can_be_had_by_kind(
    browser: Browser, linus: User, world: World, database: Database
) -> None:
    await browser.sign_in(linus)
    await _tagged(database, world, "<refund>")
    await until(lambda: _there(browser, world))
    everything = await _shown(browser, world)
    assert (everything[0], "workspace.opened" in everything) == ("tag.created", True)
    assert await _shown(browser, world, "?kind=tag.created") == ["tag.created"]
    assert set(await _shown(browser, world, "?kind=contact.*")) == {"contact.created"}
    assert await _shown(browser, world, "?kind=no.such") == everything
    text = (await browser.http.get(f"{root(world)}/events")).text
    assert ("name: &lt;refund&gt;" in text, "<refund>" in text) == (True, False)


async def _there(browser: Browser, world: World) -> bool:
    return "tag.created" in await _shown(browser, world)


async def test_it_goes_back_page_by_page_to_the_first(
    browser: Browser, linus: User, world: World, database: Database
) -> None:
    await browser.sign_in(linus)
    await _tagged(database, world, *map(str, range(events.PAGE + 5)))
    await until(lambda: _all_there(browser, world, events.PAGE + 5))
    page, positions = f"{root(world)}/events", []
    while page:
        shown = (await browser.http.get(page)).text
        positions += [int(each) for each in re.findall(r'id="event-(\d+)"', shown)]
        older = re.findall(r'<a class="button small" href="([^"]+)">Older', shown)
        page = older[0].replace("&amp;", "&") if older else ""
    assert positions == list(range(positions[0], 0, -1))


async def _all_there(browser: Browser, world: World, count: int) -> bool:
    return len([kind for kind in await _shown(browser, world, "?kind=tag.created") if kind]) >= min(count, events.PAGE)


@pytest.mark.parametrize("odd", ["before=x", "before=0", f"before={2**63}", "before=-1", "kind=%00", "kind=.*"])
async def test_an_odd_address_is_answered(browser: Browser, linus: User, world: World, odd: str) -> None:
    await browser.sign_in(linus)
    assert (await browser.http.get(f"{root(world)}/events?{odd}")).status_code == 200


async def test_what_happens_comes_by_the_stream(
    browser: Browser, linus: User, world: World, database: Database
) -> None:
    await browser.sign_in(linus)
    page = (await browser.http.get(f"{root(world)}/events?kind=tag.*")).text
    (live,) = re.findall(r'data-stream="([^"]+)"', page)
    heard = ""
    async with (
        asyncio.timeout(PATIENCE),
        browser.http.stream("GET", live.replace("&amp;", "&"), headers={"accept": "text/event-stream"}) as answer,
    ):
        assert answer.status_code == 200
        pieces = answer.aiter_text()
        await anext(pieces)
        await _tagged(database, world, "live")
        while "tag.created" not in heard:
            heard += await anext(pieces)
    assert ('data-operation="prepend" data-target="events"' in heard, "name: live" in heard) == (True, True)


async def test_one_sees_no_more_than_one_may(
    browser: Browser, another: Browser, linus: User, world: World, database: Database
) -> None:
    """Mary sees the conversations that are assigned to her, of her teams or of nobody."""
    await give_password(database, world, world.mary)
    await browser.sign_in(linus)
    await another.sign_in(world.mary)
    place = world.lamplight.workspace.id
    await until(lambda: _opened(browser, world))
    assert "conversation.opened" in await _shown(another, world)
    async with database.writing((place,)) as tx:
        await tx.write(
            "update conversations set assignee_id = $1 where workspace_id = $2 and id = $3",
            linus.id,
            place,
            world.the_broken_lamp.id,
        )
    assert "conversation.opened" not in await _shown(another, world)
    assert "conversation.opened" in await _shown(browser, world)


async def _opened(browser: Browser, world: World) -> bool:
    return "conversation.opened" in await _shown(browser, world)
