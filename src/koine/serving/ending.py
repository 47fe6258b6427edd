"""Ends that a process on an event loop waits for: that of another process, and its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Iterator

from koine.serving.stopping import Stop


@contextlib.contextmanager
def noticed(pid: int | None, gone: Callable[[], None]) -> Iterator[None]:
    """Call `gone` when this process ends; without asking again and again."""
    if pid is None:
        yield
        return
    loop = asyncio.get_running_loop()
    handle = os.pidfd_open(pid)

    def ended() -> None:
        loop.remove_reader(handle)
        gone()

    loop.add_reader(handle, ended)
    try:
        yield
    finally:
        loop.remove_reader(handle)
        os.close(handle)


@contextlib.contextmanager
def asked(stop: Stop) -> Iterator[asyncio.Event]:
    """An event that is set when we are asked to stop."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def end() -> None:
        loop.call_soon_threadsafe(ended.set)  # a signal may find the loop asleep

    with stop.told(end):
        yield ended
