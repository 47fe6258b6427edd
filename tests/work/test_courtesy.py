"""What goes on behind the requests gives way to them, and is done all the same."""

from __future__ import annotations

import asyncio
import time

import pytest

from koine.dialects import traffic
from koine.dialects.traffic import Traffic
from koine.work.courtesy import SHARE, Courtesy


async def test_with_few_requests_nobody_waits() -> None:
    courtesy = Courtesy(lambda: False)
    loop = asyncio.get_running_loop()
    before = loop.time()
    for _ in range(1000):
        await courtesy.give_way(1.0)
    assert loop.time() - before < 1000 * 1.0 / SHARE / 100  # by far less than if each had waited for its turn


async def test_with_many_requests_all_together_get_their_share_and_no_more() -> None:
    courtesy, turns = Courtesy(lambda: True), 0

    async def work() -> None:
        nonlocal turns
        while True:
            await courtesy.give_way(0.005)
            turns += 1

    began = time.monotonic()
    workers = [asyncio.create_task(work()) for _ in range(5)]
    await asyncio.sleep(0.5)
    passed = time.monotonic() - began
    for worker in workers:
        worker.cancel()
    assert 1 <= turns <= passed * SHARE / 0.005 + 1


async def test_who_waits_goes_on_as_soon_as_requests_are_few() -> None:
    busy = True
    courtesy = Courtesy(lambda: busy)
    await courtesy.give_way(3600.0)
    waiting = asyncio.create_task(courtesy.give_way(0.001))
    await asyncio.sleep(0)
    assert not waiting.done()
    busy = False
    async with asyncio.timeout(30):
        await waiting


def test_one_request_after_the_other_is_little_and_many_at_once_are_much(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0

    class Clock:
        @staticmethod
        def monotonic() -> float:
            return now

    monkeypatch.setattr(traffic, "time", Clock)
    seen = Traffic()
    for _ in range(1000):  # one at a time, without a pause
        seen.begin()
        now += 0.002
        seen.end()
    assert not seen.busy
    for _ in range(16):
        seen.begin()
    assert not seen.busy  # not yet
    now += 0.2
    assert seen.busy
    for _ in range(16):
        seen.end()
    now += 0.5
    assert not seen.busy
