"""From a name to all of its addresses, as this machine's own configuration finds them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

# A name server may take half a minute to say nothing. The loop's own few threads would soon all wait for such ones.
THREADS = 128

Resolver = Callable[[str], Awaitable[Sequence[str]]]
"""A name in ASCII -> its addresses as text, the best one first. Raises OSError when there are none."""


class SystemResolver:
    """One getaddrinfo for each question; nothing is remembered."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="koine-names")

    async def __call__(self, name: str) -> Sequence[str]:
        return await asyncio.get_running_loop().run_in_executor(self._threads, _addresses, name)

    def close(self) -> None:
        """Wait for nobody who is still asking."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _addresses(name: str) -> list[str]:
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(where[0]) for *_, where in found))
