"""The settings of a workspace: every page is drawn, for those who may look at it."""

from __future__ import annotations

import pytest

from koine.core.permissions import ALL
from koine.core.users.users import User
from koine.demo import World
from koine.inbox.pages.settings import routes
from koine.inbox.shown import allowing
from koine.postgres.database import Database
from tests.dialects.highlevel.letting_in import give_password
from tests.inbox.conftest import Browser

OF_EVERYBODY = ("", "/general", "/agents", "/teams", "/inboxes", "/tags", "/statuses", "/events")
OF_ADMINISTRATORS = ("/agents/new", "/roles", "/roles/new", "/access", "/access/new/tight", "/webhooks/new", "/webhooks")
ACTS = [path for method, path, _ in routes.PAGES if method == "POST"]


def root(world: World) -> str:
    """Where the settings of Lamplight are."""
    return f"/inbox/w/{world.lamplight.workspace.id}/settings"


@pytest.mark.parametrize("page", ["", "/general", "/agents", "/agents/new", "/roles", "/roles/new", "/teams", "/inboxes"])
async def test_an_administrator_sees_a_page(browser: Browser, linus: User, world: World, page: str) -> None:
    await browser.sign_in(linus)
    shown = await browser.http.get(root(world) + page)
    assert shown.status_code == 200, shown.text
    assert "Lamplight Ltd" in shown.text


@pytest.mark.parametrize("page", ["/tags", "/statuses", "/access", "/events", "/access/new/native", "/access/new/tight"])
async def test_an_administrator_sees_another_page(browser: Browser, linus: User, world: World, page: str) -> None:
    await browser.sign_in(linus)
    assert (await browser.http.get(root(world) + page)).status_code == 200


def test_a_roles_form_has_every_permission_once() -> None:
    shown = [permission for _, permissions in allowing.GROUPS for permission, _ in permissions]
    assert (sorted(shown), len(set(shown))) == (sorted(ALL), len(shown))
