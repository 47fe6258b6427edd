"""Whoever is killed in the middle of 200 creates, every conversation that was acknowledged is there, once."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from koine.postgres import embedded
from tests.cli.koine_process import Serving, becomes, children, copy, finds_the_lamp, made, serving

CREATES = 200
AT_ONCE = 40
BEFORE_THE_KILL = 50

VERSION = {"Version": "2021-07-28"}


@dataclass
class Witness:
    """Makes conversations, and remembers which were acknowledged: the mark in each, and the path to read it again."""

    base_url: str
    credentials: dict[str, Any]
    kill: Callable[[], None]
    acknowledged: dict[str, str] = field(default_factory=dict)

    async def create_all(self) -> None:
        async with httpx.AsyncClient(base_url=self.base_url, timeout=60, limits=httpx.Limits()) as client:
            tight = await self._tight_token(client)
            makers = (self._in_tight, self._in_tight_by_two, self._in_highlevel, self._in_libredesk)
            turn = asyncio.Semaphore(AT_ONCE)

            async def make(number: int) -> None:
                async with turn:
                    try:
                        await makers[number % len(makers)](client, f"mark-{number}", tight)
                    except (httpx.TransportError, httpx.HTTPStatusError):
                        return  # not acknowledged: it may be there, or not

            await asyncio.gather(*(make(number) for number in range(CREATES)))

    def _note(self, paths: dict[str, str]) -> None:
        before = len(self.acknowledged)
        self.acknowledged |= paths
        if before < BEFORE_THE_KILL <= len(self.acknowledged):
            self.kill()

    async def _tight_token(self, client: httpx.AsyncClient) -> dict[str, str]:
        tight = self.credentials["tight"]
        answer = await client.post(
            "/v6/auth/token",
            data={"userId": tight["users"][0]["user_id"]},
            auth=(tight["client_id"], tight["client_secret"]),
        )
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    async def _in_tight(self, client: httpx.AsyncClient, mark: str, token: dict[str, str]) -> None:
        await self._save_in_tight(client, [mark], token)

    async def _in_tight_by_two(self, client: httpx.AsyncClient, mark: str, token: dict[str, str]) -> None:
        await self._save_in_tight(client, [f"{mark}-a", f"{mark}-b"], token)

    async def _save_in_tight(self, client: httpx.AsyncClient, marks: list[str], token: dict[str, str]) -> None:
        items = [{"subject": mark, "message": {"text": mark}, "attachedEntityId": "btxn_1"} for mark in marks]
        answer = await _good(client.post("/v6/conversations", json={"data": items}, headers=token))
        made = zip(marks, answer["data"], strict=True)
        self._note({mark: f"/v6/conversations/{one['data']['id']}" for mark, one in made if one["statusCode"] == 200})

    async def _in_highlevel(self, client: httpx.AsyncClient, mark: str, tight: dict[str, str]) -> None:
        place = self.credentials["highlevel"][0]
        headers = VERSION | {"Authorization": f"Bearer {place['token']}"}
        body = {"locationId": place["location_id"]}
        contact = await _good(client.post("/contacts/", json=body | {"email": f"{mark}@example.com"}, headers=headers))
        body |= {"contactId": contact["contact"]["id"]}
        answer = await _good(client.post("/conversations/", json=body, headers=headers))
        self._note({mark: f"/conversations/{answer['conversation']['id']}"})

    async def _in_libredesk(self, client: httpx.AsyncClient, mark: str, tight: dict[str, str]) -> None:
        desk = self.credentials["libredesk"]
        body = {
            "inbox_id": desk["inbox_id"],
            "contact_email": f"{mark}@example.com",
            "first_name": "Mo",
            "subject": mark,
            "content": mark,
            "initiator": "contact",
        }
        key = (desk["api_key"], desk["api_secret"])
        answer = await _good(client.post("/api/v1/conversations", json=body, auth=key))
        self._note({mark: f"/api/v1/conversations/{answer['data']['uuid']}"})


async def _good(answering: Awaitable[httpx.Response]) -> Any:
    return (await answering).raise_for_status().json()


async def stored(folder: Path) -> dict[str, list[tuple[str, int]]]:
    """Each mark's conversations, as the paths by which they are read, with the number of messages in each."""
    address = embedded.reach(folder)
    assert address is not None
    connection = await asyncpg.connect(address.dsn("koine_admin"))
    rows = await connection.fetch(
        """
        select c.id, c.uuid, coalesce(substring(c.subject from '^mark-[0-9]+(?:-[ab])?'),
                                      substring(k.email from '^mark-[0-9]+')) as mark,
               (select count(*) from messages m where m.workspace_id = c.workspace_id and m.conversation_id = c.id)
                 as messages
          from conversations c left join contacts k on k.workspace_id = c.workspace_id and k.id = c.contact_id
        """
    )
    await connection.close()
    found: dict[str, list[tuple[str, int]]] = {}
    for row in rows:
        if row["mark"]:
            found.setdefault(row["mark"], []).append((str(row["id"]), row["messages"]))
    return found


def read_again(base_url: str, credentials: dict[str, Any], paths: list[str]) -> list[int]:
    """The statuses of what was acknowledged, asked for through the contract that it was made by."""
    witness = Witness(base_url, credentials, lambda: None)
    desk, place = credentials["libredesk"], credentials["highlevel"][0]

    async def read() -> list[int]:
        async with httpx.AsyncClient(base_url=base_url, timeout=60) as client:
            ways: dict[str, dict[str, Any]] = {
                "v6": {"headers": await witness._tight_token(client)},
                "api": {"auth": (desk["api_key"], desk["api_secret"])},
                "conversations": {"headers": VERSION | {"Authorization": f"Bearer {place['token']}"}},
            }
            return [(await client.get(path, **ways[path.split("/")[1]])).status_code for path in paths]

    return asyncio.run(read())


def check(server: Serving, witness: Witness) -> None:
    """Every acknowledged conversation is there once and whole, and no other is there twice."""
    assert len(witness.acknowledged) >= BEFORE_THE_KILL
    assert {path.split("/")[1] for path in witness.acknowledged.values()} == {"v6", "api", "conversations"}
    found = asyncio.run(stored(server.folder))
    assert {mark: len(found.get(mark, [])) for mark in witness.acknowledged} == dict.fromkeys(witness.acknowledged, 1)
    assert [mark for mark, made in found.items() if len(made) > 1] == []
    by_highlevel = {mark for mark, path in witness.acknowledged.items() if path.startswith("/conversations/")}
    for mark in witness.acknowledged:
        ((_, messages),) = found[mark]
        assert messages == (0 if mark in by_highlevel else 1)
    assert set(read_again(server.base_url, witness.credentials, list(witness.acknowledged.values()))) == {200}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy(made(), tmp_path / "data")


def secrets(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "demo-credentials.json").read_text())
    return found


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_server_may_be_killed(folder: Path, workers: str) -> None:
    with serving("demo", "--workers", workers, data=folder) as server:
        witness = Witness(server.base_url, secrets(folder), server.process.kill)
        asyncio.run(witness.create_all())
        assert len(witness.acknowledged) < CREATES
        assert server.process.wait(30) == -signal.SIGKILL
    with serving("demo", "--workers", workers, data=folder) as server:
        check(server, witness)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_its_postgresql_may_be_killed(folder: Path, workers: str) -> None:
    with serving("demo", "--workers", workers, data=folder) as server:
        before = embedded.reach(folder)
        assert before is not None
        witness = Witness(server.base_url, secrets(folder), lambda: os.kill(before.pid, signal.SIGKILL))
        asyncio.run(witness.create_all())
        assert becomes(lambda: finds_the_lamp(server.base_url, witness.credentials))
        after = embedded.reach(folder)
        assert after is not None
        assert after.pid != before.pid
        check(server, witness)


def test_one_of_its_processes_may_be_killed(folder: Path) -> None:
    with serving("demo", "--workers", "2", data=folder) as server:
        one = next(pid for pid in children(server.process.pid) if pid not in server.database)
        witness = Witness(server.base_url, secrets(folder), lambda: os.kill(one, signal.SIGKILL))
        asyncio.run(witness.create_all())
        assert one not in children(server.process.pid)
        check(server, witness)


def test_a_process_of_its_postgresql_may_be_killed(folder: Path) -> None:
    """PostgreSQL then ends all its other processes, recovers, and goes on by itself."""
    with serving("demo", data=folder) as server:
        address = embedded.reach(folder)
        assert address is not None
        one = next(pid for pid in server.database if pid != address.pid)
        witness = Witness(server.base_url, secrets(folder), lambda: os.kill(one, signal.SIGKILL))
        asyncio.run(witness.create_all())
        assert becomes(lambda: finds_the_lamp(server.base_url, witness.credentials))
        check(server, witness)
