"""What the other side may say, for how long, and how much of it is read."""

from __future__ import annotations

import asyncio
import contextlib
import gzip

import pytest

from koine.outgoing import AddressRefused, Outgoing, Unreachable
from tests.outgoing.conftest import LOOPBACK, answers
from tests.outgoing.listeners import OK, drips, free_port, hangs, resets, says, until

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
FULL = 64 * 1024


async def test_the_answer_is_given_with_its_status_headers_and_body(receiving, outgoing):
    answer = b"HTTP/1.1 429 Slow down\r\nRetry-After: 7\r\nX-A: b\r\nx-a: c\r\nContent-Length: 4\r\n\r\nlate"
    receiver = await receiving(says(answer))
    reply = await outgoing.post(receiver.url, b"{}", {})
    assert (reply.status, reply.body) == (429, b"late")
    assert reply.headers == {"retry-after": "7", "x-a": "b, c", "content-length": "4"}
    assert reply.took > 0


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (CHUNKED + b"2\r\nab\r\n1;x=y\r\nc\r\n0\r\nTrailer: a\r\n\r\n", b"abc"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: a\r\n\r\n" + OK, b"ok"),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", b"until the end"),
        (HEAD + b"\r\nuntil the end", b"until the end"),
    ],
)
async def test_every_form_of_an_answer_is_read(receiving, outgoing, answer, body):
    receiver = await receiving(says(answer, then_closes=True))
    assert (await outgoing.post(receiver.url, b"{}", {})).body == body


@pytest.mark.parametrize(
    ("begin", "drop"),
    [
        (HEAD + b"Content-Length: 99999999999\r\n\r\n", b"x" * 50_000),
        (HEAD + b"\r\n", b"x" * 50_000),
        (CHUNKED, b"c350\r\n" + b"x" * 50_000 + b"\r\n"),
    ],
)
async def test_the_first_64_kb_of_a_body_are_read_and_then_no_more(receiving, outgoing, begin, drop):
    receiver = await receiving(drips(begin, drop, every=0))
    reply = await outgoing.post(receiver.url, b"{}", {})
    assert (reply.status, reply.body) == (200, b"x" * FULL)
    await receiver.left()


async def test_after_64_kb_nothing_more_is_waited_for(receiving, outgoing):
    receiver = await receiving(drips(HEAD + b"Content-Length: 70000\r\n\r\n" + b"x" * FULL, b"", every=1))
    assert (await outgoing.post(receiver.url, b"{}", {})).body == b"x" * FULL
    await receiver.left()


async def test_a_body_of_just_64_kb_is_whole(receiving, outgoing):
    receiver = await receiving(says(HEAD + b"Content-Length: %d\r\n\r\n" % FULL + b"x" * FULL))
    assert len((await outgoing.post(receiver.url, b"{}", {})).body) == FULL


async def test_a_body_in_countless_parts_is_cut(receiving, outgoing):
    receiver = await receiving(drips(CHUNKED, b"1\r\nx\r\n" * 1000, every=0))
    assert (await outgoing.post(receiver.url, b"{}", {})).body == b"x" * 1024
    await receiver.left()


async def test_a_packed_body_is_not_unpacked(receiving, outgoing):
    packed = gzip.compress(b"0" * 10_000_000)
    receiver = await receiving(
        says(HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed)
    )
    assert (await outgoing.post(receiver.url, b"{}", {})).body == packed
    assert receiver.requests[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("begin", "drop"),
    [
        (HEAD, b"X-A: b\r\n" * 1000),
        (HEAD + b"X-A: ", b"b" * 10_000),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
        (b"HTTP/1.1 200 ", b"O" * 10_000),
    ],
)
async def test_an_endless_head_is_given_up(receiving, outgoing, begin, drop):
    receiver = await receiving(drips(begin, drop, every=0))
    with pytest.raises(Unreachable, match="head of its answer is too long"):
        await outgoing.post(receiver.url, b"{}", {})
    await receiver.left()


ENDLESS = {
    "silence": hangs,
    "half a line": drips(b"HTTP/1.1 2", b"", every=1),
    "headers": drips(HEAD, b"X-A: b\r\n", every=0.01),
    "continue": drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n", every=0.01),
    "body": drips(HEAD + b"Content-Length: 60000\r\n\r\n", b"x", every=0.01),
    "chunks": drips(CHUNKED, b"1\r\nx\r\n", every=0.01),
    "trailers": drips(CHUNKED + b"0\r\n", b"X-A: b\r\n", every=0.01),
}


async def test_the_time_is_for_everything_together(receiving):
    """However often the other side says a little."""
    receivers = [await receiving(behaves) for behaves in ENDLESS.values()]
    async with Outgoing(allow=LOOPBACK, timeout=1.0) as client:
        posting = (client.post(receiver.url, b"{}", {}) for receiver in receivers)
        ends = dict(zip(ENDLESS, await asyncio.gather(*posting, return_exceptions=True), strict=True))
    assert {name: repr(end) for name, end in ends.items()} == dict.fromkeys(ENDLESS, "Unreachable('timed out')")
    for receiver in receivers:
        assert len(receiver.requests) == 1
        await receiver.left()


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_server_that_reads_nothing_is_given_up(scheme, authority):
    """For https it hangs in the handshake."""
    connected, over = asyncio.Event(), asyncio.Event()

    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.pause_reading()
        connected.set()
        await over.wait()
        writer.transport.abort()

    async with await asyncio.start_server(deaf, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with Outgoing(allow=LOOPBACK, timeout=0.5, trust=authority.trusting()) as client:
            with pytest.raises(Unreachable, match="timed out"):
                await client.post(f"{scheme}://127.0.0.1:{port}/", b"x" * 20_000_000, {})
        await asyncio.wait_for(connected.wait(), 10)
        over.set()


async def test_who_answers_without_reading_is_heard():
    async def hasty(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.pause_reading()
        writer.write(b"HTTP/1.1 413 Too much\r\nContent-Length: 0\r\n\r\n")
        await over.wait()
        writer.transport.abort()

    over = asyncio.Event()
    async with await asyncio.start_server(hasty, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with Outgoing(allow=LOOPBACK) as client:
            assert (await client.post(f"http://127.0.0.1:{port}/", b"x" * 20_000_000, {})).status == 413
        over.set()


async def test_a_name_server_that_hangs_is_given_up():
    async def hanging(name: str) -> list[str]:
        await asyncio.Event().wait()
        return []

    async with Outgoing(resolver=hanging, timeout=0.1) as client:
        with pytest.raises(Unreachable, match="timed out"):
            await client.post("https://hooks.example/", b"{}", {})
        with pytest.raises(AddressRefused, match="could not be found"):
            await client.check("https://hooks.example/")


async def test_those_who_hang_slow_nobody_else(receiving, outgoing):
    hanging, healthy = await receiving(hangs), await receiving(says(OK))
    waiting = [asyncio.ensure_future(outgoing.post(hanging.url, b"{}", {})) for _ in range(150)]
    await until(lambda: len(hanging.requests) == 150)
    for _ in range(20):
        assert (await outgoing.post(healthy.url, b"{}", {})).status == 200
    assert not any(each.done() for each in waiting)
    for each in waiting:
        each.cancel()
    assert all(
        isinstance(each, asyncio.CancelledError) for each in await asyncio.gather(*waiting, return_exceptions=True)
    )
    await hanging.left()


@pytest.mark.parametrize(
    ("behaves", "said"),
    [
        (says(b"", then_closes=True), "closed the connection"),
        (resets, "closed the connection"),
        (says(b"HTTP/1.1 200", then_closes=True), "closed the connection"),
        (says(HEAD + b"Content-Length: 9\r\n\r\nshort", then_closes=True), "closed the connection"),
        (says(CHUNKED + b"5\r\nab", then_closes=True), "closed the connection"),
        (says(b"SSH-2.0-OpenSSH_9.2\r\n\r\n", then_closes=True), "not HTTP"),
        (says(b"\x15\x03\x01\x00\x02\x02\x16\r\n\r\n"), "not HTTP"),
        (says(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "not HTTP"),
        (says(b"HTTP/2 200\r\n\r\n"), "not HTTP"),
        (says(b"HTTP/1.1 20 OK\r\n\r\n"), "not HTTP"),
        (says(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: a\r\nConnection: upgrade\r\n\r\n"), "not HTTP"),
        (says(HEAD + b"Content-Length: -1\r\n\r\n"), "not HTTP"),
        (says(HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"), "not HTTP"),
        (says(HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n"), "not HTTP"),
        (says(HEAD + b"X A: b\r\n\r\n"), "not HTTP"),
        (says(HEAD + b"X-A: \x00\r\n\r\n"), "not HTTP"),
        (says(CHUNKED + b"zz\r\n\r\n"), "not HTTP"),
        (says(CHUNKED + b"-1\r\n\r\n"), "not HTTP"),
    ],
)
async def test_a_broken_answer_is_none(receiving, outgoing, behaves, said):
    receiver = await receiving(behaves)
    with pytest.raises(Unreachable, match=said) as broken:
        await outgoing.post(receiver.url, b"{}", {})
    assert "127.0.0.1" not in broken.value.says
    await receiver.left()


async def test_where_nobody_listens_the_connection_is_refused(outgoing):
    with pytest.raises(Unreachable) as refused:
        await outgoing.post(f"http://127.0.0.1:{free_port()}/", b"{}", {})
    assert refused.value.says == "connection refused"


async def test_the_words_for_a_failure_name_no_address():
    async with Outgoing(allow=LOOPBACK, resolver=answers("127.0.0.1", "::1", "127.0.0.3")) as client:
        with pytest.raises(Unreachable) as refused:
            await client.post(f"http://hooks.example:{free_port()}/", b"{}", {})
    assert refused.value.says == "connection refused"


async def test_a_cancelled_post_hangs_up(receiving, outgoing):
    receiver = await receiving(hangs)
    posting = asyncio.ensure_future(outgoing.post(receiver.url, b"{}", {}))
    await until(lambda: bool(receiver.requests))
    posting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await posting
    await receiver.left()
