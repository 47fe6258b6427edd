"""The stream of a page: what happens reaches it, as far as whoever looks may see it, and nothing is lost."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest

from koine.core.conversations.handling import assignment
from koine.demo import World
from koine.postgres.database import Database
from tests.inbox.conftest import Browser
from tests.inbox.pages.conftest import Desk, session
from tests.inbox.pages.shown import Shown

pytestmark = pytest.mark.usefixtures("relaying")
PATIENCE = 20  # seconds


@dataclass
class Following:
    """A page's stream: what it was told so far, and up to which position."""

    lines: AsyncIterator[str]
    told: list[Shown] = field(default_factory=list)
    position: str = ""

    async def until(self, text: str) -> Shown:
        """Listen until something is told in which this stands."""
        data: list[str] = []
        async with asyncio.timeout(PATIENCE):
            async for line in self.lines:
                if line.startswith("id: "):
                    self.position = line[4:]
                elif line.startswith("data:"):
                    data.append(line[6:])
                elif not line and data:
                    self.told.append(Shown("\n".join(data)))
                    data = []
                    if text in self.told[-1].html:
                        return self.told[-1]
        raise AssertionError(f"{text} was never told")


@contextlib.asynccontextmanager
async def follow(desk: Desk, path: str, **headers: str) -> AsyncIterator[Following]:
    client = desk.browser.http
    async with client.stream("GET", desk.root + path, headers=headers, timeout=PATIENCE) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Following(answer.aiter_lines())


async def _position(desk: Desk, path: str = "/all") -> str:
    found = re.search(r"stream\?position=(\d+)", (await desk.get(path)).html)
    assert found is not None
    return found[1]


async def test_what_is_said_reaches_the_list_and_the_counts(desk: Desk) -> None:
    position = await _position(desk)
    async with follow(desk, f"/stream?queue=all&position={position}") as following:
        talk = await desk.talk("Out of the blue")
        told = await following.until("Out of the blue")
    row = told.all("template", data_target="rows")[0]
    assert row["data-operation"] == "prepend"
    assert told.all("li", id=f"row-{talk.id}")
    assert told.all("template", data_target="count-all")


async def test_what_is_said_reaches_the_thread_that_is_open(desk: Desk) -> None:
    talk = await desk.talk()
    path = f"/conversations/{talk.number}?queue=all"
    position = await _position(desk, path)
    stream = f"/stream?queue=all&position={position}&conversation={talk.number}&entry={talk.message_id}"
    async with follow(desk, stream) as following:
        (said,) = await desk.say(talk, "Are you there?")
        told = await following.until("messages")
    assert told.said[-1] == "Are you there?"
    assert told.all("li", id=f"message-{said}")


async def test_it_goes_on_where_the_browser_left(desk: Desk) -> None:
    talk = await desk.talk("First")
    async with follow(desk, f"/stream?queue=all&position={await _position(desk)}") as following:
        await desk.say(talk, "Heard")
        await following.until("Heard")
    await desk.say(talk, "Missed")
    headers = {"last-event-id": following.position}
    async with follow(desk, "/stream?queue=all&position=0", **headers) as again:
        await again.until("Missed")
    assert len(again.told) == 1


async def test_a_page_from_the_future_is_drawn_anew(desk: Desk) -> None:
    async with follow(desk, "/stream?queue=all&position=999999999") as following:
        told = await following.until("refresh")
    assert [each["data-operation"] for each in told.all("template")] == ["refresh"]


async def test_nobody_is_told_what_they_may_not_see(
    desk: Desk, another: Browser, world: World, database: Database
) -> None:
    another.http.cookies.set("koine", await session(database, world, world.mary))
    mary = Desk(another, database, world)
    hidden = await desk.talk("For Linus alone")
    by = world.acting(world.linus, "Admin", world.lamplight)
    async with database.writing((desk.here,)) as tx:
        await assignment.assign(tx, by, desk.here, [hidden.id], to=world.linus.id)
    assert "For Linus alone" not in (await mary.get("/all")).html
    async with follow(mary, f"/stream?queue=all&position={await _position(mary)}") as following:
        await desk.say(hidden, "A secret")
        await desk.talk("For everybody")
        await following.until("For everybody")
    assert not any("secret" in told.html or f"row-{hidden.id}" in told.html for told in following.told)


async def test_one_who_is_signed_out_is_told_to_go(desk: Desk) -> None:
    async with follow(desk, f"/stream?queue=all&position={await _position(desk)}") as following:
        out = httpx.AsyncClient(base_url=desk.browser.http.base_url, cookies=dict(desk.browser.http.cookies))
        async with out:
            assert (await Browser(out).post("/inbox/sign-out", "/inbox/settings/profile")).status_code == 303
        async with asyncio.timeout(PATIENCE):
            lines = [line.strip() async for line in following.lines]
    assert "event: over" in lines


async def test_a_stream_of_another_workspace_is_not_there(desk: Desk) -> None:
    theirs = f"/inbox/w/{desk.world.harbour.workspace.id}/stream"
    assert (await desk.browser.http.get(theirs)).status_code == 404
