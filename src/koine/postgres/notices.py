"""What processes tell each other through PostgreSQL, each over one connection: "I wrote", and "look there"."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable

from koine.postgres import sessions
from koine.postgres.pool import Connection

WROTE = "koine_wrote"  # events were recorded: the relay has something to number
JOBS = "koine_jobs"  # there are jobs
POSITIONS = "koine_positions"  # workspaces and how far their feeds go now: `12:345 13:99`

COALESCED = 0.01  # seconds in which everything that is said is said once
MOST = 200  # whispers that wait; when nobody takes them the oldest are lost
HEARTBEAT = 20.0  # seconds of silence after which the connection must show that it lives
_ANSWER = 5.0  # seconds that the server may take

Heard = Callable[[str], None]


class Notices:
    """The connection on which a process listens and speaks.

    What is said while it is broken may be lost, to others and to us. So whoever listens is told when it is made again,
    with an empty text: look for yourself what you missed. And whoever must hear looks now and then unasked.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._listening: dict[str, list[Heard]] = {}
        self._to_say: set[str] = set()
        self._to_whisper: deque[tuple[str, str]] = deque(maxlen=MOST)
        self._bell = asyncio.Event()
        self._connected = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect, and return when what is heard from now on is heard."""
        self._task = asyncio.create_task(self._keep(), name="notices")
        connected = asyncio.create_task(self._connected.wait())
        await asyncio.wait({self._task, connected}, return_when=asyncio.FIRST_COMPLETED)
        connected.cancel()
        if self._task.done():
            self._task.result()

    async def close(self) -> None:
        """Hear and say nothing more."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def hear(self, channel: str, heard: Heard) -> None:
        """Call `heard` with every text on a channel, and with an empty one when some may have been missed."""
        self._listening.setdefault(channel, []).append(heard)
        self._bell.set()

    def unhear(self, channel: str, heard: Heard) -> None:
        """Do not call it any more."""
        self._listening[channel].remove(heard)

    def say(self, channel: str) -> None:
        """Say that there is something: soon, and with what else is said within COALESCED. The caller does not wait."""
        self._to_say.add(channel)
        self._bell.set()

    def whisper(self, channel: str, text: str) -> None:
        """Say something of at most 7 kB, soon, and once: when the connection breaks it is lost."""
        self._to_whisper.append((channel, text))
        self._bell.set()

    def wrote(self) -> None:
        """Say that something was written: after its commit."""
        self.say(WROTE)

    async def _keep(self) -> None:
        async def connect() -> Connection:
            return await sessions.connect(self._dsn, "notices", statement_timeout="5s")

        await sessions.keep(connect, self._converse, purpose="notices")

    async def _converse(self, connection: Connection) -> None:
        connection.add_termination_listener(lambda _: self._bell.set())
        listened: set[str] = set()
        while True:
            for channel in [channel for channel in self._listening if channel not in listened]:
                async with asyncio.timeout(_ANSWER):  # wait_for may swallow a cancellation in Python 3.11
                    await connection.add_listener(channel, self._on_notice)
                listened.add(channel)
                self._tell(channel, "")
            self._connected.set()
            await self._speak(connection)
            await self._wait(connection)

    async def _speak(self, connection: Connection) -> None:
        said, self._to_say = self._to_say, set()
        whispered = [*self._to_whisper]
        self._to_whisper.clear()
        if said or whispered:
            all = [*((channel, "") for channel in said), *whispered]
            try:
                await connection.execute(
                    "select pg_notify(channel, said) from unnest($1::text[], $2::text[]) as t (channel, said)",
                    [channel for channel, _ in all],
                    [text for _, text in all],
                    timeout=_ANSWER,
                )
            except BaseException:
                self._to_say |= said
                raise
            await asyncio.sleep(COALESCED)

    async def _wait(self, connection: Connection) -> None:
        try:
            async with asyncio.timeout(HEARTBEAT):
                await self._bell.wait()
        except TimeoutError:
            await connection.execute("select 1", timeout=_ANSWER)
        self._bell.clear()
        if connection.is_closed():
            raise ConnectionResetError

    def _on_notice(self, connection: object, pid: int, channel: str, text: object) -> None:
        self._tell(channel, str(text))

    def _tell(self, channel: str, text: str) -> None:
        for heard in list(self._listening.get(channel, ())):
            heard(text)
