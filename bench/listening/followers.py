"""Many who follow the feed of one workspace. Arguments: host, port, path, token and how many."""

from __future__ import annotations

import asyncio
import sys
from typing import cast

from bench.listening import ear
from bench.listening.ear import Ear

AT_ONCE = 50  # that connect


class Follower(asyncio.Protocol):
    """One stream; `begun` when its first piece is there."""

    def __init__(self, listening: Ear, request: bytes) -> None:
        self.begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._listening = listening
        self._request = request
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast(asyncio.Transport, transport).write(self._request)

    def data_received(self, data: bytes) -> None:
        self._rest = self._listening.note(self._rest + data)
        if not self.begun.done():
            if data.startswith(b"HTTP/1.1 200 "):
                self.begun.set_result(None)
            else:
                self.begun.set_exception(RuntimeError(data.decode(errors="replace")))

    def connection_lost(self, exc: Exception | None) -> None:
        sys.exit("a stream has ended")


async def main() -> None:
    """Connect all of them, and listen."""
    host, port, path, token, count = sys.argv[1:]
    head = [f"GET {path} HTTP/1.1", "Host: localhost", "Accept: text/event-stream", f"Authorization: Bearer {token}"]
    request = "\r\n".join([*head, "", ""]).encode()
    listening, loop = Ear(), asyncio.get_running_loop()
    for first in range(0, int(count), AT_ONCE):
        together = range(min(AT_ONCE, int(count) - first))
        made = [loop.create_connection(lambda: Follower(listening, request), host, int(port)) for _ in together]
        await asyncio.gather(*(follower.begun for _, follower in await asyncio.gather(*made)))
    await listening.answer(int(count))


if __name__ == "__main__":
    ear.listen(main)
