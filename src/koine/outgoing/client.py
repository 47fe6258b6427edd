"""The guarded client: what it checks before it sends, and what it promises about how long and how much."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import TracebackType
from typing import Self

import certifi

from koine.outgoing import failures, url
from koine.outgoing.exchange import exchange, reusable, written
from koine.outgoing.failures import AddressRefused, Unreachable
from koine.outgoing.gate import Gate
from koine.outgoing.kept import Kept
from koine.outgoing.line import Line, connect
from koine.outgoing.networks import Network
from koine.outgoing.resolving import Resolver, SystemResolver
from koine.outgoing.url import Url

TRIED = 4  # addresses of one name
TURN = 3.0  # seconds for each of them but the last


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, whatever its status. Header names are in lower case; `body` is its first 64 kB; `took` is seconds."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    took: float


class Outgoing:
    """
    Sends to addresses that strangers set. One for each process, used in one event loop.

    `allow`: networks that may be reached although they are not public, also by http. `timeout`: seconds for everything
    together, from the name to the last byte. `trust`: whose certificates are good; None: the system's and certifi's.
    """

    def __init__(
        self,
        *,
        allow: Sequence[Network] = (),
        resolver: Resolver | None = None,
        timeout: float = 15.0,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._system = SystemResolver()
        self._gate = Gate(allow, resolver or self._system)
        self._timeout = timeout
        self._trust = trust
        self._kept = Kept()

    async def check(self, address: str) -> None:
        """Raises AddressRefused when nothing would be sent there now, also because its name cannot be found."""
        try:
            async with asyncio.timeout(self._timeout):
                await self._gate.passed(url.read(address))
        except (Unreachable, TimeoutError):
            raise AddressRefused(failures.NO_NAME) from None

    async def post(self, address: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """
        Send one request, once, and read its answer; redirects are answers like others.

        Raises AddressRefused before anything is sent, Unreachable when no whole answer came in time, ValueError for
        headers that are none or not the caller's to set.
        """
        began = time.perf_counter()
        where = url.read(address)
        request = written(where, body, headers)
        try:
            async with asyncio.timeout(self._timeout):
                addresses = await self._gate.passed(where)
                found, line = await self._line(where, addresses)
                try:
                    status, said, answer = await exchange(line, request, body)
                except BaseException:
                    line.abort()
                    raise
        except TimeoutError:
            raise Unreachable(failures.TIMED_OUT) from None
        if reusable(line):
            self._kept.keep(where, found, line)
        else:
            line.abort()
        return Reply(status, said, answer, time.perf_counter() - began)

    async def aclose(self) -> None:
        await self._kept.close()
        self._system.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _line(self, where: Url, addresses: list[str]) -> tuple[str, Line]:
        for address in addresses:
            if line := self._kept.take(where, address):
                return address, line
        *others, last = addresses[:TRIED]
        for address in others:
            try:
                async with asyncio.timeout(TURN):
                    return address, await self._connect(where, address)
            except OSError:
                continue
        try:
            return last, await self._connect(where, last)
        except OSError as failure:
            raise failures.connecting(failure) from failure

    async def _connect(self, where: Url, address: str) -> Line:
        tls = self._tls if where.scheme == "https" else None
        return await connect(address, where.port, tls=tls, name=where.host)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Made when first needed: reading all those certificates takes a while."""
        if self._trust:
            return self._trust
        trust = ssl.create_default_context()
        trust.load_verify_locations(certifi.where())
        return trust
