"""A partner that provides companies and people with nothing but its client id and secret."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import httpx

from koine.core.accounts import accounts
from koine.core.actor import system
from koine.dialects.tight import credentials
from koine.postgres.database import Database
from tests.dialects.tight.speaking import Json, Speaker, one


@dataclass(frozen=True)
class Partner:
    """A partner of its own: what it knows of itself, and whoever acts for it."""

    http: httpx.AsyncClient
    client_id: str
    client_secret: str
    account_id: int
    mark: str

    async def ask(self, **form: str) -> httpx.Response:
        return await self.http.post("/v6/auth/token", data=form, auth=(self.client_id, self.client_secret))

    async def speaker(self, **form: str) -> Speaker:
        """Whoever the form asks for: `userId`, `scope`."""
        answer = await self.ask(**form)
        assert answer.status_code == 200, answer.text
        return Speaker(self.http, answer.json()["access_token"])

    def person(self, name: str, **more: Any) -> Json:
        """Somebody as a partner describes them."""
        return {"userId": f"{name}-{self.mark}", "email": f"{name}-{self.mark}@example.com", **more}

    def described(self, name: str, *owners: Json, **more: Any) -> Json:
        """A company as a partner describes it."""
        return {"name": name, "entityType": "LLC", "owners": list(owners) or [self.person("olga")], **more}

    async def company(self, name: str = "Lamps", *owners: Json, **more: Any) -> Json:
        """A company that must be created."""
        return saved(await (await self.speaker()).post("/v6/company", self.described(name, *owners, **more)))

    async def bookkeeper(self, name: str = "bo", **more: Any) -> Json:
        """A bookkeeper who must be created."""
        body = {"data": [self.person(name, **more)]}
        return one(await (await self.speaker()).post("/v6/bookkeepers", body))


async def new(http: httpx.AsyncClient, database: Database) -> Partner:
    """A partner who has nothing yet."""
    mark = uuid.uuid4().hex[:8]
    async with database.writing(()) as tx:
        account = await accounts.found(tx, f"Partner {mark}")
        issued = await credentials.issue(tx, system(account.id), name="partner")
    return Partner(http, issued.key or "", issued.secret, account.id, mark)


def saved(answer: httpx.Response) -> Json:
    """A company that was saved, after a look at what stands beside it."""
    assert answer.status_code == 200, answer.text
    body: Json = answer.json()
    assert list(body) == ["result", "data", "error", "readyToLaunchUrl"]
    assert body["readyToLaunchUrl"].startswith("http")
    data: Json = body["data"]
    return data


async def trail(speaker: Speaker, id: str, **query: Any) -> list[Json]:
    """The entries of a page of a trail."""
    answer = await speaker.get(f"/v6/auditTrail/{id}", **query)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert list(body) == ["result", "data", "cursor", "error"]
    entries: list[Json] = body["data"]
    for entry in entries:
        assert list(entry) == ["id", "company", "editor", "action", "datetime", "revisions"]
        assert entry["id"].startswith("aud_")
        assert list(entry["editor"]) == ["id", "userId", "email"]
    return entries
