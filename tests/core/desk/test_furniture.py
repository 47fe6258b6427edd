"""What a desk is made of: views, tags, statuses, teams and inboxes, with what cannot be done to them."""

from __future__ import annotations

from typing import Any

import pytest

from koine.core.actor import Actor, system
from koine.core.conversations import finding, queues
from koine.core.conversations.handling import assignment, status, tagging
from koine.core.conversations.queued import Filters
from koine.core.errors import Forbidden, Invalid, PermissionMissing, Taken
from koine.core.inboxes import inboxes
from koine.core.page import Window
from koine.core.statuses import statuses
from koine.core.statuses.statuses import StatusBuiltIn, StatusInUse, StatusNotFound
from koine.core.tags import tags
from koine.core.tags.tags import TagNotFound
from koine.core.teams import teams
from koine.core.teams.teams import TeamInUse, TeamNotFound
from koine.core.views import filters, views
from koine.core.views.model import Described
from koine.core.views.views import ViewNotFound
from koine.demo import World
from koine.postgres.database import Database


@pytest.fixture
def home(world: World) -> int:
    return world.lamplight.workspace.id


@pytest.fixture
def linus(world: World) -> Actor:
    return world.acting(world.linus, "Admin", world.lamplight)


@pytest.fixture
def mary(world: World) -> Actor:
    return world.acting(world.mary, "Agent", world.lamplight)


async def test_a_view_is_ones_own_until_it_is_shared(
    database: Database, home: int, linus: Actor, mary: Actor, world: World
) -> None:
    async with database.writing((home,)) as tx:
        own = await views.create(tx, mary, home, Described("Mine", {"assignees": ["me"]}, sort="waiting"))
        with pytest.raises(PermissionMissing):
            await views.create(tx, mary, home, Described("Ours", {}, shared=True))
        ours = await views.create(tx, linus, home, Described("Ours", {"unread": True}, shared=True))
        assert [view.id for view in await views.of_workspace(tx, mary, home)] == [own.id, ours.id]
        assert [view.id for view in await views.of_workspace(tx, linus, home)] == [ours.id]
        with pytest.raises(ViewNotFound):
            await views.find(tx, linus, home, own.id)
        with pytest.raises(PermissionMissing):
            await views.delete(tx, mary, ours)
        await assignment.assign(tx, linus, home, [world.the_broken_lamp.id], to=world.mary.id)
        found = await queues.rows(tx, mary, home, own.asked, Window(5))
        assert [row.id for row in found.items] == [world.the_broken_lamp.id]
        assert (await queues.rows(tx, linus, home, own.asked, Window(5))).items == []
        with pytest.raises(Forbidden):
            await views.create(tx, system(world.account_id, home), home, Described("Nobody's", {}))


async def test_views_go_where_they_are_put(database: Database, home: int, linus: Actor) -> None:
    async with database.writing((home,)) as tx:
        made = [(await views.create(tx, linus, home, Described(name, {}))).id for name in "abc"]
        await views.reorder(tx, linus, home, [made[2], made[0], made[1], 2**40])
        assert [view.id for view in await views.of_workspace(tx, linus, home)] == [made[2], made[0], made[1]]


GOOD: dict[str, Any] = {
    "statuses": [1],
    "categories": ["open", "waiting"],
    "assignees": ["me", None, 7],
    "teams": [None],
    "tags": [1, 2],
    "entities": ["btxn_1"],
    "unread": False,
    "since": "2026-11-20T10:00:00+00:00",
    "contact_id": 5,
}


def test_filters_are_written_as_they_were_read() -> None:
    assert filters.write(filters.read(GOOD)) == GOOD
    assert filters.read({}) == Filters() == filters.read({"tags": [], "unread": None})


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"tags": "1"}, "wrong_type"),
        ({"tags": ["1"]}, "wrong_type"),
        ({"tags": [True]}, "wrong_type"),
        ({"tags": [2**63]}, "not_allowed"),
        ({"tags": [0]}, "not_allowed"),
        ({"tags": list(range(1, 99))}, "too_long"),
        ({"assignees": ["you"]}, "wrong_type"),
        ({"categories": ["closed"]}, "not_allowed"),
        ({"categories": [[]]}, "not_allowed"),
        ({"unread": 1}, "wrong_type"),
        ({"since": "yesterday"}, "malformed"),
        ({"since": "2026-11-20T10:00:00"}, "malformed"),
        ({"since": 5}, "wrong_type"),
        ({"entities": ["a\x00b"]}, "not_allowed"),
        ({"entities": ["x" * 300]}, "not_allowed"),
        ({"drop table": [1]}, "not_allowed"),
    ],
)
def test_a_filter_that_is_none_is_refused_by_its_name(given: dict[str, Any], kind: str) -> None:
    with pytest.raises(Invalid) as refused:
        filters.read({"unread": True, **given} if "unread" not in given else given)
    assert [(problem.kind, problem.path) for problem in refused.value.problems] == [(kind, ("filters", *given))]


async def test_all_that_is_wrong_with_a_view_is_said_at_once(database: Database, home: int, linus: Actor) -> None:
    async with database.writing((home,)) as tx:
        with pytest.raises(Invalid) as refused:
            await views.create(tx, linus, home, Described(" ", {"tags": 1, "teams": 1}, sort="by luck"))  # type: ignore[arg-type]
    assert [problem.name for problem in refused.value.problems] == ["name", "sort", "tags", "teams"]


async def test_a_status_that_somebody_needs_stays(
    database: Database, home: int, linus: Actor, mary: Actor, world: World
) -> None:
    lamp = [world.the_broken_lamp.id]
    async with database.writing((home,)) as tx:
        with pytest.raises(PermissionMissing):
            await statuses.create(tx, mary, home, name="On hold", category="waiting")
        for name, problem in ((" ", "missing"), ("x" * 26, "too_long")):
            with pytest.raises(Invalid) as refused:
                await statuses.create(tx, linus, home, name=name, category="waiting")
            assert refused.value.problems[0].kind == problem
        held = await statuses.create(tx, linus, home, name="On hold", category="waiting")
        with pytest.raises(Taken):
            await statuses.create(tx, linus, home, name="ON HOLD", category="open")
        await status.put(tx, linus, home, lamp, status_id=held.id)
        with pytest.raises(StatusInUse):
            await statuses.delete(tx, linus, home, held.id)
        await status.put_category(tx, linus, home, lamp, category="open")
        assert (await finding.by_id(tx, linus, lamp[0])).status.name == "Open"
        await statuses.delete(tx, linus, home, held.id)
        again = await statuses.create(tx, linus, home, name="On hold", category="waiting")
        assert again.id != held.id
        with pytest.raises(StatusNotFound):
            await statuses.rename(tx, linus, home, held.id, name="Held")
        for built_in in [each.status.id for each in await statuses.of_workspace(tx, home) if each.built_in]:
            with pytest.raises(StatusBuiltIn):
                await statuses.delete(tx, linus, home, built_in)
            with pytest.raises(StatusBuiltIn):
                await statuses.rename(tx, linus, home, built_in, name="Other")


async def test_a_team_with_open_conversations_stays(database: Database, home: int, linus: Actor, world: World) -> None:
    lamp, team = [world.the_broken_lamp.id], world.lamplight.team_id
    async with database.writing((home,)) as tx:
        await assignment.give_to_team(tx, linus, home, lamp, team=team)
        with pytest.raises(TeamInUse):
            await teams.delete(tx, linus, home, team)
        await status.put_category(tx, linus, home, lamp, category="resolved")
        with pytest.raises(Invalid):
            await teams.set_members(tx, linus, home, team, members=[world.mary.id, world.grace.id])
        await teams.set_members(tx, linus, home, team, members=[world.mary.id])
        assert (await teams.find(tx, home, team)).members == [world.mary.id]
        await teams.delete(tx, linus, home, team)
        with pytest.raises(TeamNotFound):
            await teams.rename(tx, linus, home, team, name="Again")
        (row,) = (await queues.those(tx, linus, home, lamp)).values()
        assert row.team is not None
        assert row.team.name == "Front desk", "it was theirs"
        assert await teams.create(tx, linus, home, name="Front desk") != team
        with pytest.raises(Taken):
            await teams.create(tx, linus, home, name=" front DESK ")
        with pytest.raises(Invalid):
            await teams.create(tx, linus, home, name="Strangers", members=(world.grace.id,))


async def test_a_tag_that_is_deleted_is_on_nothing(database: Database, home: int, linus: Actor, world: World) -> None:
    lamp = [world.the_broken_lamp.id]
    async with database.writing((home,)) as tx:
        red = await tags.create(tx, linus, home, name=" Red ")
        await tagging.add(tx, linus, home, lamp, tags=[red.id])
        with pytest.raises(Taken):
            await tags.create(tx, linus, home, name="red")
        await tags.rename(tx, linus, home, red.id, name="RED")
        (row,) = (await queues.those(tx, linus, home, lamp)).values()
        assert [tag.name for tag in row.tags] == ["RED"]
        await tags.delete(tx, linus, home, red.id)
        (row,) = (await queues.those(tx, linus, home, lamp)).values()
        assert row.tags == []
        with pytest.raises(TagNotFound):
            await tags.delete(tx, linus, home, red.id)


async def test_an_inbox_is_known_by_other_words(
    database: Database, home: int, linus: Actor, mary: Actor, world: World
) -> None:
    inbox = world.lamplight.inbox
    async with database.writing((home,)) as tx:
        with pytest.raises(PermissionMissing):
            await inboxes.update(tx, mary, home, inbox.id, name="Sales", address=None, enabled=True)
        with pytest.raises(Invalid):
            await inboxes.update(tx, linus, home, inbox.id, name=" ", address=None, enabled=True)
        with pytest.raises(inboxes.InboxNotFound):
            await inboxes.update(tx, linus, home, world.harbour.inbox.id, name="Sales", address=None, enabled=True)
        after = await inboxes.update(tx, linus, home, inbox.id, name="Sales", address=" ", enabled=False)
        assert await inboxes.find(tx, home, inbox.id) == after
    assert (after.name, after.address, after.enabled) == ("Sales", None, False)
