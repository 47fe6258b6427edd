"""A lost answer is harmless: who sends the same request with the same key again has done it once, and is told so."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from koine.postgres import embedded
from tests.cli.koine_process import copy, made, serving, tight_token
from tests.journeys.cutting import Cut, Proxy, between

AT_ONCE = 8
Json = dict[str, Any]


@dataclass(frozen=True)
class House:
    """One Koine in two processes that know nothing of each other, over one database."""

    servers: tuple[str, str]
    credentials: Json
    dsn: str
    tight: str


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    folder = copy(made(), tmp_path / "data")
    with serving("demo", data=folder) as one:
        address = embedded.reach(folder)
        assert address is not None
        dsn = address.dsn("koine_admin")
        with serving("serve", data=tmp_path / "other", KOINE_DATABASE_URL=dsn) as other:
            credentials = json.loads((folder / "demo-credentials.json").read_text())
            token = tight_token(one.base_url, credentials)
            yield House((one.base_url, other.base_url), credentials, dsn, token)


@dataclass
class Client:
    """Sends everything with a key, and again until there is an answer."""

    house: House
    http: httpx.AsyncClient
    told: dict[str, httpx.Response] = field(default_factory=dict)

    async def send(self, key: str, path: str, **request: Any) -> httpx.Response:
        headers = request.pop("headers", {}) | {"Idempotency-Key": key}
        while True:
            try:
                answer = await self.http.post(path, headers=headers, **request)
            except httpx.TransportError:
                continue
            if answer.status_code != 409:
                assert answer.status_code in (200, 201), answer.text
                self.told[key] = answer
                return answer
            await asyncio.sleep(0.005)  # the one whose answer was lost is still being answered

    async def in_tight(self, mark: str) -> None:
        """A conversation, and a second message in it."""
        headers = {"Authorization": f"Bearer {self.house.tight}"}
        item: Json = {"subject": mark, "message": {"text": f"{mark} first"}, "attachedEntityId": "btxn_1"}
        answer = await self.send(f"{mark}-a", "/v6/conversations", json={"data": [item]}, headers=headers)
        id = answer.json()["data"][0]["data"]["id"]
        item = {"conversationId": id, "text": f"{mark} second"}
        await self.send(f"{mark}-b", "/v6/messages", json={"data": [item]}, headers=headers)

    async def in_highlevel(self, mark: str) -> None:
        """A contact, and the conversation with them."""
        place = self.house.credentials["highlevel"][0]
        headers = {"Authorization": f"Bearer {place['token']}", "Version": "2021-07-28"}
        body = {"locationId": place["location_id"], "email": f"{mark}@example.com"}
        answer = await self.send(f"{mark}-a", "/contacts/", json=body, headers=headers)
        body = {"locationId": place["location_id"], "contactId": answer.json()["contact"]["id"]}
        await self.send(f"{mark}-b", "/conversations/", json=body, headers=headers)

    async def in_libredesk(self, mark: str) -> None:
        """A conversation with somebody new, asked for in JSON."""
        await self._libredesk(mark, "json")

    async def in_libredesk_by_form(self, mark: str) -> None:
        """The same, asked for by a form, of which every beginning could be a form of its own."""
        await self._libredesk(mark, "data")

    async def _libredesk(self, mark: str, kind: str) -> None:
        desk = self.house.credentials["libredesk"]
        body = {
            "inbox_id": desk["inbox_id"],
            "contact_email": f"{mark}@example.com",
            "first_name": "Mo",
            "initiator": "contact",
            "subject": mark,
            "content": f"{mark} first {'and more ' * 50}",
        }
        await self.send(
            f"{mark}-a", "/api/v1/conversations", auth=(desk["api_key"], desk["api_secret"]), **{kind: body}
        )


Maker = Callable[[Client, str], Awaitable[None]]

# For each conversation by its mark: how many there are of it, of its messages, its contact, and of the events of all.
MADE = """
with made as (
    select c.id, coalesce(nullif(c.subject, ''), split_part(k.email, '@', 1)) as mark, c.contact_id
      from conversations c left join contacts k on k.id = c.contact_id
)
select mark, count(*),
       (select count(*) from messages m where m.body_text like mark || ' %'),
       (select count(*) from contacts k where k.email = mark || '@example.com'),
       (select count(*) from events e where e.conversation_id = any (array_agg(made.id)))
  from made where mark ~ '^mark-' group by mark
"""

# One conversation with its messages and contact, and an event for each conversation and each message.
WHOLE = {
    "tight": (1, 2, 0, 3),
    "highlevel": (1, 0, 1, 1),
    "libredesk": (1, 1, 1, 2),
    "form": (1, 1, 1, 2),
}


async def make_all(house: House, proxy: Proxy, kinds: Mapping[str, Maker], rounds: int) -> Client:
    """Each kind so many times, some at once; the client who made them."""
    turn = asyncio.Semaphore(AT_ONCE)
    async with httpx.AsyncClient(base_url=proxy.url, timeout=60, limits=httpx.Limits()) as http:
        client = Client(house, http)

        async def make(maker: Maker, mark: str) -> None:
            async with turn:
                await maker(client, mark)

        async with asyncio.TaskGroup() as together:
            for number in range(rounds):
                for kind, maker in kinds.items():
                    together.create_task(make(maker, f"mark-{kind}-{number}"))
    return client


async def check(house: House, client: Client) -> None:
    """Each is there once and whole, and one answer is kept for each request."""
    connection = await asyncpg.connect(house.dsn)
    found = {mark: tuple(counts) for mark, *counts in await connection.fetch(MADE)}
    keys = await connection.fetchval("select count(*) from idempotency_keys")
    await connection.close()
    marks = {key.rpartition("-")[0] for key in client.told}
    assert found == {mark: WHOLE[mark.split("-")[1]] for mark in marks}
    assert keys == len(client.told)


async def test_an_answer_that_was_lost_after_the_commit_is_given_again_500_times(house: House) -> None:
    """The server has answered, hence committed; of the answer the client gets nothing, or a part."""
    parts = random.Random(1)

    def the_first_answer(key: str, time: int) -> Cut | None:
        return Cut(answered=parts.choice((0.0, 0.0, 0.01, 0.5, 0.99))) if time == 0 else None

    kinds = {"tight": Client.in_tight, "highlevel": Client.in_highlevel, "libredesk": Client.in_libredesk}
    async with between(house.servers, the_first_answer) as proxy:
        client = await make_all(house, proxy, kinds, 100)
    assert len(client.told) == 500
    assert set(proxy.times.values()) == {2}
    for key, answer in client.told.items():
        assert answer.headers.get("Idempotency-Replayed") == "true"
        (first, body), (again, _) = proxy.answers[key]
        assert (b"idempotency-replayed" in first, b"idempotency-replayed" in again) == (False, True)
        assert first.startswith(b"HTTP/1.1 %d " % answer.status_code)
        assert answer.content == body
    await check(house, client)


async def test_a_connection_may_be_lost_at_any_time(house: House) -> None:
    """In the middle of the request, at once after it, or while it is being answered; twice in a row."""
    chance = random.Random(2)

    def the_first_two(key: str, time: int) -> Cut | None:
        cuts = (
            Cut(asked=chance.uniform(0.3, 0.99), waits=0.0),
            Cut(waits=chance.choice((0.0, 0.001, 0.002, 0.004, 0.008))),
            Cut(answered=chance.uniform(0.0, 0.99)),
        )
        return chance.choice(cuts) if time < 2 else None

    kinds = {
        "tight": Client.in_tight,
        "highlevel": Client.in_highlevel,
        "libredesk": Client.in_libredesk,
        "form": Client.in_libredesk_by_form,
    }
    async with between(house.servers, the_first_two) as proxy:
        client = await make_all(house, proxy, kinds, 25)
    assert min(proxy.times.values()) >= 3
    for key, answer in client.told.items():
        said = {body for head, body in proxy.answers[key] if not head.startswith(b"HTTP/1.1 409 ")}
        assert said == {answer.content}
    await check(house, client)
