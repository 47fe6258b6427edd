"""An app of somebody else's, and a person at a browser who lets it in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from koine.core.actor import system
from koine.core.apps import apps
from koine.core.apps.model import App, Audience, Wanted
from koine.core.users import passwords
from koine.core.users.users import User
from koine.demo import World
from koine.dialects.highlevel import scopes
from koine.postgres.database import Database

BACK = "https://client.example/back"
PASSWORD = "a lamp at the harbour"
PAGE = "/oauth/chooselocation"


@dataclass(frozen=True, slots=True)
class Program:
    """A registered app, its secret, and a client of its own."""

    app: App
    secret: str
    http: httpx.AsyncClient

    @property
    def asks(self) -> dict[str, str]:
        """The query with which it sends somebody here."""
        return {
            "response_type": "code",
            "client_id": self.app.client_id,
            "redirect_uri": BACK,
            "scope": " ".join(self.app.scopes),
            "state": "a state",
        }

    async def token(self, **fields: str) -> httpx.Response:
        """Ask for a token."""
        own = {"client_id": self.app.client_id, "client_secret": self.secret}
        return await self.http.post("/oauth/token", data=own | fields)

    async def exchange(self, code: str, **fields: str) -> httpx.Response:
        """Change a code."""
        return await self.token(grant_type="authorization_code", code=code, redirect_uri=BACK, **fields)

    async def refresh(self, refresh: str, **fields: str) -> httpx.Response:
        """Change a refresh token."""
        return await self.token(grant_type="refresh_token", refresh_token=refresh, **fields)

    async def sign_in(self, email: str, password: str = PASSWORD, **asks: str) -> httpx.Response:
        """The person signs in; the page that follows."""
        sent = {"email": email, "password": password}
        return await self.http.post(PAGE, params=self.asks | asks, data=sent)

    async def decide(
        self, known: str, place: int | None = None, decision: str = "allow", **asks: str
    ) -> httpx.Response:
        """The person decides; where they are sent."""
        sent = {"known": known, "decision": decision} | ({} if place is None else {"place": str(place)})
        return await self.http.post(PAGE, params=self.asks | asks, data=sent)

    async def let_in(self, person: User, place: int | None = None, **asks: str) -> str:
        """Somebody lets it in; the code."""
        asked = await self.sign_in(person.email, **asks)
        assert asked.status_code == 200, asked.text
        decided = await self.decide(known(asked), place, **asks)
        assert decided.status_code == 303, decided.text
        return answer(decided)["code"]

    async def installed(self, person: User, place: int | None = None) -> dict[str, Any]:
        """Somebody lets it in, and it takes its tokens."""
        got = await self.exchange(await self.let_in(person, place))
        assert got.status_code == 200, got.text
        tokens: dict[str, Any] = got.json()
        return tokens


def known(asked: httpx.Response) -> str:
    """The secret by which the page knows who signed in."""
    found = re.search(r'name="known" value="([^"]+)"', asked.text)
    assert found is not None, asked.text
    return found[1]


def answer(away: httpx.Response) -> dict[str, str]:
    """What an app is told in the address to which the browser is sent back."""
    assert away.status_code == 303
    address = away.headers["location"]
    assert address.startswith(BACK)
    return {name: value for name, (value,) in parse_qs(urlsplit(address).query, strict_parsing=True).items()}


async def register(
    database: Database,
    world: World,
    http: httpx.AsyncClient,
    audience: Audience = "workspace",
    asked: Sequence[str] = scopes.OF_APPS,
    name: str = "Lamps & Mirrors",
) -> Program:
    """A new app of the world's account."""
    wanted = Wanted("highlevel", name, [BACK, f"{BACK}/too?a=b"], asked, audience)
    async with database.writing(()) as tx:
        made = await apps.register(tx, system(world.account_id), wanted)
    return Program(made.app, made.secret, http)


async def give_password(database: Database, world: World, *people: User) -> None:
    """Let people sign in."""
    hashed = passwords.hashed(PASSWORD)
    async with database.writing(()) as tx:
        for person in people:
            await passwords.set_hash(tx, system(world.account_id), person, hashed)
