"""The feed as it happens: server-sent events, resumed by `Last-Event-ID`."""

from __future__ import annotations

from koine.core.errors import PositionGone
from koine.core.feed import sight
from koine.core.feed.model import FeedEvent
from koine.core.tokens.watch import Watched
from koine.dialects.call import Call, Runtime
from koine.dialects.native import auth, errors, pieces
from koine.dialects.native.parameters import Asked
from koine.dialects.native.wire import Json
from koine.dialects.streaming import Outlet, Stream
from koine.realtime.listener import Listener, TooSlow

MEDIA_TYPE = "text/event-stream"
CONTENT_TYPE = f"{MEDIA_TYPE}; charset=utf-8"
HEADERS = {"x-accel-buffering": "no"}  # proxies that gather answers are asked not to
TOLD_EVERY = 1000  # positions that may pass with nothing to tell, before the client is told where it is

_TOO_SLOW: Json = {"code": "too_slow", "detail": "More has happened than could wait for you."}
_CLOSING: Json = {"code": "closing", "detail": "The server ends."}


def answer(call: Call, asked: Asked, last_event_id: int | None) -> Stream:
    """What happens after the position that the client comes back with, or asks for, or else from now on."""
    after = asked.after if last_event_id is None else last_event_id
    following = Following(call.services, auth.secret(call), asked, after)
    return Stream(200, following.flow, HEADERS, CONTENT_TYPE, following.heartbeat)


class Following:
    """One client that follows a workspace's feed."""

    __slots__ = ("_after", "_asked", "_held", "_listener", "_pieces", "_secret", "_services", "_told")

    _listener: Listener

    def __init__(self, services: Runtime, secret: str, asked: Asked, after: int | None) -> None:
        self._services = services
        self._secret = secret
        self._asked = asked
        self._after = after
        self._told = 0  # the last position that the client was told
        self._held: int | None = None  # the event that it is about to be told
        self._pieces = pieces.of(services.database)

    async def flow(self, outlet: Outlet) -> None:
        """Write events until somebody has enough.

        Raises Unauthenticated, PermissionMissing, PositionGone and PositionAhead, before it begins to write.
        """
        here = self._asked.workspace_id
        async with self._services.watch.over(self._secret) as watched:
            watched.by.must("conversations:read", here)

            def wanted(event: FeedEvent) -> bool:
                return _asked_for(self._asked, event) and sight.sees(watched.by, watched.teams, event)

            async with self._services.hub.listen({here: self._after}, wanted) as listener:
                self._listener = listener
                watched.when_over(lambda: _leave(listener, outlet))
                await outlet.write(self._beginning())
                why = await self._tell(watched, outlet)
                await outlet.write(pieces.piece("stream.ended", self._position, why))

    def heartbeat(self) -> bytes:
        """A comment; now and then with the position, so that whoever is told little need not begin far back."""
        if self._position < self._told + TOLD_EVERY:
            return b": heartbeat\n\n"
        self._told = self._position
        return b": heartbeat\nid: %d\n\n" % self._told

    async def _tell(self, watched: Watched, outlet: Outlet) -> Json:
        """Write what happens; why that ended."""
        try:
            async for event in self._listener:
                self._held = event.position
                if not await watched.stays():
                    break
                if sight.sees(watched.by, watched.teams, event):
                    database, account_id = self._services.database, watched.by.account_id
                    await outlet.write(await self._pieces.event(database, account_id, event))
                    self._told = event.position
                self._held = None
        except TooSlow:
            return _TOO_SLOW
        except PositionGone as gone:
            return errors.told(gone)
        return _CLOSING if watched.over is None else errors.told(watched.over)

    def _beginning(self) -> bytes:
        """Something at once; and where we are, for a client that could not come back to it otherwise."""
        self._told = self._position
        return b": following\n\n" if self._after is not None else b": following\nid: %d\n\n" % self._position

    @property
    def _position(self) -> int:
        """Up to where the client has been told all that is for it."""
        return self._listener.positions[self._asked.workspace_id] if self._held is None else self._held - 1


def _asked_for(asked: Asked, event: FeedEvent) -> bool:
    if asked.kinds is not None and event.kind not in asked.kinds:
        return False
    if asked.conversation_id is not None and (
        event.conversation is None or event.conversation.id != asked.conversation_id
    ):
        return False
    at = event.whereabouts
    return asked.inbox_id is None or (at is not None and at.inbox_id == asked.inbox_id)


def _leave(listener: Listener, outlet: Outlet) -> None:
    listener.end()
    if outlet.blocked:
        outlet.drop()
