"""The name stays the name, for the certificate, SNI and the Host header, while the address is the checked one."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from koine.outgoing import Outgoing, Unreachable
from tests.outgoing.conftest import LOOPBACK, answers
from tests.outgoing.listeners import OK, says


def _client(authority, trust=True, **more):
    return Outgoing(
        allow=LOOPBACK, resolver=answers("127.0.0.1"), trust=authority.trusting() if trust else None, **more
    )


@pytest.mark.parametrize("name", ["hooks.example", "xn--bcher-kva.example"])
async def test_the_name_is_kept_for_tls_and_for_the_host_header(receiving, authority, name):
    asked = []
    tls = authority.serving(name)
    tls.sni_callback = lambda socket, said, context: asked.append(said)
    receiver = await receiving(says(OK), tls=tls)
    written = name.replace("xn--bcher-kva", "b\u00fccher")
    async with _client(authority) as client:
        for _ in range(2):
            reply = await client.post(f"https://{written}:{receiver.port}/hook", b"{}", {})
            assert (reply.status, reply.body) == (200, b"ok")
    assert asked == [name]
    assert receiver.requests[0].headers["host"] == f"{name}:{receiver.port}"
    assert receiver.connections == 1


async def test_an_address_may_have_a_certificate_too(receiving, authority):
    receiver = await receiving(says(OK), tls=authority.serving("127.0.0.1"))
    async with _client(authority) as client:
        assert (await client.post(f"https://127.0.0.1:{receiver.port}/", b"{}", {})).status == 200
        with pytest.raises(Unreachable, match="TLS failure"):
            await client.post(f"https://hooks.example:{receiver.port}/", b"{}", {})


async def _fails(client, receiver):
    with pytest.raises(Unreachable) as refused:
        await client.post(f"https://hooks.example:{receiver.port}/", b"{}", {})
    assert refused.value.says.startswith("TLS failure")
    assert "127.0.0.1" not in refused.value.says
    assert receiver.requests == []
    return refused.value.says


async def test_a_certificate_for_another_name_is_no_good(receiving, authority):
    receiver = await receiving(says(OK), tls=authority.serving("other.example"))
    async with _client(authority) as client:
        assert "not valid for 'hooks.example'" in await _fails(client, receiver)


async def test_an_expired_certificate_is_no_good(receiving, authority):
    receiver = await receiving(says(OK), tls=authority.serving("hooks.example", ends_in=timedelta(days=-1)))
    async with _client(authority) as client:
        assert "expired" in await _fails(client, receiver)


async def test_a_certificate_of_an_unknown_authority_is_no_good(receiving, authority):
    """Nor because the address is allowed."""
    receiver = await receiving(says(OK), tls=authority.serving("hooks.example"))
    async with _client(authority, trust=False) as client:
        await _fails(client, receiver)


async def test_a_server_without_tls_gets_no_request(authority):
    """And its answer to the greeting is not believed."""

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append(await reader.read(100))
        writer.write(OK)
        writer.close()

    came: list[bytes] = []
    async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with _client(authority) as client:
            with pytest.raises(Unreachable, match="TLS failure"):
                await client.post(f"https://hooks.example:{port}/", b"{}", {})
    assert b"POST" not in b"".join(came)
