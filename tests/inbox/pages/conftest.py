"""Linus at his desk, and talk to look at."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from koine.core import markup
from koine.core.actor import Author, system
from koine.core.conversations import finding, messages, opening
from koine.core.conversations.model import Conversation, Opened, Opening, Posting, Said
from koine.core.sessions import sessions
from koine.core.sessions.model import Seen
from koine.core.users import signing_in
from koine.core.users.users import User
from koine.demo import World
from koine.postgres.database import Database
from tests.inbox.conftest import Browser, token
from tests.inbox.pages.shown import Shown


@dataclass(frozen=True, slots=True)
class Desk:
    """The first workspace's pages, for whoever is signed in."""

    browser: Browser
    database: Database
    world: World

    @property
    def root(self) -> str:
        return f"/inbox/w/{self.here}"

    @property
    def here(self) -> int:
        return self.world.lamplight.workspace.id

    async def get(self, path: str, status: int = 200, **headers: str) -> Shown:
        """A page of the workspace."""
        answer = await self.browser.http.get(self.root + path, headers=headers)
        assert answer.status_code == status, answer.text
        return Shown(answer.text)

    async def post(self, path: str, *, partial: bool = False, **fields: str | list[str]) -> Shown:
        """Send a form of the list's page; what it leads to, or what the page's script is told."""
        known = token(await self.browser.http.get(f"{self.root}/all"))
        headers = {"koine-partial": "1"} if partial else {}
        sent = await self.browser.http.post(self.root + path, data={"_csrf": known} | fields, headers=headers)
        if partial:
            assert sent.status_code == 200, sent.text
            return Shown(sent.text)
        assert sent.status_code == 303, sent.text
        return Shown((await self.browser.http.get(sent.headers["location"])).text)

    async def refused(self, path: str, **fields: str) -> int:
        """The status with which a form is refused."""
        known = token(await self.browser.http.get(f"{self.root}/all"))
        return (await self.browser.http.post(self.root + path, data={"_csrf": known} | fields)).status_code

    async def talk(self, subject: str = "The lamp", text: str = "It flickers.", html: str | None = None) -> Opened:
        """A contact begins to talk."""
        place = self.world.lamplight
        author = Author("contact", place.contacts[0].id)
        cleaned = None if html is None else markup.clean(html)
        said = Said(text, cleaned, author=author, direction="in", channel="email", state="received")
        wanted = Opening(self.here, subject, said, inbox_id=place.inbox.id, contact_id=place.contacts[0].id)
        async with self.database.writing((self.here,)) as tx:
            (opened,) = await opening.open(tx, system(self.world.account_id, self.here), [wanted])
        return opened

    async def say(self, talk: Opened, *texts: str) -> list[int]:
        """The contact says more; the ids of what they said."""
        author = Author("contact", self.world.lamplight.contacts[0].id)
        by = system(self.world.account_id, self.here)
        ids = []
        for text in texts:
            said = Said(text, author=author, direction="in", channel="email", state="received")
            async with self.database.writing((self.here,)) as tx:
                (posted,) = await messages.post(tx, by, [Posting(talk.id, said)])
            assert posted is not None
            ids.append(posted.id)
        return ids

    async def now(self, talk: Opened) -> Conversation:
        """How it stands."""
        async with self.database.reading((self.here,)) as tx:
            return await finding.by_id(tx, self.world.acting(self.world.linus, "Admin", self.world.lamplight), talk.id)


async def session(database: Database, world: World, person: User) -> str:
    """The secret of a new session of somebody; how people come by one is tested elsewhere, and takes its time."""
    async with database.writing(()) as tx:
        by = await signing_in.acting(tx, world.account_id, person.id)
        assert by is not None
        return (await sessions.begin(tx, by, came_by="password", seen=Seen("203.0.113.7", "a test"))).secret


@pytest.fixture
async def desk(browser: Browser, world: World, database: Database) -> Desk:
    """Linus is signed in."""
    browser.http.cookies.set("koine", await session(database, world, world.linus))
    return Desk(browser, database, world)
