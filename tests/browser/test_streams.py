"""What happens elsewhere reaches an open page once, and in its order, also when the stream was cut meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Enter
from tests.inbox.pages.conftest import Desk

pytestmark = pytest.mark.usefixtures("relaying")

DOUBLED = "[...document.querySelectorAll('[id]')].map(each => each.id).filter((id, n, all) => all.indexOf(id) !== n)"


class Line:
    """A way to the server that can be cut: whatever goes over it is lost at once, and nothing comes through until it is
    whole again.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.whole = True
        self.lost = 0
        self._open: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """Lose everything that is on its way."""
        self.whole = False
        for each in self._open:
            each.transport.abort()
            self.lost += 1

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what one side says to the other, until one of them goes."""
        if not self.whole:
            writer.transport.abort()
            return
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self.port)
        both = (writer, there_writer)
        self._open.update(both)
        try:
            await asyncio.gather(_pass_on(reader, there_writer), _pass_on(there_reader, writer))
        finally:
            self._open.difference_update(both)
            for each in both:
                each.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    writer.close()


@pytest.fixture
async def line(base_url: str) -> AsyncIterator[tuple[Line, str]]:
    """Such a way, and the address at its near end."""
    way = Line(int(base_url.rpartition(":")[2]))
    serving = await asyncio.start_server(way.connected, "127.0.0.1", 0)
    yield way, f"http://127.0.0.1:{serving.sockets[0].getsockname()[1]}"
    serving.close()
    way.cut()


async def test_what_is_said_while_a_stream_is_cut_is_there_once(
    enter: Enter, desk: Desk, line: tuple[Line, str]
) -> None:
    """Again and again, while the contact goes on talking."""
    way, near = line
    talk = await desk.talk(text="0")
    page = await enter(desk.world.linus)
    await page.goto(f"{near}{desk.root}/conversations/{talk.number}?queue=unassigned")
    said = ["0"]
    for n in range(1, 7, 2):
        way.cut()
        await desk.say(talk, str(n))
        await expect(page.locator("#messages .said")).to_have_text(said)
        way.whole = True
        await desk.say(talk, str(n + 1))
        said += [str(n), str(n + 1)]
        await expect(page.locator("#messages .said")).to_have_text(said, timeout=30_000)
    assert way.lost >= 6
    assert await page.evaluate(DOUBLED) == []


async def test_more_than_a_page_keeps_is_fetched_anew(enter: Enter, desk: Desk, line: tuple[Line, str]) -> None:
    way, near = line
    talk = await desk.talk()
    page = await enter(desk.world.linus)
    await page.goto(f"{near}{desk.root}/conversations/{talk.number}?queue=unassigned")
    way.cut()
    texts = [f"Line {n}" for n in range(60)]
    await desk.say(talk, *texts)
    way.whole = True
    await expect(page.locator("#messages")).to_contain_text("Line 59", timeout=30_000)
    shown = await page.locator("#messages .said").all_inner_texts()
    assert shown == texts[-len(shown) :]
    assert await page.evaluate(DOUBLED) == []


async def test_a_new_conversation_and_all_that_two_do_appear_at_the_other(enter: Enter, desk: Desk) -> None:
    talk = await desk.talk("Old")
    linus, mary = await enter(desk.world.linus), await enter(desk.world.mary)
    for page in (linus, mary):
        await page.goto(f"{desk.root}/conversations/{talk.number}?queue=unassigned")
    new = await desk.talk("Brand new")
    for page in (linus, mary):
        await expect(page.locator(f"#row-{new.id} .row-subject")).to_have_text("Brand new")
    await _write(linus, "r", "From Linus")
    await expect(mary.locator("#messages .out .said")).to_have_text(["From Linus"], timeout=20_000)
    await _write(mary, "n", "From Mary")
    await expect(linus.locator("#messages .note .said")).to_have_text(["From Mary"])
    await mary.click(".resolve")
    for page in (mary, linus):
        await expect(page.locator("#thread-bar .badge")).to_have_text("Resolved")
    for page in (linus, mary):
        assert await page.locator("#messages .said").all_inner_texts() == ["It flickers.", "From Linus", "From Mary"]
        assert await page.evaluate(DOUBLED) == []


async def _write(page: Page, key: str, text: str) -> None:
    await page.keyboard.press(key)
    await page.keyboard.type(text)
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#text")).to_have_value("")
