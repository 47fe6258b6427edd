"""axe-core finds no serious fault on any page, in either theme, on a desk or on a phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from koine.core.actor import system
from koine.core.conversations.handling import priority, tagging
from koine.core.statuses import priorities
from koine.core.tags import tags
from tests.browser.conftest import Enter
from tests.inbox.pages.conftest import Desk

WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
BAD = ("serious", "critical")
# The frames hold what somebody outside wrote: how that looks is theirs.
OPTIONS = {"resultTypes": ["violations"], "iframes": False}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
async def test_no_page_has_a_serious_fault(enter: Enter, desk: Desk, theme: str, size: dict[str, int]) -> None:
    conversation = await _lived_in(desk)
    page = await enter(desk.world.linus, color_scheme=theme, viewport=size, reduced_motion="reduce")
    wrong: list[str] = []
    for path in (
        f"{desk.root}/all",
        f"{desk.root}/unassigned",
        f"{desk.root}/mine",
        f"{desk.root}/search?q=lamp",
        f"{desk.root}/search?q=nothing+at+all",
        f"{conversation}?queue=all",
        f"{desk.root}/conversations/987654321",
        "/inbox/settings/profile",
        "/inbox/settings/sessions",
        "/inbox/settings/two-factor",
        "/inbox/first-token",
    ):
        await page.goto(path)
        wrong += await _faults(page, path)
    await page.goto(f"{conversation}?queue=all")
    for menu in ("assign-menu", "snooze-menu", "tag-menu", "later-menu", "me-menu", "filters"):
        await page.evaluate("id => document.getElementById(id)?.showPopover()", menu)
        wrong += await _faults(page, menu, f"#{menu}")
        await page.evaluate("id => document.getElementById(id)?.hidePopover()", menu)
    for dialog, key in (("help", "?"), ("command", "Control+k")):
        await page.keyboard.press(key)
        wrong += await _faults(page, dialog, f"#{dialog}")
        await page.keyboard.press("Escape")
    await page.context.clear_cookies()
    for path in ("/inbox/sign-in", "/inbox/link/nobody-has-this"):
        await page.goto(path)
        wrong += await _faults(page, path)
    assert not wrong, "\n".join(wrong)


async def test_axe_finds_a_fault_that_is_there(enter: Enter, desk: Desk) -> None:
    page = await enter(desk.world.linus)
    await page.goto("/inbox/settings/profile")
    assert await _faults(page, "before") == []
    await page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<button></button>')")
    (fault,) = await _faults(page, "after")
    assert "button-name" in fault


async def _faults(page: Page, where: str, within: str | None = None) -> list[str]:
    found = await Axe().run(page, context=within, options=OPTIONS)
    return [
        f"{where}: {each['id']}: {node['html'][:160]} {node['failureSummary'].splitlines()[1].strip()[:220]}"
        for each in found.response["violations"]
        if each["impact"] in BAD
        for node in each["nodes"][:3]
    ]


async def _lived_in(desk: Desk) -> str:
    """A conversation with everything in it, and others beside it; its path."""
    by = system(desk.world.account_id, desk.here)
    talks = [
        await desk.talk(f"The lamp {n}", "> Is it on?\n\nIt flickers, see https://example.com/lamp") for n in range(4)
    ]
    first = talks[0]
    async with desk.database.writing((desk.here,)) as tx:
        marks = [await tags.create(tx, by, desk.here, name=name) for name in ("Lamps", "Refund", "Late")]
        for talk in talks:
            await tagging.add(tx, by, desk.here, [talk.id], tags=[mark.id for mark in marks])
        ranks = await priorities.of_workspace(tx, desk.here)
        await priority.put(tx, by, desk.here, [first.id, talks[1].id], priority_id=ranks[-1].id)
    await desk.say(first, "More")
    return f"{desk.root}/conversations/{first.number}"
