"""Agents and roles by forms: invited, let in once, given roles, disabled, removed."""

from __future__ import annotations

import re
from html import unescape

import asyncpg
import pytest

from koine.core.accounts import roles
from koine.core.actor import Actor, system
from koine.core.users import agents, users
from koine.core.users.users import User
from koine.demo import World
from koine.postgres.database import Database
from tests.dialects.highlevel.letting_in import give_password
from tests.inbox.conftest import Browser
from tests.inbox.test_settings_pages import root


def _by(world: World) -> Actor:
    return system(world.account_id, world.lamplight.workspace.id, world.harbour.workspace.id)


async def _role(database: Database, world: World, name: str) -> str:
    async with database.reading(()) as tx:
        return str(next(role.id for role in await roles.of_account(tx, world.account_id) if role.name == name))


def _link(text: str) -> str:
    found = re.search(r"<code>(http[^<]+/inbox/link/[^<]+)</code>", text)
    assert found is not None, text
    return unescape(found[1])


async def test_who_is_invited_comes_in_once_and_chooses_a_password(
    browser: Browser, another: Browser, linus: User, world: World, database: Database
) -> None:
    await browser.sign_in(linus)
    page = root(world) + "/agents"
    fields = {
        "email": f"nora{world.mary.id}@example.com",
        "first_name": "Nora",
        "role": await _role(database, world, "Agent"),
    }
    invited = await browser.post(page, f"{page}/new", **fields)
    assert (invited.status_code, "A link for Nora" in invited.text) == (200, True)
    assert "Has not come in yet" in (await browser.http.get(page)).text
    path = _link(invited.text)
    assert (await another.post(path, path)).status_code == 303
    profile = "/inbox/settings/profile"
    set_it = await another.post("/inbox/settings/password", profile, password="gravel ochre lamp nine")
    assert set_it.status_code == 303
    assert (await another.http.get(root(world))).status_code == 200
    assert (await another.http.get(root(world) + "/access")).status_code == 404
    assert (await browser.http.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"email": "nobody"}, "This cannot be read."),
        ({"email": ""}, "This cannot be read."),
        ({"email": "x" * 260 + "@example.com"}, "254 characters at most"),
        ({"first_name": "x" * 101}, "100 characters at most"),
        ({"role": "0"}, "There is no such one here."),
        ({"role": "x" * 40}, "There is no such one here."),
        ({"role": str(2**70)}, "There is no such one here."),
    ],
    ids=str,
)
async def test_an_invitation_that_will_not_do_keeps_what_was_typed(
    browser: Browser, linus: User, world: World, database: Database, wrong: dict[str, str], says: str
) -> None:
    await browser.sign_in(linus)
    page = root(world) + "/agents"
    good = {
        "email": "nora@example.com",
        "first_name": "Nora",
        "last_name": "N",
        "role": await _role(database, world, "Agent"),
    }
    refused = await browser.post(page, f"{page}/new", **(good | wrong))
    assert (refused.status_code, says in refused.text, 'name="last_name" value="N"' in refused.text) == (
        422,
        True,
        True,
    )


async def test_nobody_is_invited_twice(browser: Browser, linus: User, world: World, database: Database) -> None:
    await browser.sign_in(linus)
    page = root(world) + "/agents"
    role = await _role(database, world, "Agent")
    refused = await browser.post(page, f"{page}/new", email=world.mary.email.upper(), role=role)
    assert (refused.status_code, "Somebody with this address is here already." in refused.text) == (409, True)


async def test_a_member_of_elsewhere_gets_no_link_from_who_does_not_manage_there(
    browser: Browser, linus: User, world: World, database: Database
) -> None:
    """Whoever has the link is them, in the other workspaces too."""
    await browser.sign_in(linus)
    page = root(world) + "/agents"
    role = await _role(database, world, "Agent")
    invited = await browser.post(page, f"{page}/new", email=world.grace.email, role=role)
    assert (invited.status_code, "/inbox/link/" in invited.text) == (200, False)
    theirs = f"{page}/{world.grace.id}"
    assert (await browser.post(f"{theirs}/link", theirs)).status_code == 403
    assert (await browser.post(f"{theirs}/entry", theirs, enabled="no")).status_code == 403
    own = f"{page}/{world.mary.id}"
    assert _link((await browser.post(f"{own}/link", own)).text)


async def test_who_manages_people_gives_no_more_than_they_have(
    browser: Browser, world: World, database: Database, sql: asyncpg.Connection
) -> None:
    place = world.lamplight.workspace.id
    async with database.writing(_by(world).workspaces) as tx:
        lead = await roles.create(
            tx, _by(world), name="Lead", permissions=["users:manage", "conversations:read", "messages:read"]
        )
        await agents.give_role(tx, _by(world), place, world.mary.id, role_id=lead.id)
    await give_password(database, world, world.mary)
    await browser.sign_in(world.mary)
    page = root(world) + "/agents"
    form = (await browser.http.get(f"{page}/new")).text
    assert re.findall(r'<option value="\d+"[^>]*>([^<]+)', form) == ["Lead"]
    admin = await _role(database, world, "Admin")
    assert (await browser.post(page, f"{page}/new", email="n@example.com", role=admin)).status_code == 403
    linus = f"{page}/{world.linus.id}"
    assert 'method="post"' not in (await browser.http.get(linus)).text
    for act, fields in (("role", {"role": str(lead.id)}), ("entry", {"enabled": "no"}), ("removal", {}), ("link", {})):
        assert ((await browser.post(f"{linus}/{act}", f"{page}/new", **fields)).status_code, act) == (403, act)


async def test_another_role_signs_out_and_holds(
    browser: Browser, another: Browser, linus: User, world: World, database: Database
) -> None:
    await give_password(database, world, world.mary)
    await another.sign_in(world.mary)
    await browser.sign_in(linus)
    one = f"{root(world)}/agents/{world.mary.id}"
    given = await browser.post(f"{one}/role", one, role=await _role(database, world, "Admin"))
    assert given.headers["location"] == f"{one}?done=saved"
    assert (await another.http.get(root(world))).status_code == 303
    await another.sign_in(world.mary)
    assert (await another.http.get(root(world) + "/access")).status_code == 200


async def test_who_is_disabled_is_out_until_enabled(
    browser: Browser, another: Browser, linus: User, world: World, database: Database
) -> None:
    await give_password(database, world, world.mary)
    await another.sign_in(world.mary)
    await browser.sign_in(linus)
    one = f"{root(world)}/agents/{world.mary.id}"
    assert (await browser.post(f"{one}/entry", one, enabled="no")).headers["location"] == f"{one}?done=disabled"
    assert (await another.http.get(root(world))).status_code == 303
    assert (await another.sign_in(world.mary)).status_code == 422
    assert (await browser.post(f"{one}/link", one)).status_code == 404
    assert (await browser.post(f"{one}/entry", one, enabled="yes")).headers["location"] == f"{one}?done=enabled"
    assert (await another.sign_in(world.mary)).status_code == 303


async def test_who_is_removed_is_gone_and_the_last_administrator_stays(
    browser: Browser, linus: User, world: World
) -> None:
    await browser.sign_in(linus)
    page = root(world) + "/agents"
    one, own = f"{page}/{world.mary.id}", f"{page}/{linus.id}"
    assert (await browser.post(f"{one}/removal", one)).headers["location"] == f"{page}?done=removed"
    assert (await browser.http.get(one)).status_code == 404
    for act, fields in (("removal", {}), ("entry", {"enabled": "no"})):
        refused = await browser.post(f"{own}/{act}", own, **fields)
        assert (refused.status_code, "Nobody would be left" in refused.text) == (409, True)


async def test_a_role_is_made_changed_and_deleted(
    browser: Browser, linus: User, world: World, database: Database
) -> None:
    await browser.sign_in(linus)
    page = root(world) + "/roles"
    ticked = ["conversations:read", "messages:read"]
    made = await browser.post(page, f"{page}/new", name="Reader", permission=ticked)  # type: ignore[arg-type]
    assert made.headers["location"] == f"{page}?done=created"
    one = f"{page}/{await _role(database, world, 'Reader')}"
    assert (await browser.http.get(one)).text.count(" checked") == 2
    more = [*ticked, "tags:manage"]
    assert (await browser.post(one, one, name="Reader II", permission=more)).status_code == 303  # type: ignore[arg-type]
    shown = (await browser.http.get(one)).text
    assert (shown.count(" checked"), "Reader II" in shown) == (3, True)
    taken = await browser.post(one, one, name="agent", permission=ticked)  # type: ignore[arg-type]
    assert (taken.status_code, 'value="agent"' in taken.text, taken.text.count(" checked")) == (409, True, 2)
    unknown = await browser.post(one, one, name="Reader", permission="rule:the_world")
    assert (unknown.status_code, "This cannot be chosen." in unknown.text) == (422, True)
    assert (await browser.post(f"{one}/removal", one)).status_code == 303
    assert (await browser.http.get(one)).status_code == 404


async def test_built_in_roles_and_those_in_use_are_not_deleted(
    browser: Browser, linus: User, world: World, database: Database
) -> None:
    await browser.sign_in(linus)
    page = root(world) + "/roles"
    agent = f"{page}/{await _role(database, world, 'Agent')}"
    refused = await browser.post(f"{agent}/removal", agent)
    assert (refused.status_code, "programs know it by its name" in refused.text) == (409, True)
    async with database.writing(_by(world).workspaces) as tx:
        role = await roles.create(tx, _by(world), name="Clerk", permissions=["conversations:read"])
        await users.add(tx, _by(world), world.mary, world.lamplight.workspace.id, role="Clerk")
    one = f"{page}/{role.id}"
    refused = await browser.post(f"{one}/removal", one)
    assert (refused.status_code, "Somebody has this role." in refused.text) == (409, True)


async def test_what_the_built_in_agent_may_do_can_be_changed_and_its_name_cannot(
    browser: Browser, linus: User, world: World, database: Database, sql: asyncpg.Connection
) -> None:
    await browser.sign_in(linus)
    one = f"{root(world)}/roles/{await _role(database, world, 'Agent')}"
    assert 'name="name"' not in (await browser.http.get(one)).text
    ticked = ["conversations:read", "messages:read"]
    assert (await browser.post(one, one, name="Other", permission=ticked)).status_code == 303  # type: ignore[arg-type]
    row = await sql.fetchrow("select name, permissions from roles where id = $1", int(one.rpartition("/")[2]))
    assert (row["name"], sorted(row["permissions"])) == ("Agent", ticked)
