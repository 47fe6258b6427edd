"""Sessions: seen, ended, and ended by what they rest on; whoever has an open stream is gone within a second."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import asyncpg
import pytest

from koine.core.accounts import roles
from koine.core.actor import Actor, system
from koine.core.sessions import ending, sessions
from koine.core.sessions.register import Register
from koine.core.tokens.watch import Watch
from koine.core.users import agents, ownership, passwords, people, staff, users
from koine.core.users.staff import Reach
from koine.core.users.users import User
from koine.demo import World
from koine.postgres.database import Database, Tx
from tests.dialects.highlevel.letting_in import PASSWORD, give_password
from tests.inbox.conftest import Browser, token

PAGE = "/inbox/settings/sessions"
PROFILE = "/inbox/settings/profile"
NEW = "gravel ochre lamp nine"


async def test_one_sees_where_one_is_signed_in_and_nobody_elses(
    browser: Browser, another: Browser, linus: User, world: World, database: Database
) -> None:
    await give_password(database, world, world.mary)
    another.http.headers["user-agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
    await browser.sign_in(linus)
    await another.sign_in(linus)
    shown = await browser.http.get(PAGE)
    assert (shown.text.count('class="entry"'), shown.text.count("This browser")) == (2, 1)
    assert "Firefox on Linux" in shown.text
    another.http.cookies.clear()
    await another.sign_in(world.mary)
    assert (await another.http.get(PAGE)).text.count('class="entry"') == 1


async def test_one_can_be_ended_and_the_others_stay(browser: Browser, another: Browser, linus: User) -> None:
    await browser.sign_in(linus)
    await another.sign_in(linus)
    (path,) = re.findall(r'action="(/inbox/settings/sessions/\d+/revocation)"', (await browser.http.get(PAGE)).text)
    assert (await browser.post(path, PAGE)).status_code == 303
    assert (await another.http.get(PAGE)).status_code == 303
    assert (await browser.http.get(PAGE)).status_code == 200
    assert (await browser.post(path, PAGE)).status_code == 404


async def test_all_others_can_be_ended_at_once(browser: Browser, another: Browser, linus: User) -> None:
    await another.sign_in(linus)
    await browser.sign_in(linus)
    assert (await browser.post(f"{PAGE}/revocation", PAGE)).status_code == 303
    assert [(await each.http.get(PAGE)).status_code for each in (browser, another)] == [200, 303]


async def test_nobody_ends_the_session_of_somebody_else(
    browser: Browser, another: Browser, linus: User, world: World, database: Database, sql: asyncpg.Connection
) -> None:
    await give_password(database, world, world.mary)
    await browser.sign_in(linus)
    await another.sign_in(world.mary)
    theirs = await sql.fetchval("select max(id) from sessions where user_id = $1", linus.id)
    answers = [await another.post(f"{PAGE}/{id}/revocation", PAGE) for id in (theirs, 2**62, 2**64)]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert (await browser.http.get(PAGE)).status_code == 200


async def test_a_new_password_signs_out_everywhere_else(browser: Browser, another: Browser, linus: User) -> None:
    await another.sign_in(linus)
    await browser.sign_in(linus)
    changed = await browser.post("/inbox/settings/password", PROFILE, current=PASSWORD, password=NEW)
    assert changed.status_code == 303
    assert [(await each.http.get(PAGE)).status_code for each in (browser, another)] == [200, 303]
    assert (await another.sign_in(linus)).status_code == 422
    assert (await another.sign_in(linus, NEW)).status_code == 303


@pytest.mark.parametrize(
    ("current", "new", "says"),
    [
        ("not the password", NEW, "This is not your password."),
        ("", NEW, "This is not your password."),
        (PASSWORD, "short", "at least 12 characters"),
        (PASSWORD, "passwordpassword", "among the first"),
        (PASSWORD, "Linus Pauling", "known to everybody"),
    ],
)
async def test_a_password_that_will_not_do_changes_nothing(
    browser: Browser, another: Browser, linus: User, current: str, new: str, says: str
) -> None:
    await browser.sign_in(linus)
    refused = await browser.post("/inbox/settings/password", PROFILE, current=current, password=new)
    assert (refused.status_code, says in refused.text) == (422, True)
    assert (await another.sign_in(linus)).status_code == 303


# ── What ends sessions, and their streams ───────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Case:
    """Linus, with a session, and somebody over him."""

    tx: Tx
    by: Actor
    world: World
    session_id: int

    @property
    def himself(self) -> Actor:
        """Linus, at work."""
        return self.world.acting(self.world.linus, "Admin", self.world.lamplight)


async def _password(case: Case) -> None:
    await passwords.set_hash(case.tx, case.by, case.world.linus, "$argon2id$new")


async def _role(case: Case) -> None:
    await users.add(case.tx, case.by, case.world.linus, case.world.lamplight.workspace.id, role="Agent")


async def _given_role(case: Case) -> None:
    place = case.world.lamplight.workspace.id
    await users.add(case.tx, case.by, case.world.mary, place, role="Admin")
    (agent,) = (role for role in await roles.of_account(case.tx, case.by.account_id) if role.name == "Agent")
    await agents.give_role(case.tx, case.by, place, case.world.linus.id, role_id=agent.id)


async def _removed(case: Case) -> None:
    place = case.world.lamplight.workspace.id
    await users.add(case.tx, case.by, case.world.mary, place, role="Admin")
    await agents.remove(case.tx, case.by, place, case.world.linus.id)


async def _disabled(case: Case) -> None:
    await people.disable(case.tx, case.by, case.world.linus)


async def _revoked(case: Case) -> None:
    await sessions.revoke(case.tx, case.himself, case.session_id)


async def _signed_out(case: Case) -> None:
    await sessions.end(case.tx, case.himself, case.session_id)


async def _from_outside(case: Case) -> None:
    await ending.end_of_user(case.tx, case.by, case.world.linus.id, reason="revoked")


ENDINGS = (_password, _role, _given_role, _removed, _disabled, _revoked, _signed_out, _from_outside)


@pytest.mark.parametrize("end", ENDINGS, ids=lambda end: end.__name__)
async def test_a_session_ends_at_once_and_its_streams_within_a_second(
    browser: Browser,
    linus: User,
    world: World,
    database: Database,
    sql: asyncpg.Connection,
    end: Callable[[Case], Awaitable[None]],
) -> None:
    await browser.sign_in(linus)
    left = asyncio.Event()
    by = system(world.account_id, world.lamplight.workspace.id, world.harbour.workspace.id)
    id = await sql.fetchval("select max(id) from sessions where user_id = $1", linus.id)
    async with Watch(database, Register(database)).over(browser.session or "") as watched:
        watched.when_over(left.set)
        assert watched.by.id == linus.id
        async with database.writing(by.workspaces) as tx:
            await end(Case(tx, by, world, id))
        began = time.monotonic()
        assert (await browser.http.get(PAGE)).status_code == 303
        async with asyncio.timeout(10):
            await left.wait()
        assert time.monotonic() - began < 5  # a loaded machine; unloaded it is less than one
        assert not await watched.stays()


@pytest.mark.parametrize("end", ENDINGS, ids=lambda end: end.__name__)
async def test_an_open_page_hears_that_it_is_over_and_cannot_come_back(
    browser: Browser,
    linus: User,
    world: World,
    database: Database,
    sql: asyncpg.Connection,
    end: Callable[[Case], Awaitable[None]],
) -> None:
    await browser.sign_in(linus)
    by = system(world.account_id, world.lamplight.workspace.id, world.harbour.workspace.id)
    id = await sql.fetchval("select max(id) from sessions where user_id = $1", linus.id)
    path, headers = f"/inbox/w/{world.lamplight.workspace.id}/stream", {"accept": "text/event-stream"}
    async with browser.http.stream("GET", path, headers=headers) as stream, asyncio.timeout(15):
        pieces = stream.aiter_bytes()
        assert stream.status_code == 200
        assert await anext(pieces)
        async with database.writing(by.workspaces) as tx:
            await end(Case(tx, by, world, id))
        async for _ in pieces:
            pass
    assert (await browser.http.get(path, headers=headers)).status_code == 401


@pytest.mark.parametrize(
    "aged",
    [
        "expires_at = now()",
        "last_seen_at = now() - interval '14 days'",
        "revoked_at = now()",
    ],
)
async def test_a_session_ends_by_itself(browser: Browser, linus: User, sql: asyncpg.Connection, aged: str) -> None:
    await browser.sign_in(linus)
    assert (await browser.http.get(PAGE)).status_code == 200
    await sql.execute(f"update sessions set {aged} where user_id = $1", linus.id)
    assert (await browser.http.get(PAGE)).status_code == 303


async def test_when_it_was_seen_is_written_once_a_minute(
    browser: Browser, linus: User, sql: asyncpg.Connection
) -> None:
    await browser.sign_in(linus)
    query = "select last_seen_at from sessions where user_id = $1"
    first = await sql.fetchval(query, linus.id)
    await browser.http.get(PAGE)
    assert await sql.fetchval(query, linus.id) == first
    await sql.execute("update sessions set last_seen_at = now() - interval '2 minutes' where user_id = $1", linus.id)
    await browser.http.get(PAGE)
    assert await sql.fetchval(query, linus.id) > first


async def test_a_bookkeeper_who_leaves_or_loses_a_place_is_signed_out(
    world: World, database: Database, browser: Browser, sql: asyncpg.Connection
) -> None:
    await give_password(database, world, world.blaise, world.ada)
    by = system(world.account_id, world.lamplight.workspace.id, world.harbour.workspace.id)
    await browser.sign_in(world.blaise)
    async with database.writing(by.workspaces) as tx:
        found = await staff.find(tx, by, world.blaise.id)
        told = people.Person(world.blaise.external_id or "", world.blaise.email)
        await staff.change(tx, by, found, told, Reach([world.harbour.workspace.id]))
    assert (await browser.http.get(PAGE)).status_code == 303
    await browser.sign_in(world.blaise)
    async with database.writing(by.workspaces) as tx:
        await staff.remove(tx, by, await staff.find(tx, by, world.blaise.id))
    assert (await browser.http.get(PAGE)).status_code == 303
    await browser.sign_in(world.ada)
    async with database.writing(by.workspaces) as tx:
        owner = people.Person(world.grace.external_id or "", world.grace.email)
        await ownership.put(tx, by, world.lamplight.workspace.id, [owner])
    assert (await browser.http.get(PAGE)).status_code == 303


# ── What one settles for oneself ────────────────────────────────────────────────────────────────────────────────────


async def test_name_times_and_look_are_saved(browser: Browser, linus: User, sql: asyncpg.Connection) -> None:
    await browser.sign_in(linus)
    fields = {"first_name": " Linus\x00 C. ", "last_name": "Pauling", "time_zone": "Europe/Berlin", "theme": "dark"}
    assert (await browser.post(PROFILE, PROFILE, availability="away", **fields)).status_code == 303
    shown = await browser.http.get(PROFILE)
    assert 'data-theme="dark"' in shown.text
    assert "<option selected>Europe/Berlin</option>" in shown.text
    row = await sql.fetchrow("select first_name, availability from users where id = $1", linus.id)
    assert tuple(row) == ("Linus C.", "away")
    kinds = await sql.fetch("select kind from account_events where actor_id = $1 order by id desc limit 1", linus.id)
    assert kinds[0]["kind"] == "user.updated"


@pytest.mark.parametrize(
    "wrong",
    [
        {"first_name": "", "last_name": ""},
        {"first_name": "x" * 101},
        {"time_zone": "Europe/Nowhere"},
        {"time_zone": "../../etc/passwd"},
        {"theme": "pink"},
        {"availability": ""},
    ],
    ids=str,
)
async def test_what_will_not_do_is_refused(browser: Browser, linus: User, wrong: dict[str, str]) -> None:
    await browser.sign_in(linus)
    good = {"first_name": "L", "last_name": "P", "time_zone": "UTC", "theme": "auto", "availability": "online"}
    refused = await browser.post(PROFILE, PROFILE, **(good | wrong))
    assert (refused.status_code, 'class="problem"' in refused.text) == (422, True)


async def test_the_theme_can_be_chosen_from_anywhere(browser: Browser, linus: User) -> None:
    await browser.sign_in(linus)
    headers = {"koine-csrf": token(await browser.http.get(PROFILE)), "koine-partial": "1"}
    path = "/inbox/settings/preferences"
    assert (await browser.http.post(path, data={"theme": "dark"}, headers=headers)).status_code == 200
    assert 'data-theme="dark"' in (await browser.http.get(PROFILE)).text
    for wrong in ({"theme": "pink"}, {"theme": ""}, {"first_name": "x"}):
        assert (await browser.http.post(path, data=wrong, headers=headers)).status_code == 422
