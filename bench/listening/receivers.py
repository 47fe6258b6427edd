"""Many addresses that webhooks call, of which some never answer. Arguments: how many answer, and how many do not."""

from __future__ import annotations

import asyncio
import sys
from typing import cast

from bench.listening import ear
from bench.listening.ear import Ear

_ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"
_LENGTH = b"content-length: "


class Receiver(asyncio.Protocol):
    """One connection to an address that takes what it is told."""

    def __init__(self, listening: Ear) -> None:
        self._listening = listening
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._got += data
        head = self._got.find(b"\r\n\r\n")
        if head < 0:
            return
        lower = self._got[:head].lower() + b"\r\n"
        at = lower.index(_LENGTH) + len(_LENGTH)
        if len(self._got) >= head + 4 + int(lower[at : lower.index(b"\r", at)]):
            self._listening.note(self._got[head:])
            self._got = b""
            self._transport.write(_ANSWER)


async def main() -> None:
    """Open all of them, and listen; says their ports, those first that answer."""
    answering, silent = map(int, sys.argv[1:])
    listening, loop = Ear(), asyncio.get_running_loop()
    servers = [await loop.create_server(lambda: Receiver(listening), "127.0.0.1", 0) for _ in range(answering)]
    servers += [await loop.create_server(asyncio.Protocol, "127.0.0.1", 0) for _ in range(silent)]
    await listening.answer([server.sockets[0].getsockname()[1] for server in servers])


if __name__ == "__main__":
    ear.listen(main)
