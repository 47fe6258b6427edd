"""The same on the event loop that Koine is served with."""

from __future__ import annotations

import asyncio

import pytest
import uvloop

from koine.outgoing import AddressRefused, Outgoing, Unreachable
from tests.outgoing.conftest import LOOPBACK, answers
from tests.outgoing.listeners import OK, Canary, Receiver, drips, hangs, says

ENDLESS = b"HTTP/1.1 200 OK\r\n\r\n"


@pytest.fixture(params=[asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def run(request):
    return request.param


def test_a_connection_serves_again_under_tls_and_is_closed_in_the_end(run, authority):
    async def story() -> None:
        tls = authority.serving("hooks.example")
        async with Receiver(says(OK)).listening(tls=tls) as receiver:
            trust = authority.trusting()
            async with Outgoing(allow=LOOPBACK, resolver=answers("127.0.0.1"), trust=trust) as client:
                for _ in range(3):
                    reply = await client.post(f"https://hooks.example:{receiver.port}/", b"x" * 300_000, {})
                    assert (reply.status, reply.body) == (200, b"ok")
                assert receiver.connections == 1
                with pytest.raises(Unreachable, match=r"TLS failure: .* not valid for 'other\.example'"):
                    await client.post(f"https://other.example:{receiver.port}/", b"{}", {})
            await receiver.left()

    run(story())


@pytest.mark.parametrize("encrypted", [False, True])
def test_who_hangs_is_left_and_who_says_too_much_is_cut(run, authority, encrypted):
    async def story() -> None:
        tls = authority.serving("hooks.example") if encrypted else None
        async with Receiver(hangs).listening(tls=tls) as receiver:
            url = f"http{'s' if encrypted else ''}://hooks.example:{receiver.port}/"
            trust = authority.trusting()
            async with Outgoing(allow=LOOPBACK, resolver=answers("127.0.0.1"), timeout=1.0, trust=trust) as client:
                with pytest.raises(Unreachable, match="timed out"):
                    await client.post(url, b"{}", {})
                await receiver.left()
            receiver.behaves = drips(ENDLESS, b"x" * 50_000, every=0)
            async with Outgoing(allow=LOOPBACK, resolver=answers("127.0.0.1"), trust=trust) as client:
                assert (await client.post(url, b"{}", {})).body == b"x" * 65536
                await receiver.left()

    run(story())


def test_no_inner_address_is_met(run):
    async def story() -> None:
        async with Canary().listening("127.0.0.1") as canary, Outgoing(resolver=answers("127.0.0.1")) as client:
            for host in ("127.0.0.1", "2130706433", "localhost", "hooks.example", "[::ffff:127.0.0.1]"):
                with pytest.raises(AddressRefused):
                    await client.post(f"https://{host}:{canary.port}/", b"{}", {})
            assert await canary.hits() == 0

    run(story())
