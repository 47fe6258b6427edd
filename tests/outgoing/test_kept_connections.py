"""A connection serves again, for the same origin at an address that was just checked, and not for long."""

from __future__ import annotations

import asyncio
from ipaddress import ip_network

import pytest

from koine.outgoing import AddressRefused, Outgoing, kept
from koine.outgoing.line import connect
from tests.outgoing.conftest import LOOPBACK, answers
from tests.outgoing.listeners import OK, Request, hangs, says, until


async def _post(client, receiver, host="127.0.0.1"):
    return await client.post(f"http://{host}:{receiver.port}/hook", b"{}", {})


async def test_a_connection_serves_again(receiving, outgoing):
    receiver = await receiving(says(OK))
    for _ in range(5):
        assert (await _post(outgoing, receiver)).body == b"ok"
    assert receiver.connections == 1


async def test_a_connection_is_not_shared_by_origins(receiving):
    receiver = await receiving(says(OK))
    async with Outgoing(allow=LOOPBACK, resolver=answers("127.0.0.1")) as client:
        for host in ("a.example", "b.example", "127.0.0.1", "a.example"):
            await _post(client, receiver, host)
    assert receiver.connections == 3
    assert [sent.headers["host"].split(":")[0] for sent in receiver.requests[:2]] == ["a.example", "b.example"]


async def test_a_connection_to_an_address_that_the_name_has_no_more_does_not_serve(receiving):
    old = await receiving(says(OK))
    new = await receiving(says(OK), address="127.0.0.2", port=old.port)
    said = [["127.0.0.1"], ["127.0.0.2"], ["127.0.0.3"]]

    async def moving(name: str) -> list[str]:
        return said.pop(0)

    async with Outgoing(allow=[ip_network("127.0.0.1"), ip_network("127.0.0.2")], resolver=moving) as client:
        await _post(client, old, "hooks.example")
        await _post(client, old, "hooks.example")
        with pytest.raises(AddressRefused):
            await _post(client, old, "hooks.example")
    assert (len(old.requests), len(new.requests)) == (1, 1)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        OK + b"HTTP/1.1 500 For the next one\r\nContent-Length: 0\r\n\r\n",
        OK + b"x",
    ],
    ids=["close", "1.0", "an answer too many", "a byte too many"],
)
async def test_a_connection_that_may_not_serve_again_is_closed(receiving, outgoing, answer):
    receiver = await receiving(says(answer))
    for _ in range(2):
        assert (await _post(outgoing, receiver)).status == 200
    assert receiver.connections == 2
    await receiver.left()


@pytest.mark.parametrize("late", [b"", b"HTTP/1.1 500 For the next one\r\nContent-Length: 0\r\n\r\n"])
async def test_a_connection_on_which_something_happened_meanwhile_does_not_serve(receiving, outgoing, late):
    """It was closed, or said something that nobody asked for."""
    over = asyncio.Event()

    async def afterwards(request: Request, writer: asyncio.StreamWriter) -> None:
        async def go_on() -> None:
            await asyncio.sleep(0.02)
            writer.write(late) if late else writer.close()
            await asyncio.sleep(0.02)
            over.set()

        writer.write(OK)
        going.append(asyncio.ensure_future(go_on()))

    going: list[asyncio.Future[None]] = []
    receiver = await receiving(afterwards)
    await _post(outgoing, receiver)
    await over.wait()
    assert (await _post(outgoing, receiver)).status == 200
    assert receiver.connections == 2
    await asyncio.gather(*going)


async def test_what_nobody_reads_does_not_pile_up():
    async def floods(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(64):
            writer.write(bytes(1024 * 1024))
            await writer.drain()
        all_taken.set()

    all_taken = asyncio.Event()
    async with await asyncio.start_server(floods, "127.0.0.1", 0) as server:
        line = await connect("127.0.0.1", server.sockets[0].getsockname()[1], tls=None, name="")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(all_taken.wait(), 0.5)
        assert not line.fresh
        for _ in range(1000):
            await line.receive(1024 * 1024)
            if all_taken.is_set():
                break
        assert all_taken.is_set()
        line.abort()
        await line.gone()


async def test_an_idle_connection_is_closed(receiving, outgoing, monkeypatch):
    monkeypatch.setattr(kept, "IDLE", 0.05)
    receiver = await receiving(says(OK))
    await _post(outgoing, receiver)
    await receiver.left()
    assert (await _post(outgoing, receiver)).status == 200


async def test_few_are_kept_of_many(receiving, outgoing):
    receiver = await receiving(hangs)
    posting = [asyncio.ensure_future(_post(outgoing, receiver)) for _ in range(20)]
    await until(lambda: len(receiver.requests) == 20)
    for each in posting:
        each.cancel()
    await receiver.left()
    receiver.behaves = says(OK)
    await asyncio.gather(*(_post(outgoing, receiver) for _ in range(20)))
    await until(lambda: receiver.open == kept.EACH)


async def test_all_that_is_kept_together_is_bounded(receiving, monkeypatch):
    monkeypatch.setattr(kept, "ALL", 3)
    receiver = await receiving(says(OK))
    async with Outgoing(allow=LOOPBACK, resolver=answers("127.0.0.1")) as client:
        for number in range(10):
            await _post(client, receiver, f"host{number}.example")
        await until(lambda: receiver.open == 3)


async def test_closing_the_client_closes_what_it_kept(receiving):
    receiver = await receiving(says(OK))
    async with Outgoing(allow=LOOPBACK) as client:
        await _post(client, receiver)
        assert receiver.open == 1
    await receiver.left()
