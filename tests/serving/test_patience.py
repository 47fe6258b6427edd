"""A client may be slow, but not for ever, and may send much, but not without end."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest
from starlette.types import Receive, Scope, Send

from koine.serving import patience, web


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with as many bytes as the body had."""
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    body = str(size).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with served() as port:
        yield port


@pytest.fixture
async def impatient(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """The same, where a moment is long."""
    for name in ("FOR_HEAD", "FOR_BODY", "FOR_FAREWELL"):
        monkeypatch.setattr(patience, name, 0.2)
    monkeypatch.setattr(patience, "PAUSE", 0.05)
    async with served() as port:
        yield port


@contextlib.asynccontextmanager
async def served() -> AsyncIterator[int]:
    ready = asyncio.Event()
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listening:
        server = web.Server(web.config(echo), ready.set)
        serving = asyncio.create_task(server.serve(sockets=[listening.dup()]))
        watching = asyncio.create_task(patience.watch(server.server_state.connections))
        await ready.wait()
        yield listening.getsockname()[1]
        server.leave()
        await serving
        watching.cancel()


async def said(port: int, *parts: bytes) -> bytes:
    """All that the server says before it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with contextlib.closing(writer), contextlib.suppress(ConnectionError):
        for part in parts:
            writer.write(part)
            await writer.drain()
        return await asyncio.wait_for(_read(reader), 60)
    return b""


async def _read(reader: asyncio.StreamReader) -> bytes:
    found = b""
    with contextlib.suppress(ConnectionError):
        while part := await reader.read(65536):
            found += part
    return found


HEAD = b"POST / HTTP/1.1\r\nhost: koine\r\ncontent-length: 4\r\n"


@pytest.mark.parametrize(
    "part",
    [b"", b"POST / HT", HEAD, HEAD + b"\r\nab"],
    ids=["before it", "in the first line", "in the head", "in the body"],
)
async def test_a_client_that_stops_in_the_middle_of_a_request_is_let_go(impatient: int, part: bytes) -> None:
    assert await said(impatient, part) == b""


@pytest.mark.parametrize("part", [HEAD, HEAD + b"\r\nab"], ids=["in the head", "in the body"])
async def test_a_client_that_stops_in_the_middle_of_its_second_request_is_let_go(impatient: int, part: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", impatient)
    with contextlib.closing(writer):
        writer.write(HEAD + b"\r\nabcd")
        assert (await reader.readuntil(b"\r\n\r\n4")).startswith(b"HTTP/1.1 200")
        writer.write(part)
        assert await asyncio.wait_for(_read(reader), 60) == b""


async def test_a_client_that_goes_on_is_waited_for(impatient: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", impatient)
    with contextlib.closing(writer):
        for _ in range(4):
            writer.write(HEAD + b"\r\nabcd")
            assert (await reader.readuntil(b"\r\n\r\n4")).startswith(b"HTTP/1.1 200")
            await asyncio.sleep(0.15)  # longer in all than anybody is waited for


@pytest.mark.parametrize("filler", [b"a: b\r\n", b"a", b"a" * 1000 + b": " + b"b" * 1000 + b"\r\n"])
async def test_a_head_without_end_is_refused(port: int, filler: bytes) -> None:
    endless = filler * (16 * patience.LONGEST_HEAD // len(filler))
    assert (await said(port, b"GET / HTTP/1.1\r\n", endless)).startswith(b"HTTP/1.1 431")


async def test_a_path_without_end_is_refused(port: int) -> None:
    assert (await said(port, b"GET /" + b"a" * 16 * patience.LONGEST_HEAD)).startswith(b"HTTP/1.1 431")


async def test_a_long_head_that_ends_is_read(port: int) -> None:
    head = b"GET / HTTP/1.1\r\nhost: koine\r\nconnection: close\r\ncookie: " + b"a" * 50_000 + b"\r\n\r\n"
    assert (await said(port, head)).startswith(b"HTTP/1.1 200")


async def test_a_body_may_be_longer_than_a_head(port: int) -> None:
    size = 10 * patience.LONGEST_HEAD
    head = f"POST / HTTP/1.1\r\nhost: koine\r\nconnection: close\r\ncontent-length: {size}\r\n\r\n".encode()
    assert (await said(port, head, b"x" * size)).endswith(f"\r\n\r\n{size}".encode())


async def test_many_requests_on_one_connection_are_not_one_long_head(port: int) -> None:
    one = b"GET / HTTP/1.1\r\nhost: koine\r\n\r\n"
    many = 2 * patience.LONGEST_HEAD // len(one)
    last = b"GET / HTTP/1.1\r\nhost: koine\r\nconnection: close\r\n\r\n"
    assert (await said(port, one * many + last)).count(b"HTTP/1.1 200") == many + 1
