"""Somebody at a browser."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import unescape
from types import SimpleNamespace

import httpx
import pytest

from koine.core.second_factors import second_factors
from koine.core.users.users import User
from koine.demo import World
from koine.postgres.database import Database
from tests.dialects.highlevel.letting_in import PASSWORD, give_password


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser with its cookies, which fills in forms as a page has them."""

    http: httpx.AsyncClient

    async def post(self, path: str, on: str, **fields: str) -> httpx.Response:
        """Send a form to a path, with what the page that it is `on` has hidden in it."""
        shown = await self.http.get(on)
        assert shown.status_code == 200, shown.text
        return await self.http.post(path, data={"_csrf": token(shown)} | fields)

    async def sign_in(self, person: User, password: str = PASSWORD, **fields: str) -> httpx.Response:
        """Address and password."""
        return await self.post("/inbox/sign-in", "/inbox/sign-in", email=person.email, password=password, **fields)

    @property
    def session(self) -> str | None:
        """The secret of its session."""
        return self.http.cookies.get("koine")


def token(shown: httpx.Response) -> str:
    """What the forms of a page must say."""
    return hidden(shown, "_csrf")


def hidden(shown: httpx.Response, name: str) -> str:
    """A hidden field of a page."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)">', shown.text)
    assert found is not None, shown.text
    return unescape(found[1])


@pytest.fixture(autouse=True)
def _one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No step of the codes ends while a test runs, however loaded the machine is."""
    now = time.time()
    monkeypatch.setattr(second_factors, "time", SimpleNamespace(time=lambda: now))


@pytest.fixture
async def browser(base_url: str) -> AsyncIterator[Browser]:
    """One with no cookies yet."""
    async with httpx.AsyncClient(base_url=base_url, timeout=30) as client:
        yield Browser(client)


@pytest.fixture
async def another(base_url: str) -> AsyncIterator[Browser]:
    """Another one, somewhere else."""
    async with httpx.AsyncClient(base_url=base_url, timeout=30) as client:
        yield Browser(client)


@pytest.fixture
async def linus(world: World, database: Database) -> User:
    """Linus, who administers Lamplight and has a password."""
    await give_password(database, world, world.linus)
    return world.linus
