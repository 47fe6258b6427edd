"""What a stream is made of: each event is put into words once, however many follow."""

from __future__ import annotations

from uuid import UUID
from weakref import WeakKeyDictionary

import orjson

from koine.core.feed.model import FeedEvent
from koine.dialects.native import names, wire
from koine.dialects.native.wire import Json
from koine.postgres.database import Database

_AT_MOST = 1_000  # pieces that are kept: some more than may wait for one who follows
_LONGEST = 4_096  # bytes of one that is kept


class Pieces:
    """The events that were told last, as they are written to everybody who may see them."""

    def __init__(self) -> None:
        self._kept: dict[UUID, bytes] = {}

    async def event(self, database: Database, account_id: int, event: FeedEvent) -> bytes:
        """An event. It is the same for all, so that whoever asks must have looked whether it may be told."""
        kept = self._kept.get(event.id)
        if kept is not None:
            return kept
        data = await names.of(database).told(database, account_id, event)
        made = piece(event.kind, event.position, wire.event(event, data))
        if len(made) <= _LONGEST:
            if len(self._kept) >= _AT_MOST:
                del self._kept[next(iter(self._kept))]
            self._kept[event.id] = made
        return made


def piece(kind: str, position: int, shown: Json) -> bytes:
    """A server-sent event: its `id` is the position from which to go on."""
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (position, kind.encode(), orjson.dumps(shown))


def of(database: Database) -> Pieces:
    """The pieces that are kept of a database's events."""
    return _KEPT.setdefault(database, Pieces())


_KEPT: WeakKeyDictionary[Database, Pieces] = WeakKeyDictionary()
