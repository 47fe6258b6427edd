"""A worker that is killed in the middle of a delivery loses none: it is made again, under the same id."""

from __future__ import annotations

import asyncio
import contextlib
import random
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.outgoing.listeners import OK, Receiver, Request, says
from tests.reactions.telling import Telling, said
from tests.waiting import until
from tests.work import processes

SCRIPT = str(Path(__file__).parent / "calling.py")
LEASE = "0.3"


async def test_killed_while_it_waits_for_the_answer(telling: Telling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("koine.work.worker.POLL", 0.05)
    place = telling.world.lamplight
    arrived, answering = asyncio.Event(), False

    async def hang(request: Request, writer: asyncio.StreamWriter) -> None:
        arrived.set()
        if answering:
            await says(OK)(request, writer)
        else:
            await asyncio.Event().wait()

    async with Receiver(hang).listening() as receiver:
        issued = await telling.create(receiver.url, place)
        await telling.ring(place, "hello")
        async with telling.relaying(), _another(telling) as process:
            await arrived.wait()
            process.kill()
            await asyncio.to_thread(process.wait)
            assert await telling.tries(issued.webhook) == []
            answering = True
            async with telling.working():
                (tried,) = await telling.tried(issued.webhook, 1)
    assert said(receiver.requests) == ["hello", "hello"]
    first, second = receiver.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == str(tried.delivery)
    assert first.body == second.body
    assert (tried.state, tried.number) == ("delivered", 1)


async def test_killed_again_and_again(telling: Telling, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them in the middle of something, whatever that is; what was answered last is what counts."""
    monkeypatch.setattr("koine.work.worker.POLL", 0.05)
    place = telling.world.lamplight
    rings = [str(number) for number in range(120)]

    async def think(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(random.random() / 50)
        await says(OK)(request, writer)

    async with Receiver(think).listening() as receiver, telling.relaying():
        issued = await telling.create(receiver.url, place)
        await telling.ring(place, *rings)
        for _ in range(5):
            async with _another(telling) as process:
                enough = len(receiver.requests) + random.randint(1, 12)
                await until(lambda enough=enough: _reached(receiver, enough))
                process.kill()
                await asyncio.to_thread(process.wait)
        assert len(receiver.requests) < len(rings)
        async with telling.working():
            await until(lambda: _all_delivered(telling, issued.webhook.id, len(rings)))
    assert set(said(receiver.requests)) == set(rings)
    ids = {
        (ring, it.headers["webhook-id"]) for ring, it in zip(said(receiver.requests), receiver.requests, strict=True)
    }
    assert len(ids) == len(rings), "what came twice came under the same id"


@contextlib.asynccontextmanager
async def _another(telling: Telling) -> AsyncIterator[subprocess.Popen[str]]:
    """A worker of its own, beside us."""
    starting = processes.started(SCRIPT, telling.dsn, str(telling.keys), LEASE)
    process = await asyncio.to_thread(starting.__enter__)
    try:
        yield process
    finally:
        await asyncio.to_thread(starting.__exit__, None, None, None)


async def _reached(receiver: Receiver, requests: int) -> bool:
    return len(receiver.requests) >= requests


async def _all_delivered(telling: Telling, webhook_id: int, many: int) -> bool:
    async with telling.database.reading(telling.by.workspaces) as tx:
        found = await tx.value(
            "select count(*) from webhook_deliveries where webhook_id = $1 and state = 'delivered'", webhook_id
        )
    return bool(found == many)
