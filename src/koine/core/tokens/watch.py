"""Those who stay connected: whether they still may, looked up again and again, for all of a process together."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from typing import Protocol

from koine.core.actor import Actor
from koine.core.conversations import visibility
from koine.core.errors import Unauthenticated
from koine.core.teams import teams
from koine.core.tokens import secrets
from koine.postgres import sessions
from koine.postgres.database import Database

log = logging.getLogger("koine")

EVERY = 0.75  # seconds; with the time of a look, somebody whose token is revoked is told to go within one
STALE = 1.0  # seconds after which a look counts no more: nothing is shown on the strength of it
_NONE: frozenset[int] = frozenset()


class Known(Protocol):
    """Whoever a secret belongs to: a token's bearer, or a session."""

    @property
    def actor(self) -> Actor:
        """Who acts with it."""


class Knowing(Protocol):
    """Who can say whose secrets are: the keyring for tokens, the register for sessions."""

    async def anew(self, fingerprints: Collection[bytes]) -> Mapping[bytes, Known | Unauthenticated]:
        """Whose the secrets of these fingerprints are now, or why they are nobody's."""


class Watched:
    """Somebody who is connected: who they are, in which teams, and why they may not stay, as of the last look."""

    __slots__ = ("_leave", "_looked", "as_of", "by", "fingerprint", "over", "teams")

    by: Actor

    def __init__(self, fingerprint: bytes, looked: Callable[[], asyncio.Event]) -> None:
        self.fingerprint = fingerprint
        self.teams = _NONE
        self.over: Unauthenticated | None = None
        self.as_of = 0.0
        self._looked = looked
        self._leave: Callable[[], None] = lambda: None

    def when_over(self, leave: Callable[[], None]) -> None:
        """Call this when they may not stay."""
        self._leave = leave
        if self.over is not None:
            leave()

    async def stays(self) -> bool:
        """Whether they may be shown something now; it waits while that is not known for certain."""
        needed = time.monotonic() - STALE
        while self.over is None and self.as_of < needed:
            await self._looked().wait()
        return self.over is None

    def go(self, refused: Unauthenticated) -> None:
        """They may not stay."""
        if self.over is None:
            self.over = refused
            self._leave()


class Watch:
    """Looks at everybody's tokens or sessions together: one statement each time, none while nobody is connected."""

    def __init__(self, database: Database, knowing: Knowing) -> None:
        self._database = database
        self._knowing = knowing
        self._all: set[Watched] = set()
        self._looked = asyncio.Event()  # of this round; each has an event of its own
        self._task: asyncio.Task[None] | None = None

    @contextlib.asynccontextmanager
    async def over(self, secret: str) -> AsyncIterator[Watched]:
        """Watch whoever shows this secret for as long as they are connected. Raises Unauthenticated."""
        watched = Watched(secrets.fingerprint(secret), lambda: self._looked)
        await self._look([watched])
        if watched.over is not None:
            raise watched.over
        self._all.add(watched)
        if self._task is None:
            self._task = asyncio.create_task(self._keep_looking(), name="watch")
        try:
            yield watched
        finally:
            self._all.discard(watched)
            if not self._all and self._task is not None:
                self._task.cancel()
                self._task = None

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self._look(list(self._all))
            except sessions.BROKEN as error:  # whoever waits to be shown something goes on waiting
                log.warning("watch: the database did not answer (%s)", type(error).__name__)
                continue
            except Exception:
                log.exception("watch: nobody could be looked at")
                continue
            looked, self._looked = self._looked, asyncio.Event()
            looked.set()

    async def _look(self, all: Collection[Watched]) -> None:
        as_of = time.monotonic()
        found = await self._knowing.anew({watched.fingerprint for watched in all})
        knowns = {key: known.actor for key, known in found.items() if not isinstance(known, Unauthenticated)}
        of_users = await self._teams(knowns.values())
        for watched in all:
            known = found[watched.fingerprint]
            if isinstance(known, Unauthenticated):
                watched.go(known)
            else:
                watched.by, watched.as_of = known.actor, as_of
                watched.teams = of_users.get(known.actor.id or 0, _NONE) if known.actor.kind == "user" else _NONE

    async def _teams(self, actors: Collection[Actor]) -> Mapping[int, frozenset[int]]:
        """The teams of those users whose sight depends on them."""
        asked = [by for by in actors if by.kind == "user" and by.id is not None and not visibility.whole(by)]
        if not asked:
            return {}
        places = tuple(sorted({id for by in asked for id in by.workspaces}))
        async with self._database.reading(places) as tx:
            return await teams.of_members(tx, {by.id for by in asked if by.id is not None})
