"""Waiting for what happens in its own time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

PATIENCE = 120.0  # seconds after which a test gives up: far more than anything takes


async def until(happened: Callable[[], Awaitable[object]]) -> None:
    """Return once it has happened."""
    async with asyncio.timeout(PATIENCE):
        while not await happened():  # noqa: ASYNC110 - what happens in the database rings no bell here
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def meanwhile(*runs: Callable[[asyncio.Event], Awaitable[None]]) -> AsyncIterator[asyncio.Event]:
    """Run these beside the test, and have them stop at its end; a failure of theirs is the test's."""
    stop = asyncio.Event()
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as together:
        for run in runs:
            together.create_task(_run(run, stop))
        try:
            yield stop
        finally:
            stop.set()


async def _run(run: Callable[[asyncio.Event], Awaitable[None]], stop: asyncio.Event) -> None:
    await run(stop)
