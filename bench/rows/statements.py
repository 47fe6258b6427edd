"""How many statements each request costs, counted at the driver of the application itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg
from starlette.types import ASGIApp, Message

from bench import requests
from bench.load import filling
from bench.measuring import Bench
from koine import app
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from koine.realtime.hub import Hub

MOST = 2


def counted(bench: Bench) -> None:
    """Statements for each request, once the token is known and the connection set to the workspace."""
    for work, sent in _requests(bench).items():
        ran = asyncio.run(_run(bench, sent))
        bench.add("S", f"statements of a {work}", str(len(ran)), f"≤ {MOST}", len(ran) <= MOST, sql=ran)


def _requests(bench: Bench) -> dict[str, tuple[bytes, bytes]]:
    """Each twice: the first one is not counted."""
    house = bench.yard()
    token, place = bench.tight(house), house.usual
    known = asyncio.run(filling.contacts(bench.stack.address, place, 2))
    location = place.highlevel, place.uuid
    desk = house.libredesk, place.inbox_id
    return {
        "create through Tight": _twice(requests.tight_create(token)),
        "create through HighLevel": (
            requests.highlevel_create(*location, known[0][0]),
            requests.highlevel_create(*location, known[1][0]),
        ),
        "create through Libredesk": _twice(requests.libredesk_create(*desk, known[0][1])),
        "post through Tight": _twice(requests.tight_post(token, place.first)),
        "query through Tight": _twice(requests.tight_query(token, {"limit": 25})),
        "search through HighLevel": _twice(
            requests.get(
                "/conversations/search?limit=25&status=unread",
                {"Authorization": f"Bearer {place.highlevel}", "Version": "v3"},
            )
        ),
        "list of messages through Tight": _twice(requests.tight_messages(token, house.short)),
    }


def _twice(request: bytes) -> tuple[bytes, bytes]:
    return request, request


async def _run(bench: Bench, sent: tuple[bytes, bytes]) -> list[str]:
    """The statements of the second request. The fastest way to know them is to be the server."""
    ran: list[str] = []
    with _heard(ran):
        database = await Database.open(bench.stack.address.dsn("koine_app"), size=1)
    try:
        hub = Hub(database, Notices(bench.stack.address.dsn("koine_app")))  # nobody follows, so it need not be open
        served = app.create(database, base_url=bench.stack.base_url, hub=hub)
        await _answer(served, sent[0])
        await asyncio.sleep(0.01)  # statements are told of a moment later
        ran.clear()
        await _answer(served, sent[1])
        await asyncio.sleep(0.01)
        return ran
    finally:
        await database.close()


@contextmanager
def _heard(ran: list[str]) -> Iterator[None]:
    """Every connection that is opened meanwhile writes down what it runs, for as long as it lives."""
    connect = asyncpg.connect

    async def connected(*place: Any, **how: Any) -> asyncpg.Connection:
        connection: asyncpg.Connection = await connect(*place, **how)
        connection.add_query_logger(lambda query: ran.append(query.query))
        return connection

    asyncpg.connect = connected  # type: ignore[assignment]
    try:
        yield
    finally:
        asyncpg.connect = connect


async def _answer(served: ASGIApp, request: bytes) -> None:
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, target, _ = first.split(" ")
    path, _, query = target.partition("?")
    headers = [tuple(part.strip().encode() for part in line.split(":", 1)) for line in lines]
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "scheme": "http",
        "server": ("localhost", 80),
        "client": ("localhost", 1),
        "headers": [(name.lower(), value) for name, value in headers],
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] >= 300:
            raise RuntimeError(f"unexpected answer {message['status']} to {first}")

    await served(scope, receive, send)
