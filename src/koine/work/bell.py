"""What wakes a loop that has nothing to do."""

from __future__ import annotations

import asyncio


class Bell:
    """Rung by whoever has something for the loop; rung twice before it looks, it looks once."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self, _: object = None) -> None:
        """Wake the loop, or have it not sleep at all."""
        self._rung.set()

    async def wait(self, seconds: float) -> None:
        """Sleep until it rings, or for so many seconds."""
        if not self._rung.is_set():
            try:
                async with asyncio.timeout(seconds):
                    await self._rung.wait()
            except TimeoutError:
                pass
        self._rung.clear()


def toll(bell: Bell, stop: asyncio.Event) -> asyncio.Task[bool]:
    """Ring the bell when it is time to stop. Cancel the task when the loop has ended."""
    tolling = asyncio.create_task(stop.wait(), name="toll")
    tolling.add_done_callback(bell.ring)
    return tolling
