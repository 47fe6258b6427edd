"""API access: tokens of every contract are made, tried, listed and revoked by those who administer what they open."""

from __future__ import annotations

import asyncio
import re
from html import unescape

import httpx
import pytest

from koine.core.actor import system
from koine.core.users import agents, users
from koine.core.users.users import User
from koine.demo import World
from koine.dialects.highlevel import scopes
from koine.dialects.native import credentials as native
from koine.postgres.database import Database
from tests.inbox.conftest import Browser
from tests.inbox.test_settings_pages import root
from tests.waiting import until

ONE_PLACE = ("native", "highlevel", "libredesk")


@pytest.fixture
async def chief(browser: Browser, linus: User, world: World, database: Database) -> User:
    """Linus, when he administers both workspaces, at the browser."""
    by = system(world.account_id, world.lamplight.workspace.id, world.harbour.workspace.id)
    async with database.writing(by.workspaces) as tx:
        await users.add(tx, by, linus, world.harbour.workspace.id, role="Admin")
    await browser.sign_in(linus)
    return linus


async def _made(browser: Browser, world: World, dialect: str, **fields: object) -> str:
    page = f"{root(world)}/access/new/{dialect}"
    given = {"native": ["feed", "webhooks"], "highlevel": list(scopes.ALL)}.get(dialect)
    fields = {"name": "Nightly import"} | ({"scope": given} if given else {}) | fields
    if dialect == "libredesk" and "user" not in fields:
        fields["user"] = str(world.linus.id)
    answer = await browser.post(page, page, **fields)  # type: ignore[arg-type]
    return f"{answer.status_code} {answer.text}"


def _parts(shown: str) -> list[str]:
    return [unescape(each) for each in re.findall(r"<pre[^>]*><code>(.*?)</code>", shown, re.DOTALL)]


@pytest.mark.parametrize("dialect", [*ONE_PLACE, "tight"])
async def test_the_line_that_is_shown_works(browser: Browser, chief: User, world: World, dialect: str) -> None:
    shown = await _made(browser, world, dialect)
    assert shown.startswith("200 "), shown
    curl = _parts(shown)[-1]
    assert curl.startswith("curl -s ")
    running = await asyncio.create_subprocess_shell(curl + " -w ' %{http_code}'", stdout=asyncio.subprocess.PIPE)
    said, _ = await running.communicate()
    assert said.rpartition(b" ")[2] in (b"200", b"201"), (curl, said)


@pytest.mark.parametrize("dialect", [*ONE_PLACE, "tight"])
async def test_a_token_is_shown_once_and_listed_without_its_secret(
    browser: Browser, chief: User, world: World, dialect: str
) -> None:
    *_, secret, curl = _parts(await _made(browser, world, dialect, name="Once & for all"))
    if dialect == "highlevel":
        secret = re.findall(r"Bearer ([^']+)'", curl)[0]
    listed = (await browser.http.get(f"{root(world)}/access")).text
    assert ("Once &amp; for all" in listed, secret in listed, "never used" in listed) == (True, False, True)


async def test_a_token_that_is_revoked_opens_nothing(
    browser: Browser, chief: User, world: World, http: httpx.AsyncClient
) -> None:
    shown = await _made(browser, world, "native", name="Short-lived")
    bearer = {"authorization": f"Bearer {_parts(shown)[1]}"}
    assert (await http.get("/v1/events", headers=bearer)).status_code == 200
    page = f"{root(world)}/access"
    path = re.findall(rf'action="({page}/[0-9]+/revocation)"', (await browser.http.get(page)).text)[0]
    assert (await browser.post(path, page)).headers["location"] == f"{page}?done=revoked"

    async def refused() -> bool:
        return (await http.get("/v1/events", headers=bearer)).status_code == 401

    await until(refused)  # within a second
    assert "Short-lived" not in (await browser.http.get(page)).text
    assert (await browser.post(path, page)).status_code == 404


async def test_who_administers_one_workspace_lets_nobody_into_the_others(
    browser: Browser, linus: User, world: World, database: Database
) -> None:
    """Neither by a token of the whole account, nor by ending one, nor by a look at one of another workspace."""
    await browser.sign_in(linus)
    by = system(world.account_id, world.lamplight.workspace.id, world.harbour.workspace.id)
    async with database.writing(by.workspaces) as tx:
        harbours = await native.issue(tx, by, workspaces=[world.harbour.workspace.id], name="Harbour's own")
        both = await native.issue(tx, by, workspaces=by.workspaces, name="Of both")
    page = f"{root(world)}/access"
    listed = (await browser.http.get(page)).text
    assert ("Harbour&#39;s own" in listed, "Of both" in listed, "Demo partner" in listed) == (False, True, True)
    assert (await _made(browser, world, "tight")).startswith("403 ")
    assert f"{page}/new/tight" not in listed
    for token in (both.id, world.tight.id):
        assert f"{page}/{token}/revocation" not in listed
        assert (await browser.post(f"{page}/{token}/revocation", f"{page}/new/native")).status_code == 403
    assert (await browser.post(f"{page}/{harbours.id}/revocation", f"{page}/new/native")).status_code == 404
    assert (await browser.post(f"{page}/{world.native.id}/revocation", page)).status_code == 303


@pytest.mark.parametrize(
    ("dialect", "wrong", "says"),
    [
        ("native", {"name": ""}, "Say what it is for"),
        ("native", {"name": "x" * 101}, "100 characters at most"),
        ("native", {"scope": []}, "Choose what it may do."),
        ("native", {"scope": "everything"}, "This cannot be chosen."),
        ("native", {"user": "1"}, "Choose somebody of the list."),
        ("native", {"user": "nobody"}, "Choose somebody of the list."),
        ("highlevel", {"scope": ["contacts.readonly", "locations.write"]}, "This cannot be chosen."),
        ("libredesk", {"user": ""}, "Choose somebody of the list."),
        ("libredesk", {"user": str(2**70)}, "Choose somebody of the list."),
    ],
    ids=str,
)
async def test_a_form_that_will_not_do_makes_no_token(
    browser: Browser, chief: User, world: World, dialect: str, wrong: dict[str, object], says: str
) -> None:
    shown = await _made(browser, world, dialect, **({"name": "Kept as typed"} | wrong))
    assert (shown[:4], says in shown) == ("422 ", True)
    assert ("Kept as typed" in shown) == ("name" not in wrong)
    assert "Kept as typed" not in (await browser.http.get(f"{root(world)}/access")).text


async def test_a_token_may_do_what_was_ticked(
    browser: Browser, chief: User, world: World, http: httpx.AsyncClient
) -> None:
    reads, manages = [
        {"authorization": f"Bearer {_parts(await _made(browser, world, 'native', scope=scope))[1]}"}
        for scope in ("feed", "webhooks")
    ]
    assert [(await http.get("/v1/webhooks", headers=each)).status_code for each in (reads, manages)] == [403, 200]
    assert (await http.get("/v1/events", headers=reads)).status_code == 200


async def test_a_token_acts_as_who_was_chosen_and_nobody_above_its_maker(
    browser: Browser, chief: User, world: World, database: Database
) -> None:
    shown = await _made(browser, world, "libredesk", user=str(world.mary.id), name="Mary's own")
    assert shown.startswith("200 ")
    listed = (await browser.http.get(f"{root(world)}/access")).text
    assert "acts as Mary Somerville" in listed
    assert (await _made(browser, world, "libredesk", user=str(world.grace.id))).startswith("422 ")
    by = system(world.account_id, world.lamplight.workspace.id, world.harbour.workspace.id)
    async with database.writing(by.workspaces) as tx:
        await agents.disable(tx, by, world.lamplight.workspace.id, world.mary.id)
    assert (await _made(browser, world, "libredesk", user=str(world.mary.id))).startswith("422 ")
