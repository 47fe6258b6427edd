"""A worker that is killed in the middle of a delivery loses none: it is made again, under the same id."""

from __future__ import annotations

import asyncio
import contextlib
import random
import subprocess
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from tests.outgoing.listeners import OK, Receiver, Request, says
from tests.reactions.telling import Telling, said
from tests.waiting import until
from tests.work import processes

SCRIPT = str(Path(__file__).parent / "calling.py")
LEASE = "0.5"  # seconds
LANES = 4  # webhooks, each with a queue of its own
RINGS = 100
KILLS = 5


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


async def test_of_two_workers_one_is_killed_again_and_again(telling: Telling, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them in the middle of something, whatever that is; what was answered last is what counts."""
    monkeypatch.setattr("koine.work.worker.POLL", 0.05)
    place = telling.world.lamplight
    rings = [str(number) for number in range(RINGS)]
    enough = asyncio.Event()

    async def think(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(random.random() / 50)
        if int(*said([request])) >= RINGS * 0.8:
            await enough.wait()
        await says(OK)(request, writer)

    async with contextlib.AsyncExitStack() as stack:
        receivers = [await stack.enter_async_context(Receiver(think).listening()) for _ in range(LANES)]
        await stack.enter_async_context(telling.relaying())
        issued = [await telling.create(receiver.url, place) for receiver in receivers]
        await telling.ring(place, *rings)
        workers = [await stack.enter_async_context(_another(telling)) for _ in range(2)]
        for _ in range(KILLS):
            some = min(_requests(receivers) + random.randint(10, 40), RINGS * LANES // 2)
            await until(lambda some=some: _reached(receivers, some))
            victim = random.randrange(len(workers))
            workers[victim].kill()
            workers[victim] = await stack.enter_async_context(_another(telling))
        assert not await _all_delivered(telling, [it.webhook.id for it in issued])
        enough.set()
        await until(lambda: _all_delivered(telling, [it.webhook.id for it in issued]))
    for receiver in receivers:
        assert set(said(receiver.requests)) == set(rings)
        told = zip(said(receiver.requests), receiver.requests, strict=True)
        ids = {(ring, request.headers["webhook-id"]) for ring, request in told}
        assert len(ids) == RINGS, "what came twice came under the same id"


@contextlib.asynccontextmanager
async def _another(telling: Telling) -> AsyncIterator[subprocess.Popen[str]]:
    """A worker of its own, beside us."""
    starting = processes.started(SCRIPT, telling.dsn, str(telling.keys), LEASE)
    process = await asyncio.to_thread(starting.__enter__)
    try:
        yield process
    finally:
        await asyncio.to_thread(starting.__exit__, None, None, None)


def _requests(receivers: Sequence[Receiver]) -> int:
    return sum(len(receiver.requests) for receiver in receivers)


async def _reached(receivers: Sequence[Receiver], requests: int) -> bool:
    return _requests(receivers) >= requests


async def _all_delivered(telling: Telling, webhooks: Sequence[int]) -> bool:
    async with telling.database.reading(telling.by.workspaces) as tx:
        found = await tx.value(
            "select count(*) from webhook_deliveries where webhook_id = any ($1::bigint[]) and state = 'delivered'",
            webhooks,
        )
    return bool(found == RINGS * LANES)
