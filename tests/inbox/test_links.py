"""Links that sign somebody in once, the first token, and apps that are let in by who is signed in."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
from html import unescape

import asyncpg
import httpx
import pytest

from koine.core.actor import system
from koine.core.users import links, users
from koine.core.users.users import User
from koine.demo import World
from koine.postgres.database import Database
from tests.dialects.highlevel.letting_in import BACK, PAGE, Program, answer, give_password, register
from tests.inbox.conftest import Browser, token
from tests.inbox.test_two_factor import turn_on

INSIDE = "/inbox/settings/profile"
NEW = "gravel ochre lamp nine"


async def offer(database: Database, person: User) -> str:
    """The path of a new link for somebody."""
    async with database.writing(()) as tx:
        return await links.offer(tx, system(person.account_id), person)


# ── Links ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_link_signs_in_and_works_once(
    browser: Browser, another: Browser, world: World, database: Database
) -> None:
    link = await offer(database, world.linus)
    shown = await browser.http.get(link)
    assert f"Sign in as {world.linus.name}" in shown.text
    assert (await browser.http.get(link)).status_code == 200  # looking does not use it up
    assert (await browser.post(link, link)).headers["location"] == "/inbox"
    assert (await browser.http.get(INSIDE)).status_code == 200
    for path in (link, f"{link[:-1]}x", "/inbox/link/x"):
        assert (await another.http.get(path)).status_code == 404
    assert another.session is None


async def test_of_two_who_use_a_link_at_once_one_comes_in(
    browser: Browser, world: World, database: Database, sql: asyncpg.Connection
) -> None:
    link = await offer(database, world.linus)
    shown = await browser.http.get(link)
    answers = await asyncio.gather(*(browser.http.post(link, data={"_csrf": token(shown)}) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [303, 404, 404, 404, 404]
    assert await sql.fetchval("select count(*) from sessions where user_id = $1", world.linus.id) == 1


async def test_a_new_link_ends_the_one_before_and_so_does_a_password(
    browser: Browser, world: World, database: Database, sql: asyncpg.Connection
) -> None:
    first = await offer(database, world.linus)
    second = await offer(database, world.linus)
    others = await offer(database, world.mary)
    assert [(await browser.http.get(link)).status_code for link in (first, second, others)] == [404, 200, 200]
    await give_password(database, world, world.linus)
    assert [(await browser.http.get(link)).status_code for link in (second, others)] == [404, 200]
    await sql.execute("update users set enabled = false where id = $1", world.mary.id)
    assert (await browser.http.get(others)).status_code == 404


async def test_a_link_stands_for_the_password_and_not_for_the_second_factor(
    browser: Browser, another: Browser, linus: User, database: Database
) -> None:
    await another.sign_in(linus)
    await turn_on(another)
    link = await offer(database, linus)
    asked = await browser.post(link, link)
    assert (asked.status_code, "six digits" in asked.text, browser.session) == (200, True, None)


async def test_another_site_cannot_use_a_link_for_somebody(browser: Browser, world: World, database: Database) -> None:
    link = await offer(database, world.linus)
    good = token(await browser.http.get(link))
    for headers, said in (({"sec-fetch-site": "cross-site"}, good), ({}, ""), ({}, "x" * 43)):
        assert (await browser.http.post(link, data={"_csrf": said}, headers=headers)).status_code == 403
    assert browser.session is None
    assert (await browser.http.get(link)).status_code == 200


async def test_only_the_hash_of_a_link_is_kept_and_no_line_of_the_log_has_it(
    browser: Browser, world: World, database: Database, sql: asyncpg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    link = await offer(database, world.linus)
    await browser.post(link, link)
    secret = link.rpartition("/")[2]
    rows = await sql.fetch("select to_jsonb(t)::text as said from tokens t where user_id = $1", world.linus.id)
    assert not any(secret in row["said"] for row in rows)
    ours = [record for record in caplog.records if record.name == "koine"]  # nothing else is written down
    assert not any(secret in record.getMessage() for record in ours)


async def test_who_came_by_a_link_can_choose_a_password_without_knowing_one(
    browser: Browser, another: Browser, linus: User, database: Database, sql: asyncpg.Connection
) -> None:
    link = await offer(database, linus)
    await browser.post(link, link)
    assert 'name="current"' not in (await browser.http.get(INSIDE)).text
    await sql.execute("update sessions set created_at = now() - interval '1 hour' where user_id = $1", linus.id)
    assert (await browser.post("/inbox/settings/password", INSIDE, password=NEW)).status_code == 422
    await sql.execute("update sessions set created_at = now() where user_id = $1", linus.id)
    assert (await browser.post("/inbox/settings/password", INSIDE, password=NEW)).status_code == 303
    assert (await another.sign_in(linus, NEW)).status_code == 303


# ── The first token ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(shutil.which("curl") is None, reason="the lines need curl")
@pytest.mark.parametrize("dialect", ["native", "tight", "highlevel", "libredesk"])
async def test_the_line_of_each_token_works(
    browser: Browser, linus: User, world: World, database: Database, dialect: str
) -> None:
    by = system(world.account_id, world.harbour.workspace.id)
    async with database.writing(by.workspaces) as tx:  # Tight's opens all workspaces: it takes who administers all
        await users.add(tx, by, linus, world.harbour.workspace.id, role="Admin")
    await browser.sign_in(linus)
    made = await browser.post("/inbox/first-token", "/inbox/first-token", dialect=dialect)
    found = re.search(r"<pre[^>]*><code>(.*?)</code></pre>", made.text, re.DOTALL)
    assert found is not None, made.text
    ended = await asyncio.to_thread(
        subprocess.run, ["sh", "-c", unescape(found[1])], capture_output=True, text=True, timeout=30, check=True
    )
    told = json.loads(ended.stdout)
    assert (told.get("result"), told.get("status"), "conversations" in told, "events" in told) in (
        ("SUCCESS", None, False, False),
        (None, "success", False, False),
        (None, None, True, False),
        (None, None, False, True),
    ), told


async def test_a_token_of_an_unknown_contract_is_not_made(
    browser: Browser, linus: User, sql: asyncpg.Connection
) -> None:
    await browser.sign_in(linus)
    before = await sql.fetchval("select count(*) from tokens where account_id = $1", linus.account_id)
    assert (await browser.post("/inbox/first-token", "/inbox/first-token", dialect="x")).status_code == 404
    assert await sql.fetchval("select count(*) from tokens where account_id = $1", linus.account_id) == before


async def test_who_administers_nothing_gets_no_token(browser: Browser, world: World, database: Database) -> None:
    await give_password(database, world, world.mary)
    await browser.sign_in(world.mary)
    shown = await browser.http.get("/inbox/first-token")
    made = await browser.post("/inbox/first-token", INSIDE, dialect="native")
    assert [shown.status_code, made.status_code] == [403, 403]


# ── Letting an app in with the session ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def program(database: Database, world: World, browser: Browser) -> Program:
    """An app that sends this browser here."""
    return await register(database, world, browser.http)


async def test_who_is_signed_in_decides_at_once(program: Program, browser: Browser, linus: User, world: World) -> None:
    await browser.sign_in(linus)
    asked = await browser.http.get(PAGE, params=program.asks)
    assert "Let Lamps &amp; Mirrors in?" in asked.text
    assert 'type="password"' not in asked.text
    sent = {"_csrf": token(asked), "decision": "allow", "place": str(world.lamplight.workspace.id)}
    decided = await browser.http.post(PAGE, params=program.asks, data=sent)
    code = answer(decided)["code"]
    assert (await program.exchange(code)).status_code == 200


async def test_a_no_is_told(program: Program, browser: Browser, linus: User) -> None:
    await browser.sign_in(linus)
    asked = await browser.http.get(PAGE, params=program.asks)
    said = await browser.http.post(PAGE, params=program.asks, data={"_csrf": token(asked), "decision": "deny"})
    assert answer(said) == {"error": "access_denied", "state": "a state"}


async def test_no_other_page_can_let_an_app_in(
    program: Program, browser: Browser, another: Browser, linus: User, world: World
) -> None:
    await browser.sign_in(linus)
    await another.sign_in(linus)
    sent = {"decision": "allow", "place": str(world.lamplight.workspace.id)}
    foreign = token(await another.http.get(INSIDE))
    for more in ({}, {"_csrf": ""}, {"_csrf": "x" * 43}, {"_csrf": foreign}):
        refused = await browser.http.post(PAGE, params=program.asks, data=sent | more)
        assert (refused.status_code, "location" in refused.headers) == (403, False)
    good = {"_csrf": token(await browser.http.get(PAGE, params=program.asks))}
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        refused = await browser.http.post(PAGE, params=program.asks, data=sent | good, headers=headers)
        assert refused.status_code == 403
    browser.http.cookies.clear()
    refused = await browser.http.post(PAGE, params=program.asks, data=sent | good)
    assert (refused.status_code, "location" in refused.headers) == (409, False)


async def test_a_session_of_another_account_decides_nothing(
    browser: Browser, database: Database, world: World, http: httpx.AsyncClient, sql: asyncpg.Connection
) -> None:
    from koine import demo

    other = await demo.make(database, mark=f"-{world.account_id}-other")
    await give_password(database, other, other.linus)
    await browser.sign_in(other.linus)
    program = await register(database, world, browser.http)
    asked = await browser.http.get(PAGE, params=program.asks)
    assert 'type="password"' in asked.text
    sent = {
        "_csrf": token(await browser.http.get(INSIDE)),
        "decision": "allow",
        "place": str(world.lamplight.workspace.id),
    }
    refused = await browser.http.post(PAGE, params=program.asks, data=sent)
    assert (refused.status_code, "location" in refused.headers) == (409, False)
    assert BACK not in refused.text
