"""The inbox as it is used: by keyboard, by two at once, through a break, on a phone, and without JavaScript."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import Enter
from tests.inbox.pages.conftest import Desk

pytestmark = pytest.mark.usefixtures("relaying")


async def test_the_keyboard_reaches_everything(enter: Enter, desk: Desk) -> None:
    first, second = await desk.talk("First"), await desk.talk("Second")
    page = await enter(desk.world.linus)
    await page.goto(f"{desk.root}/unassigned")
    await page.keyboard.press("j")
    await expect(page.locator(f"#row-{second.id} .row-link")).to_be_focused()
    await page.keyboard.press("j")
    await page.keyboard.press("o")
    await expect(page.locator("#thread-bar h1")).to_have_text("First")
    await expect(page.locator(f"#row-{first.id} .row-link")).to_be_focused()
    await page.keyboard.press("e")
    await expect(page.locator("#thread-bar .badge")).to_have_text("Resolved")
    await page.keyboard.press("e")
    await expect(page.locator("#thread-bar .badge")).to_have_text("Open")
    for key, menu in (("s", "#snooze-menu"), ("a", "#assign-menu"), ("t", "#tag-menu")):
        await page.keyboard.press(key)
        await expect(page.locator(menu)).to_be_visible()
        await page.keyboard.press("Escape")
    await page.keyboard.press("?")
    await expect(page.locator("#help")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("/")
    await expect(page.locator("#find")).to_be_focused()


async def test_the_command_bar_does_what_the_page_can(enter: Enter, desk: Desk) -> None:
    talk = await desk.talk("The lamp")
    page = await enter(desk.world.linus)
    await page.goto(f"{desk.root}/conversations/{talk.number}?queue=all")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("resolve")
    await page.keyboard.press("Enter")
    await expect(page.locator("#thread-bar .badge")).to_have_text("Resolved")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("go snoozed")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/snoozed")


async def test_a_reply_is_written_and_taken_back(enter: Enter, desk: Desk) -> None:
    talk = await desk.talk()
    page = await enter(desk.world.linus)
    await page.goto(f"{desk.root}/conversations/{talk.number}?queue=all")
    await page.keyboard.press("r")
    await page.keyboard.type("Hello **there**")
    await expect(page.locator("#draft-state")).to_have_text("Draft saved")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#messages .message.out strong")).to_have_text("there")
    await expect(page.locator("#text")).to_have_value("")
    await expect(page.locator("#text")).to_be_focused()
    await page.click("#notices button")
    await expect(page.locator("#messages .message.out")).to_have_count(0)
    await expect(page.locator("#text")).to_have_value("Hello **there**")


async def test_what_one_writes_the_other_sees(enter: Enter, desk: Desk) -> None:
    talk = await desk.talk()
    linus, mary = await enter(desk.world.linus), await enter(desk.world.mary)
    for page in (linus, mary):
        await page.goto(f"{desk.root}/conversations/{talk.number}?queue=all")
    await _note(mary, "I take this one")
    await expect(linus.locator("#messages .note")).to_contain_text("I take this one")
    assert await _doubled(linus) == []
    assert await _doubled(mary) == []


async def test_two_at_one_conversation_see_each_other_before_they_collide(enter: Enter, desk: Desk) -> None:
    talk = await desk.talk()
    linus, mary = await enter(desk.world.linus), await enter(desk.world.mary)
    for page in (linus, mary):
        await page.goto(f"{desk.root}/conversations/{talk.number}?queue=all")
    await expect(linus.locator(".watcher")).to_contain_text("Mary Somerville is looking at this")
    await mary.keyboard.press("r")
    await mary.keyboard.type("I have an idea")
    await expect(linus.locator(".watcher")).to_contain_text("Mary Somerville is writing")
    await mary.fill("#text", "")
    await expect(linus.locator(".watcher")).to_contain_text("is looking at this")
    await mary.goto(f"{desk.root}/all")
    await expect(linus.locator(".watcher")).to_have_count(0)


async def test_what_is_sent_stands_there_at_once_and_can_be_sent_again(enter: Enter, desk: Desk) -> None:
    talk = await desk.talk()
    page = await enter(desk.world.linus)
    await page.goto(f"{desk.root}/conversations/{talk.number}?queue=all")
    arrived = asyncio.Event()

    async def hold(route: Route) -> None:
        await arrived.wait()
        await route.abort()

    await page.route("**/messages?*", hold)
    await page.keyboard.press("r")
    await page.keyboard.type("Hello **there**")
    await page.keyboard.press("Control+Enter")
    said = page.locator("#messages .message.out")
    await expect(said.locator(".said")).to_have_text("Hello **there**")
    await expect(said.locator(".state")).to_have_text("Sending")
    await expect(page.locator("#text")).to_have_value("")
    arrived.set()
    await expect(said.locator(".state")).to_contain_text("Not sent")
    await page.unroute("**/messages?*")
    await said.locator("[data-again]").click()
    await expect(said.locator("strong")).to_have_text("there")
    await expect(said).to_have_count(1)
    assert await _doubled(page) == []


async def test_news_reach_the_list_without_moving_what_is_pointed_at(enter: Enter, desk: Desk) -> None:
    first, second = await desk.talk("First"), await desk.talk("Second")
    page = await enter(desk.world.linus)
    await page.goto(f"{desk.root}/unassigned")
    rows = page.locator("#rows .row")
    await page.hover(f"#row-{second.id}")
    await desk.say(first, "More")
    await expect(page.locator(f"#row-{first.id} .row-preview")).to_have_text("More")
    assert await rows.first.get_attribute("id") == f"row-{second.id}"
    await page.click(".fresh button")
    await expect(rows.first).to_have_attribute("id", f"row-{first.id}")


async def test_a_break_loses_nothing(enter: Enter, desk: Desk) -> None:
    talk = await desk.talk()
    page = await enter(desk.world.linus)
    await page.goto(f"{desk.root}/conversations/{talk.number}?queue=all")
    await page.context.set_offline(True)
    await desk.say(talk, "While you were away", "And again")
    await page.context.set_offline(False)
    await expect(page.locator("#messages")).to_contain_text("And again", timeout=20_000)
    assert (await page.locator("#messages .said").all_inner_texts())[-2:] == ["While you were away", "And again"]
    assert await _doubled(page) == []


async def test_going_back_shows_what_was_there(enter: Enter, desk: Desk) -> None:
    first, second = await desk.talk("First"), await desk.talk("Second")
    page = await enter(desk.world.linus)
    await page.goto(f"{desk.root}/unassigned")
    for talk, subject in ((first, "First"), (second, "Second")):
        await page.click(f"#row-{talk.id} .row-link")
        await expect(page.locator("#thread-bar h1")).to_have_text(subject)
    await page.go_back()
    await expect(page.locator("#thread-bar h1")).to_have_text("First")
    await page.go_back()
    await expect(page.locator("#main .empty-title")).to_be_visible()


async def test_a_phone_shows_one_pane_at_a_time(enter: Enter, desk: Desk) -> None:
    talk = await desk.talk()
    page = await enter(desk.world.linus, viewport={"width": 390, "height": 844})
    await page.goto(f"{desk.root}/unassigned")
    await expect(page.locator("#main")).to_be_hidden()
    await page.click("[popovertarget=rail]")
    await expect(page.locator("#rail")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.click(f"#row-{talk.id} .row-link")
    await expect(page.locator("#main")).to_be_visible()
    await expect(page.locator("#list")).to_be_hidden()
    await page.click("[popovertarget=side]")
    await expect(page.locator("#side")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_all_of_it_works_without_javascript(enter: Enter, desk: Desk) -> None:
    talk = await desk.talk()
    page = await enter(desk.world.linus, java_script_enabled=False)
    await page.goto(f"{desk.root}/unassigned")
    await page.click(f"#row-{talk.id} .row-link")
    await page.fill("#text", "No **script**")
    await page.click("label:has(#kind-note)")
    await page.click(".send")
    await expect(page.locator("#messages .note strong")).to_have_text("script")
    await page.click(".resolve")
    await expect(page.locator("#thread-bar .badge")).to_have_text("Resolved")
    assert await page.locator("[data-script]:visible").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_an_unfriendly_message_runs_nothing_and_fetches_nothing(enter: Enter, desk: Desk, theme: str) -> None:
    asked: list[str] = []
    async with _elsewhere(asked) as tracker:
        html = f"<h1>Sale</h1><img src={tracker} onerror=top.ran=1><a href=javascript:top.ran=1>x</a>"
        talk = await desk.talk(html=html)
        page = await enter(desk.world.linus, color_scheme=theme)
        await page.goto(f"{desk.root}/conversations/{talk.number}?queue=all")
        await expect(page.frame_locator("iframe").locator("h1")).to_have_text("Sale")
        assert await page.evaluate("window.ran") is None
        assert asked == []
        await page.click(".frame-tools a[target^=frame]")
        await expect(page.frame_locator("iframe").locator("img")).to_have_js_property("complete", True)
        assert asked != []
        assert await page.evaluate("window.ran") is None


@contextlib.asynccontextmanager
async def _elsewhere(asked: list[str]) -> AsyncIterator[str]:
    """The address of a picture on somebody else's server, which notes who asks for it."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readline()).decode())
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    serving = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with serving:
        yield f"http://127.0.0.1:{serving.sockets[0].getsockname()[1]}/x.gif"


async def _note(page: Page, text: str) -> None:
    await page.keyboard.press("n")
    await page.keyboard.type(text)
    await page.keyboard.press("Control+Enter")


async def _doubled(page: Page) -> list[str]:
    found: list[str] = await page.evaluate(
        "[...document.querySelectorAll('[id]')].map(each => each.id).filter((id, n, all) => all.indexOf(id) !== n)"
    )
    return found


async def test_filters_and_many_at_once_by_keyboard(enter: Enter, desk: Desk) -> None:
    first, second = await desk.talk("Filtered first"), await desk.talk("Filtered second")
    page = await enter(desk.world.linus)
    await page.goto(f"{desk.root}/all")
    await page.keyboard.press("f")
    await expect(page.locator("#filter-sort")).to_be_focused()
    await page.locator("#filter-unread").focus()
    await page.keyboard.type("Unread")
    await page.keyboard.press("Tab")
    await page.locator("#filters button.primary").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/all?unread=1")
    await expect(page.locator(".chip")).to_have_text("Unread")
    await page.locator(f"#row-{second.id} .row-link").focus()
    await page.keyboard.press("x")
    await page.locator(f"#row-{first.id} .row-link").focus()
    await page.keyboard.press("x")
    await expect(page.locator(".selection-count")).to_have_text("2 selected")
    await page.locator("#selection [aria-label=Assign]").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#bulk-assignment .menu-item").first).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator(f"#row-{first.id} .row-assignee")).to_be_visible()
    await expect(page.locator(f"#row-{second.id} .row-assignee")).to_be_visible()
    await expect(page.locator("#selection")).to_be_hidden()
    await page.locator(".chip").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/all")
