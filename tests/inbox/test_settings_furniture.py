"""Settling a workspace's name, inboxes, tags, statuses and teams by forms."""

from __future__ import annotations

import re
from html import escape

import asyncpg
import pytest

from koine.core.users.users import User
from koine.demo import World
from tests.inbox.conftest import Browser
from tests.inbox.test_settings_pages import root

NAUGHTY = '<b>"Lamps" & co</b> \u202e🔦'


async def test_the_workspace_is_called_otherwise(browser: Browser, linus: User, world: World) -> None:
    await browser.sign_in(linus)
    page = root(world) + "/general"
    assert (await browser.post(page, page, name="  Lamps\x00 & Sons ")).headers["location"] == f"{page}?done=saved"
    shown = (await browser.http.get(f"{page}?done=saved")).text
    assert ('value="Lamps &amp; Sons"' in shown, "Saved." in shown) == (True, True)


@pytest.mark.parametrize(("name", "says"), [(" ", "This is needed."), ("x" * 141, "140 characters at most")])
@pytest.mark.parametrize("section", ["general", "tags", "teams", "inboxes", "statuses"])
async def test_a_name_that_will_not_do_is_kept_and_explained(
    browser: Browser, linus: User, world: World, section: str, name: str, says: str
) -> None:
    await browser.sign_in(linus)
    page = f"{root(world)}/{section}"
    refused = await browser.post(page, page, name=name, channel="api", category="open")
    says = "25 characters at most" if section == "statuses" and name.strip() else says
    assert (refused.status_code, says in refused.text) == (422, True)
    assert (f'value="{name}"' in refused.text, 'aria-invalid="true"' in refused.text) == (True, True)


@pytest.mark.parametrize("section", ["tags", "teams", "inboxes"])
async def test_what_is_typed_is_shown_as_text(browser: Browser, linus: User, world: World, section: str) -> None:
    await browser.sign_in(linus)
    page = f"{root(world)}/{section}"
    assert (await browser.post(page, page, name=NAUGHTY, channel="chat")).status_code == 303
    shown = (await browser.http.get(page)).text
    assert (NAUGHTY in shown, str(escape(NAUGHTY)).replace("&quot;", "&#34;") in shown) == (False, True)


async def test_a_tag_is_made_renamed_and_deleted(browser: Browser, linus: User, world: World) -> None:
    await browser.sign_in(linus)
    page = root(world) + "/tags"
    for name in ("refund", "urgent"):
        assert (await browser.post(page, page, name=name)).status_code == 303
    taken = await browser.post(page, page, name="Refund")
    assert (taken.status_code, "There is a tag of this name." in taken.text) == (409, True)
    shown = (await browser.http.get(page)).text
    first, second = re.findall(rf'action="({page}/\d+)"', shown)
    refused = await browser.post(second, page, name="refund")
    assert (refused.status_code, refused.text.count("There is a tag of this name.")) == (409, 1)
    assert 'class="word-edit" open' in refused.text
    assert (await browser.post(second, page, name="at once")).status_code == 303
    assert (await browser.post(f"{first}/removal", page)).headers["location"] == f"{page}?done=deleted"
    left = (await browser.http.get(page)).text
    assert ("at once" in left, "refund</a>" in left, "urgent" in left) == (True, False, False)
    assert (await browser.post(f"{first}/removal", page)).status_code == 404


async def test_a_status_is_made_and_built_in_ones_stay(
    browser: Browser, linus: User, world: World, sql: asyncpg.Connection
) -> None:
    await browser.sign_in(linus)
    page = root(world) + "/statuses"
    assert (await browser.post(page, page, name="Parts", category="waiting")).status_code == 303
    wrong = await browser.post(page, page, name="More", category="lost")
    assert (wrong.status_code, "This cannot be chosen." in wrong.text, 'value="More"' in wrong.text) == (
        422,
        True,
        True,
    )
    shown = (await browser.http.get(page)).text
    (own,) = re.findall(rf'action="({page}/\d+)"', shown)
    assert (await browser.post(own, page, name="Waiting for parts")).status_code == 303
    query = "select id from statuses where workspace_id = $1 and name = 'Open'"
    open_one = await sql.fetchval(query, world.lamplight.workspace.id)
    for path in (f"{page}/{open_one}", f"{page}/{open_one}/removal"):
        refused = await browser.post(path, page, name="Ajar")
        assert (refused.status_code, "programs know it by its name" in refused.text) == (409, True)
    assert (await browser.post(f"{own}/removal", page)).status_code == 303
    assert "Waiting for parts" not in (await browser.http.get(page)).text.replace("such as: Waiting for parts", "")


async def test_an_inbox_is_made_changed_and_disabled(browser: Browser, linus: User, world: World) -> None:
    await browser.sign_in(linus)
    page = root(world) + "/inboxes"
    made = await browser.post(page, page, name="Sales", channel="email", address="sales@example.com")
    assert made.status_code == 303
    bad = await browser.post(page, page, name="Sales", channel="email", address="no address")
    assert (bad.status_code, "This is no e-mail address." in bad.text, 'value="no address"' in bad.text) == (422, 1, 1)
    assert (await browser.post(page, page, name="Sales", channel="pigeon")).status_code == 422
    one = await _newest(browser, page)
    assert (await browser.post(one, one, name="Sales II", address="sales@example.com")).status_code == 303
    shown = (await browser.http.get(one)).text
    assert ('value="yes" checked' in shown, "Sales II" in shown) == (False, True)
    assert "Disabled" in (await browser.http.get(page)).text
    await browser.post(one, one, name="Sales II", address="", enabled="yes")
    assert 'value="yes" checked' in (await browser.http.get(one)).text
    assert (await browser.post(one, one, name="")).status_code == 422


async def test_a_team_gets_members_another_name_and_an_end(browser: Browser, linus: User, world: World) -> None:
    await browser.sign_in(linus)
    page = root(world) + "/teams"
    await browser.post(page, page, name="Night shift")
    one = await _newest(browser, page)
    members = [str(world.mary.id), str(world.linus.id)]
    assert (await browser.post(one, one, name="Nights", member=members)).status_code == 303  # type: ignore[arg-type]
    shown = (await browser.http.get(one)).text
    assert (shown.count(" checked"), "Nights" in shown) == (2, True)
    stranger = await browser.post(one, one, name="Nights", member=str(world.grace.id))
    assert (stranger.status_code, "There is no such one here." in stranger.text) == (422, True)
    taken = await browser.post(one, one, name="front desk", member=str(world.mary.id))
    assert (taken.status_code, 'value="front desk"' in taken.text, taken.text.count(" checked")) == (409, True, 1)
    assert (await browser.http.get(one)).text.count(" checked") == 2
    assert (await browser.post(f"{one}/removal", one)).status_code == 303
    assert (await browser.http.get(one)).status_code == 404


async def test_a_team_with_work_is_not_deleted(
    browser: Browser, linus: User, world: World, sql: asyncpg.Connection
) -> None:
    await browser.sign_in(linus)
    one = f"{root(world)}/teams/{world.lamplight.team_id}"
    query = "update conversations set team_id = $1 where workspace_id = $2"
    await sql.execute(query, world.lamplight.team_id, world.lamplight.workspace.id)
    refused = await browser.post(f"{one}/removal", one)
    assert (refused.status_code, "conversations that are not resolved" in refused.text) == (409, True)
    assert (await browser.http.get(one)).status_code == 200


async def _newest(browser: Browser, page: str) -> str:
    """The page of what was made last."""
    shown = (await browser.http.get(page)).text
    return f"{page}/{max(int(id) for id in re.findall(page + '/([0-9]+)', shown))}"
