"""Listeners on this machine, and clients that may or may not go there."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from ipaddress import ip_network

import pytest

from koine.outgoing import Network, Outgoing
from tests.outgoing.authority import Authority
from tests.outgoing.listeners import Behaviour, Canary, Receiver

Receiving = Callable[..., Awaitable[Receiver]]

LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1"))


def answers(*addresses: str) -> Callable[[str], Awaitable[Sequence[str]]]:
    """A resolver that says the same of every name."""

    async def resolve(name: str) -> Sequence[str]:
        return addresses

    return resolve


@pytest.fixture
async def canary() -> AsyncIterator[Canary]:
    """At every address of this machine."""
    async with Canary().listening("0.0.0.0", *(["::"] if socket.has_ipv6 else [])) as listening:
        yield listening


@pytest.fixture
async def receiving() -> AsyncIterator[Receiving]:
    """Opens receivers: `await receiving(says(OK))`."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(behaves: Behaviour, **where: object) -> Receiver:
            return await stack.enter_async_context(Receiver(behaves).listening(**where))  # type: ignore[arg-type]

        yield start


@pytest.fixture
async def outgoing() -> AsyncIterator[Outgoing]:
    """A client that may go to this machine's loopback addresses."""
    async with Outgoing(allow=LOOPBACK) as client:
        yield client


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))
