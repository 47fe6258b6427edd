"""The inbox where no script runs: everything that is needed to answer somebody."""

from __future__ import annotations

from playwright.async_api import expect

from koine.core.actor import system
from koine.core.tags import tags
from tests.browser.conftest import Enter
from tests.inbox.pages.conftest import Desk


async def test_reply_note_assign_tag_snooze_and_resolve(enter: Enter, desk: Desk) -> None:
    talk = await desk.talk("The lamp")
    async with desk.database.writing((desk.here,)) as tx:
        await tags.create(tx, system(desk.world.account_id, desk.here), desk.here, name="Refund")
    page = await enter(desk.world.linus, java_script_enabled=False)
    await page.goto(f"{desk.root}/unassigned")
    await page.click(f"#row-{talk.id} .row-link")
    await expect(page.locator("#thread-bar h1")).to_have_text("The lamp")

    await page.fill("#text", "On its **way**")
    await page.click(".send")
    await expect(page.locator("#messages .message.out strong")).to_have_text("way")
    await expect(page.locator("#text")).to_have_value("")

    await page.click("label:has(#kind-note)")
    await page.fill("#text", "For us alone")
    await page.click(".send")
    await expect(page.locator("#messages .note .said")).to_have_text("For us alone")

    await page.click("[popovertarget=assign-menu]")
    await page.click("#assign-menu button:has-text('Mary Somerville')")
    assert (await desk.now(talk)).assignee_id == desk.world.mary.id

    await page.click("[popovertarget=tag-menu]")
    await page.click("#tag-menu button:has-text('Refund')")
    await expect(page.locator("#side .tag-form")).to_contain_text("Refund")

    status = page.locator("form.choice:has(#choice-priority)")
    await status.locator("select").select_option(index=1)
    await status.locator("button").click()
    assert await page.locator("#choice-priority").input_value() != ""
    assert (await desk.now(talk)).priority_id is not None

    await page.click("[popovertarget=snooze-menu]")
    await page.click("#snooze-menu button:has-text('In a week')")
    assert (await desk.now(talk)).snoozed_until is not None

    await page.click(".resolve")
    await expect(page.locator("#thread-bar .badge")).to_have_text("Resolved")
    assert (await desk.now(talk)).resolved


async def test_search_and_several_at_once(enter: Enter, desk: Desk) -> None:
    lamp, shade = await desk.talk("A flickering lamp"), await desk.talk("A torn shade")
    page = await enter(desk.world.linus, java_script_enabled=False)
    await page.fill("#find", "Rosalind")
    await page.press("#find", "Enter")
    await expect(page.locator(f"#row-{lamp.id}")).to_be_visible()
    await page.fill("#find", f"#{lamp.number}")
    await page.press("#find", "Enter")
    await expect(page.locator("#thread-bar h1")).to_have_text("A flickering lamp")

    await page.goto(f"{desk.root}/unassigned")
    for talk in (lamp, shade):
        await page.check(f"#row-{talk.id} input[type=checkbox]", force=True)
    await page.click("#selection button:has-text('Take')")
    assert {(await desk.now(talk)).assignee_id for talk in (lamp, shade)} == {desk.world.linus.id}


async def test_signing_in_wrongly_and_out(enter: Enter, desk: Desk) -> None:
    page = await enter(desk.world.linus, java_script_enabled=False)
    await page.click(".me")
    await page.click("#me-menu button:has-text('Sign out')")
    await page.wait_for_url("**/inbox/sign-in")
    await page.goto(f"{desk.root}/mine")
    await page.fill("input[name=email]", desk.world.linus.email)
    await page.fill("input[name=password]", "not the password")
    await page.click("main button")
    await expect(page.locator("[role=alert]")).to_be_visible()
    assert await page.input_value("input[name=next]") == f"{desk.root}/mine"
