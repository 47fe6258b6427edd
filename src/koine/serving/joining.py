"""Head and body of an answer in one packet: uvicorn writes them apart, which costs a call of the system each."""

from __future__ import annotations

import asyncio
from typing import Any


class Joined:
    """A transport that holds what is written back until the next write, or the end of this turn of the event loop."""

    __slots__ = ("_held", "_later", "_transport")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._later = asyncio.get_running_loop().call_soon
        self._held: bytes | None = None

    def write(self, data: bytes) -> None:
        """Soon."""
        held = self._held
        if held is None:
            self._held = data
            self._later(self._flush)
        else:
            self._held = None
            self._transport.write(held + data)

    def close(self) -> None:
        """Write what is held, and close."""
        self._flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def _flush(self) -> None:
        held, self._held = self._held, None
        if held is not None and not self._transport.is_closing():
            self._transport.write(held)
