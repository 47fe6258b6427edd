"""What strangers call the things that an event's data name by our own ids."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from uuid import UUID
from weakref import WeakKeyDictionary

from koine.core.feed.model import FeedEvent
from koine.core.files import files
from koine.core.inboxes import inboxes
from koine.core.teams import teams
from koine.core.users import users
from koine.dialects.native.wire import Json
from koine.postgres.database import Database, Tx

# Fields of an event's data that hold ids, and of what.
FIELDS = {"assignee_id": "users", "user_id": "users", "team_id": "teams", "inbox_id": "inboxes", "file_id": "files"}
_AT_MOST = 50_000  # names

Named = tuple[str, int]


class Names:
    """The names that a process has learnt. They never change, so each is asked for once."""

    def __init__(self) -> None:
        self._known: dict[Named, str | None] = {}
        self._asking = asyncio.Lock()

    async def told(self, database: Database, account_id: int, event: FeedEvent) -> Json:
        """An event's data, with names that are asked for first where they are not known yet, by one for all."""
        if self.unknown([event]):
            async with self._asking:
                if unknown := self.unknown([event]):
                    async with database.reading((event.workspace.id,)) as tx:
                        await self.learn(tx, account_id, event.workspace.id, unknown)
        return self.data(event)

    def unknown(self, happened: Iterable[FeedEvent]) -> set[Named]:
        """What these events name and has no name yet."""
        return {named for event in happened for named in _named(event) if named not in self._known}

    async def learn(self, tx: Tx, account_id: int, workspace_id: int, unknown: set[Named]) -> None:
        """Ask for what is unknown, in one workspace."""
        if len(self._known) > _AT_MOST:
            self._known.clear()
        wanted = {kind: [id for of, id in unknown if of == kind] for kind in set(FIELDS.values())}
        found: dict[str, dict[int, UUID]] = {
            "users": await users.uuids(tx, account_id, wanted["users"]) if wanted["users"] else {},
            "teams": await teams.uuids(tx, workspace_id, wanted["teams"]) if wanted["teams"] else {},
            "inboxes": await inboxes.uuids(tx, workspace_id, wanted["inboxes"]) if wanted["inboxes"] else {},
            "files": await files.uuids(tx, workspace_id, wanted["files"]) if wanted["files"] else {},
        }
        for kind, id in unknown:
            name = found[kind].get(id)
            self._known[kind, id] = None if name is None else str(name)

    def data(self, event: FeedEvent) -> Json:
        """An event's data with names instead of our ids; the contact is in it where the event is about one."""
        told = dict(event.data)
        if event.contact is not None and event.conversation is None:
            told = {"contact_id": str(event.contact.uuid), **told}
        for field, kind in FIELDS.items():
            if told.get(field) is not None:
                told[field] = self._known.get((kind, told[field]))
        return told


def of(database: Database) -> Names:
    """The names that are known of a database."""
    return _LEARNT.setdefault(database, Names())


_LEARNT: WeakKeyDictionary[Database, Names] = WeakKeyDictionary()


def _named(event: FeedEvent) -> Iterable[Named]:
    return ((kind, event.data[field]) for field, kind in FIELDS.items() if event.data.get(field) is not None)
