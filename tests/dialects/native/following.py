"""A client of the feed: reads server-sent events as browsers do."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.waiting import PATIENCE

PATH = "/v1/events"
STREAM = {"Accept": "text/event-stream"}

Json = dict[str, Any]


@dataclass(frozen=True)
class Message:
    """One server-sent event; `id` is the last that was said by then."""

    id: str
    event: str
    data: Json


@dataclass
class Feed:
    """A stream that is being read. `at` is the last id that was said, `comments` all of them."""

    answer: httpx.Response
    at: str = ""
    comments: list[str] = field(default_factory=list)
    _messages: AsyncIterator[Message] | None = None

    async def take(self, count: int) -> list[Message]:
        """The next messages."""
        async with asyncio.timeout(PATIENCE):
            return [await anext(self._all()) for _ in range(count)]

    async def rest(self) -> list[Message]:
        """Everything until the server ends the stream, or breaks it off."""
        messages = []
        async with asyncio.timeout(PATIENCE):
            with contextlib.suppress(httpx.RemoteProtocolError, httpx.ReadError):
                async for message in self._all():
                    messages.append(message)
        return messages

    def _all(self) -> AsyncIterator[Message]:
        if self._messages is None:
            self._messages = self._read()
        return self._messages

    async def _read(self) -> AsyncIterator[Message]:
        event, data = "", []
        async for line in self.answer.aiter_lines():
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if not line:
                if data:
                    yield Message(self.at, event, json.loads("\n".join(data)))
                event, data = "", []
            elif not name:
                self.comments.append(value)
            elif name == "id":
                self.at = value
            elif name == "event":
                event = value
            elif name == "data":
                data.append(value)


@contextlib.asynccontextmanager
async def following(
    who: httpx.AsyncClient, *, last_event_id: str | int | None = None, **query: Any
) -> AsyncIterator[Feed]:
    """Follow the feed; it is being followed when the block begins."""
    headers = STREAM if last_event_id is None else {**STREAM, "Last-Event-ID": str(last_event_id)}
    async with who.stream("GET", PATH, params=query, headers=headers) as answer:
        assert answer.status_code == 200, await answer.aread()
        yield Feed(answer)


def positions(messages: list[Message]) -> list[int]:
    """Where these are in the feed; each says so twice."""
    assert [message.id for message in messages] == [str(message.data["position"]) for message in messages]
    return [message.data["position"] for message in messages]
