"""The settings of a workspace: who may look at which page, and that nothing is done that was not asked for by them."""

from __future__ import annotations

import re

from koine.core.permissions import ALL
from koine.core.users.users import User
from koine.demo import World
from koine.inbox.pages.settings import routes
from koine.inbox.shown import allowing
from koine.postgres.database import Database
from tests.dialects.highlevel.letting_in import give_password
from tests.inbox.conftest import Browser, token

EVERYBODYS = ("", "/general", "/agents", "/teams", "/inboxes", "/tags", "/statuses", "/events")
ADMINISTRATORS = (
    "/agents/new", "/roles", "/roles/new", "/access",
    "/access/new/native", "/access/new/tight", "/access/new/highlevel", "/access/new/libredesk",
)  # fmt: skip
ACTS = [path for method, path, _ in routes.PAGES if method == "POST"]
_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
ANY = {"webhook": "01890000-0000-7000-8000-000000000000", "dialect": "native"}


def root(world: World) -> str:
    """Where the settings of Lamplight are."""
    return f"/inbox/w/{world.lamplight.workspace.id}/settings"


def filled(path: str, id: int = 2**40) -> str:
    """A path of the table with something that is not there in its place."""
    return _PARAMETER.sub(lambda match: str(ANY.get(match[1], id)), path)


async def test_an_administrator_sees_every_page(browser: Browser, linus: User, world: World) -> None:
    await browser.sign_in(linus)
    for page in (*EVERYBODYS, *ADMINISTRATORS, "/webhooks"):
        shown = await browser.http.get(root(world) + page)
        assert (page, shown.status_code) == (page, 200)
        assert "Lamplight Ltd" in shown.text


async def test_an_agent_looks_and_changes_nothing(browser: Browser, world: World, database: Database) -> None:
    await give_password(database, world, world.mary)
    await browser.sign_in(world.mary)
    for page in EVERYBODYS:
        shown = await browser.http.get(root(world) + page)
        assert (page, shown.status_code, 'method="post"' in shown.text) == (page, 200, False)
    team = f"{root(world)}/teams/{world.lamplight.team_id}"
    for page in (team, f"{root(world)}/agents/{world.linus.id}", f"{root(world)}/inboxes/{world.lamplight.inbox.id}"):
        shown = await browser.http.get(page)
        assert (shown.status_code, 'method="post"' in shown.text) == (200, False), page
    for page in (*ADMINISTRATORS[1:], "/webhooks", "/webhooks/new"):
        assert ((await browser.http.get(root(world) + page)).status_code, page) == (404, page)
    index = (await browser.http.get(root(world))).text
    assert "API access" not in index
    assert "Statuses" in index


async def test_an_agents_forms_are_refused(browser: Browser, world: World, database: Database) -> None:
    await give_password(database, world, world.mary)
    await browser.sign_in(world.mary)
    csrf = token(await browser.http.get("/inbox/settings/profile"))
    fields = {"_csrf": csrf, "name": "Mine", "email": "x@example.com", "category": "open", "channel": "api"}
    for path in ACTS:
        answer = await browser.http.post(root(world) + filled(path), data=fields)
        assert answer.status_code in (403, 404), path


async def test_a_form_that_is_not_ours_does_nothing(browser: Browser, linus: User, world: World) -> None:
    await browser.sign_in(linus)
    shown = await browser.http.get(root(world) + "/general")
    good, other = {"_csrf": token(shown), "name": "Ours"}, {"sec-fetch-site": "cross-site"}
    for path in (root(world) + filled(path) for path in ACTS):
        for wrong in ({"name": "Theirs"}, {"name": "Theirs", "_csrf": "x"}):
            assert ((await browser.http.post(path, data=wrong)).status_code, path) == (403, path)
        assert ((await browser.http.post(path, data=good, headers=other)).status_code, path) == (403, path)
    assert "Theirs" not in (await browser.http.get(root(world) + "/general")).text


async def test_another_workspace_and_what_is_not_there_look_the_same(
    browser: Browser, linus: User, world: World
) -> None:
    await browser.sign_in(linus)
    harbour = world.harbour
    other = f"/inbox/w/{harbour.workspace.id}/settings"
    theirs = [f"{other}{page}" for page in (*EVERYBODYS, *ADMINISTRATORS)]
    theirs += [f"{root(world)}/teams/{harbour.team_id}", f"{root(world)}/inboxes/{harbour.inbox.id}"]
    theirs += [f"{root(world)}/agents/{world.grace.id}", f"{root(world)}/roles/{2**40}", f"{root(world)}/teams/{2**70}"]
    theirs += [f"{root(world)}/access/new/none", f"{root(world)}/webhooks/{ANY['webhook']}"]
    answers = [await browser.http.get(path) for path in theirs]
    assert [answer.status_code for answer in answers] == [404] * len(theirs)
    assert len({re.sub(r'nonce="[^"]+"|nonce-[\w-]+', "", answer.text) for answer in answers}) == 1


async def test_who_is_signed_out_is_led_to_the_sign_in_page(browser: Browser, world: World) -> None:
    for page in EVERYBODYS:
        answer = await browser.http.get(root(world) + page)
        assert (answer.status_code, answer.headers["location"].startswith("/inbox/sign-in")) == (303, True)


def test_a_roles_form_has_every_permission_once() -> None:
    shown = [permission for _, permissions in allowing.GROUPS for permission, _ in permissions]
    assert (sorted(shown), len(set(shown))) == (sorted(ALL), len(shown))
