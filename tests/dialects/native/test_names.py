"""Nobody outside learns our own ids: whatever happens, strangers are told uuids."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from koine.core import desk_events, events
from koine.core.actor import system
from koine.core.conversations import finding
from koine.core.feed.model import Doer, FeedEvent, Ref
from koine.core.workspaces import workspaces
from koine.demo import World
from koine.dialects.native import names
from koine.postgres.database import Database, Tx
from koine.postgres.notices import Notices
from tests.core.test_every_action_records import BY_SOMEBODY, DEEDS
from tests.dialects.native.following import following

README = Path(names.__file__).with_name("README.md")

# Numbers of which strangers are told: where it is in the feed, and how much there is of something.
_AMOUNTS = {"conversation.unread_changed": {"from", "to"}, "file.uploaded": {"size"}}
# Strangers know an app by 24 hexadecimal digits, which it has for them and for nothing else.
_APP = re.compile("[0-9a-f]{24}")

# Those of them that tell a workspace, and not only the account; what is founded tells itself.
TELLING = [
    action for action, (_, kinds) in DEEDS.items() if events.kinds() & set(kinds) and action is not workspaces.found
]


@pytest.mark.parametrize("action", TELLING, ids=lambda action: f"{action.__module__[11:]}.{action.__name__}")
async def test_what_an_action_tells_is_named_by_uuid(
    action: Callable[..., Any],
    reader: httpx.AsyncClient,
    settled: int,
    database: Database,
    house_notices: Notices,
    world: World,
) -> None:
    deed, expected = DEEDS[action]
    by = system(world.account_id, world.lamplight.workspace.id, world.harbour.workspace.id)
    blaise = world.acting(world.blaise, "Bookkeeper", world.lamplight, world.harbour)
    async with following(reader, after=settled) as feed:
        async with database.writing(by.workspaces) as tx:
            lamp = await finding.by_id(tx, blaise, world.the_broken_lamp.id)
            await deed(tx, blaise if action in BY_SOMEBODY else by, world, lamp)
        house_notices.wrote()
        told = await feed.take(len(events.kinds() & set(expected)))
    for message in told:
        amounts = _AMOUNTS.get(message.data["kind"], set())
        assert [name for name in _numbers(message.data) if name not in amounts] == ["position"]
        assert [name for name, value in _ids(message.data) if not _is_for_strangers(name, value)] == []


def test_every_kind_of_event_and_what_it_tells_is_in_the_readme() -> None:
    rows = [line.split("|") for line in README.read_text().splitlines() if line.startswith("| `") and "." in line]
    documented = {kind.strip(" `"): row[2] for row in rows for kind in row[1].split(",")}
    for event in events.Event.__subclasses__():
        if event.__module__ in (events.__name__, desk_events.__name__):
            assert event.kind in documented, f"{event.kind} is not in the README"
            told = (event.__doc__ or "").partition("`data`:")[2]
            for field in re.findall(r"\b(\w+_id|from|to|read|entity|fields|category|name|channel|reason)\b", told):
                assert f"`{field}`" in documented[event.kind], f"{event.kind}: {field} is not in the README"


async def test_a_name_is_asked_for_once_however_many_are_told_it(database: Database, world: World) -> None:
    fresh, lamplight = names.Names(), world.lamplight.workspace
    happened = FeedEvent(
        position=1,
        id=lamplight.uuid,
        kind="conversation.assigned",
        workspace=Ref(lamplight.id, lamplight.uuid),
        conversation=None,
        message=None,
        contact=None,
        actor=Doer("system", None, None),
        created_at=lamplight.created_at,
        data={"assignee_id": world.mary.id, "team_id": None},
        whereabouts=None,
    )
    asked = Counted(database)
    told = await asyncio.gather(*(fresh.told(asked, world.account_id, happened) for _ in range(50)))  # type: ignore[arg-type]
    assert told == [{"assignee_id": str(world.mary.uuid), "team_id": None}] * 50
    assert asked.count == 1


class Counted:
    """A database that counts how often it is asked."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.count = 0

    def reading(self, workspaces: tuple[int, ...]) -> AbstractAsyncContextManager[Tx]:
        self.count += 1
        return self._database.reading(workspaces)


def test_every_id_that_an_event_tells_is_known_by_name() -> None:
    """The events' own words say what is in their data; those of webhooks and apps are as strangers know them."""
    told = {word.strip("`,.:() ") for event in events.Event.__subclasses__() for word in (event.__doc__ or "").split()}
    ids = {word for word in told if word.endswith("_id")}
    assert {"inbox_id", "team_id", "assignee_id"} <= ids
    assert ids - names.FIELDS.keys() == {"webhook_id", "app_id"}


def _numbers(told: Any, name: str = "") -> list[str]:
    """The names of whatever is a number."""
    if isinstance(told, dict):
        return [found for key, value in told.items() for found in _numbers(value, key)]
    if isinstance(told, list):
        return [found for value in told for found in _numbers(value, name)]
    return [name] if isinstance(told, int | float) and not isinstance(told, bool) else []


def _ids(told: Any) -> Iterator[tuple[str, Any]]:
    for key, value in told.items():
        if isinstance(value, dict):
            yield from _ids(value)
        elif key == "id" or key.endswith("_id"):
            yield key, value


def _is_for_strangers(name: str, value: Any) -> bool:
    if name == "app_id":
        return _APP.fullmatch(value) is not None
    return value is None or str(UUID(value)) == value
