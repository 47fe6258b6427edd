"""What agents do with conversations: what it changes, what it says in the thread, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from koine.core.actor import Actor, system
from koine.core.conversations import finding, messages, opening, queues, timeline
from koine.core.conversations.handling import (
    assignment,
    attributes,
    following,
    notes,
    priority,
    snoozing,
    status,
    tagging,
)
from koine.core.conversations.model import Conversation, Opening, Posting, Said
from koine.core.errors import ConversationNotFound, Invalid, PermissionMissing
from koine.core.page import Window
from koine.core.statuses import priorities, statuses
from koine.core.tags import tags
from koine.core.teams import teams
from koine.demo import World
from koine.postgres.database import Database, Tx


@pytest.fixture
def linus(world: World) -> Actor:
    return world.acting(world.linus, "Admin", world.lamplight)


@pytest.fixture
def mary(world: World) -> Actor:
    return world.acting(world.mary, "Agent", world.lamplight)


def _home(world: World) -> int:
    return world.lamplight.workspace.id


async def _lamp(tx: Tx, by: Actor, world: World) -> Conversation:
    return await finding.by_id(tx, by, world.the_broken_lamp.id)


async def _lines(tx: Tx, by: Actor, world: World) -> list[str]:
    page = await timeline.latest(tx, by, await _lamp(tx, by, world), Window(50))
    return [entry.message.text for entry in reversed(page.items) if entry.message.kind == "activity"]


async def _more(tx: Tx, world: World, count: int) -> list[int]:
    by = system(world.account_id, _home(world))
    return [each.id for each in await opening.open(tx, by, [Opening(_home(world), f"No. {n}") for n in range(count)])]


async def test_what_is_done_is_told_in_the_thread_in_the_order_in_which_it_was_done(
    database: Database, world: World, linus: Actor
) -> None:
    home, lamp = _home(world), [world.the_broken_lamp.id]
    async with database.writing((home,)) as tx:
        red, blue = [await tags.create(tx, linus, home, name=name) for name in ("Red", "Blue")]
        *_, high = await priorities.of_workspace(tx, home)
        await assignment.assign(tx, linus, home, lamp, to=world.mary.id)
        await assignment.assign(tx, linus, home, lamp, to=world.linus.id)
        await assignment.assign(tx, linus, home, lamp, to=None)
        await assignment.give_to_team(tx, linus, home, lamp, team=world.lamplight.team_id)
        await priority.put(tx, linus, home, lamp, priority_id=high.id)
        await tagging.add(tx, linus, home, lamp, tags=[red.id])
        await tagging.put(tx, linus, home, lamp, tags=[blue.id])
        await status.put_category(tx, linus, home, lamp, category="resolved")
        await status.put_category(tx, linus, home, lamp, category="open")
        assert await _lines(tx, linus, world) == [
            "Linus Pauling gave this to Mary Somerville",
            "Linus Pauling took this",
            "Linus Pauling took this from whoever had it",
            "Linus Pauling gave this to the team Front desk",
            "Linus Pauling set the priority to High",
            "Linus Pauling added Red",
            "Linus Pauling added Blue and removed Red",
            "Linus Pauling resolved this",
            "Linus Pauling opened this again",
        ]


async def test_lines_and_notes_move_nothing_in_the_conversation(database: Database, world: World, linus: Actor) -> None:
    home = _home(world)
    async with database.writing((home,)) as tx:
        before = await _lamp(tx, linus, world)
        await assignment.assign(tx, linus, home, [before.id], to=world.mary.id)
        await notes.write(tx, linus, before, Said("Between us"))
        after = await _lamp(tx, linus, world)
        said = await messages.latest(tx, linus, after, Window(10))
    assert (after.last_message, after.read, after.unread_count) == (
        before.last_message,
        before.read,
        before.unread_count,
    )
    assert [message.id for message in said.items] == [world.the_broken_lamp.message_id]


async def test_a_selection_changes_what_needs_it_each_with_an_event_of_its_own(
    database: Database, world: World, linus: Actor, sql: asyncpg.Connection
) -> None:
    home = _home(world)
    async with database.writing((home,)) as tx:
        ids = await _more(tx, world, 5)
        await assignment.assign(tx, linus, home, ids[:2], to=world.mary.id)
        assert await assignment.assign(tx, linus, home, [*reversed(ids), ids[0], 2**40], to=world.mary.id) == ids[2:]
    told = await sql.fetch(
        "select conversation_id, data from events where kind = 'conversation.assigned' and conversation_id = any ($1)"
        " order by id",
        ids,
    )
    assert [row["conversation_id"] for row in told] == ids


async def test_a_selection_has_an_end(database: Database, world: World, linus: Actor) -> None:
    home = _home(world)
    async with database.writing((home,)) as tx:
        ids = await _more(tx, world, 201)
        assert len(await status.put_category(tx, linus, home, ids[:200], category="resolved")) == 200
        with pytest.raises(Invalid) as refused:
            await status.put_category(tx, linus, home, ids, category="open")
    assert [(problem.kind, problem.limit) for problem in refused.value.problems] == [("too_long", 200)]


async def test_what_one_may_not_see_is_not_changed_and_is_not_there(
    database: Database, world: World, linus: Actor, mary: Actor, sql: asyncpg.Connection
) -> None:
    """Mary sees what is hers, her team's or nobody's; and nobody of Lamplight sees Harbour."""
    home = _home(world)
    grace = world.acting(world.grace, "Admin", world.harbour)
    async with database.writing((home, world.harbour.workspace.id)) as tx:
        theirs, open_ = await _more(tx, world, 2)
        (foreign,) = await opening.open(
            tx, system(world.account_id, world.harbour.workspace.id), [Opening(world.harbour.workspace.id)]
        )
        await assignment.assign(tx, linus, home, [theirs], to=world.linus.id)
        for by, ids in ((mary, [theirs]), (mary, [foreign.id]), (grace, [open_]), (linus, [2**62])):
            at = world.harbour.workspace.id if by is grace else home
            with pytest.raises(ConversationNotFound):
                await status.put_category(tx, by, at, ids, category="resolved")
            with pytest.raises(ConversationNotFound):
                await following.follow(tx, by, at, ids, user_id=by.id or 0)
        assert await status.put_category(tx, mary, home, [theirs, open_, foreign.id], category="resolved") == [open_]
    still = await sql.fetch("select resolved from conversations where id = any ($1)", [theirs, foreign.id])
    assert [row["resolved"] for row in still] == [False, False]


async def test_each_deed_needs_its_own_permission(database: Database, world: World, linus: Actor) -> None:
    home, lamp, now = _home(world), [world.the_broken_lamp.id], datetime.now(UTC)
    needs = {
        "conversations:update_user_assignee": lambda tx, by: assignment.assign(tx, by, home, lamp, to=None),
        "conversations:update_team_assignee": lambda tx, by: assignment.give_to_team(tx, by, home, lamp, team=None),
        "conversations:update_priority": lambda tx, by: priority.put(tx, by, home, lamp, priority_id=None),
        "conversations:update_status": lambda tx, by: snoozing.snooze(
            tx, by, home, lamp, until=now + timedelta(hours=1)
        ),
        "conversations:update_tags": lambda tx, by: tagging.add(tx, by, home, lamp, tags=[]),
        "conversations:read": lambda tx, by: following.follow(tx, by, home, lamp, user_id=world.linus.id),
    }
    async with database.writing((home,)) as tx:
        for permission, deed in needs.items():
            without = replace(linus, access={home: linus.access[home] - {permission}})
            with pytest.raises(PermissionMissing, match=permission):
                await deed(tx, without)
            await deed(tx, linus)


async def test_what_is_not_there_is_said_to_be_so(database: Database, world: World, linus: Actor) -> None:
    home, lamp = _home(world), [world.the_broken_lamp.id]
    async with database.writing((home,)) as tx:
        (foreign,) = [team.id for team in await teams.every(tx, home) if team.id != world.lamplight.team_id] or [
            world.harbour.team_id
        ]
        for deed, path in (
            (assignment.assign(tx, linus, home, lamp, to=world.grace.id), ("assignee",)),
            (assignment.give_to_team(tx, linus, home, lamp, team=foreign), ("team",)),
            (priority.put(tx, linus, home, lamp, priority_id=2**40), ("priority",)),
            (status.put(tx, linus, home, lamp, status_id=2**40), ("status",)),
            (tagging.add(tx, linus, home, lamp, tags=[2**40]), ("tags", 0)),
            (attributes.put(tx, linus, home, lamp, attributes={"colour": "red"}), ("attributes", "colour")),
            (following.follow(tx, linus, home, lamp, user_id=world.grace.id), ("user",)),
        ):
            with pytest.raises(Invalid) as refused:
                await deed
            assert [(problem.kind, problem.path) for problem in refused.value.problems] == [("not_found", path)]


async def test_another_team_takes_it_from_whoever_is_not_in_it(database: Database, world: World, linus: Actor) -> None:
    home, lamp = _home(world), [world.the_broken_lamp.id]
    async with database.writing((home,)) as tx:
        night = await teams.create(tx, linus, home, name="Night shift", members=(world.mary.id,))
        await assignment.assign(tx, linus, home, lamp, to=world.mary.id)
        await assignment.give_to_team(tx, linus, home, lamp, team=night)
        assert (await _lamp(tx, linus, world)).assignee_id == world.mary.id
        await assignment.assign(tx, linus, home, lamp, to=world.ada.id)
        await assignment.give_to_team(tx, linus, home, lamp, team=world.lamplight.team_id)
        held = await _lamp(tx, linus, world)
    assert (held.assignee_id, held.team_id) == (None, world.lamplight.team_id)


async def test_the_first_time_of_being_resolved_and_closed_is_kept(
    database: Database, world: World, linus: Actor
) -> None:
    home, lamp = _home(world), [world.the_broken_lamp.id]
    async with database.reading((home,)) as tx:
        by_name = {each.status.name: each.status.id for each in await statuses.of_workspace(tx, home)}
    seen = []
    for name in ("Resolved", "Open", "Closed", "Open", "Closed"):
        async with database.writing((home,)) as tx:
            await status.put(tx, linus, home, lamp, status_id=by_name[name])
            seen.append(await _lamp(tx, linus, world))
    assert [each.resolved for each in seen] == [True, False, True, False, True]
    assert len({each.resolved_at for each in seen}) == 1
    assert [each.closed_at is not None for each in seen] == [False, False, True, True, True]
    assert seen[2].closed_at == seen[4].closed_at != seen[0].resolved_at


async def test_what_is_snoozed_waits_until_it_is_woken_or_due(
    database: Database, world: World, linus: Actor, sql: asyncpg.Connection
) -> None:
    home, lamp = _home(world), [world.the_broken_lamp.id]
    by, until = system(world.account_id, home), datetime.now(UTC) + timedelta(hours=2)
    async with database.writing((home,)) as tx:
        assert await snoozing.snooze(tx, linus, home, lamp, until=until) == lamp
        assert await snoozing.snooze(tx, linus, home, lamp, until=until) == []
        held = await _lamp(tx, linus, world)
        assert (held.status.name, held.snoozed_until) == ("Snoozed", until)
        assert await snoozing.wake_due(tx, by, home, lamp[0]) == [], "its time has not come"
    job = await sql.fetchrow("select lane, due_at from jobs where reaction = 'waking' and target = $1", str(lamp[0]))
    assert (job["lane"], job["due_at"]) == (f"conversation:{lamp[0]}", until)
    async with database.writing((home,)) as tx:
        assert await snoozing.wake(tx, linus, home, lamp) == lamp
        assert await snoozing.wake(tx, linus, home, lamp) == []
        await snoozing.snooze(tx, linus, home, lamp, until=until)
    await sql.execute("update conversations set snoozed_until = now() where id = $1", lamp[0])
    async with database.writing((home,)) as tx:
        assert await snoozing.wake_due(tx, by, home, lamp[0]) == lamp
        held = await _lamp(tx, linus, world)
    assert (held.status.name, held.snoozed_until) == ("Open", None)


@pytest.mark.parametrize("off", [timedelta(seconds=-1), timedelta(days=400)])
async def test_nothing_is_put_off_to_the_past_or_for_ever(
    off: timedelta, database: Database, world: World, linus: Actor
) -> None:
    async with database.writing((_home(world),)) as tx:
        with pytest.raises(Invalid):
            await snoozing.snooze(tx, linus, _home(world), [world.the_broken_lamp.id], until=datetime.now(UTC) + off)


async def test_a_note_names_members_who_then_follow_and_are_mentioned(
    database: Database, world: World, linus: Actor, mary: Actor
) -> None:
    home = _home(world)
    async with database.writing((home,)) as tx:
        lamp = await _lamp(tx, linus, world)
        with pytest.raises(Invalid):
            await notes.write(tx, linus, lamp, Said("Psst"), [world.grace.id])
        note = await notes.write(tx, linus, lamp, Said("Look"), [world.mary.id])
        (row,) = (await queues.those(tx, mary, home, [lamp.id])).values()
        (other,) = (await queues.those(tx, linus, home, [lamp.id])).values()
        assert (row.mentioned, other.mentioned) == (True, False)
        (entry,) = await timeline.those(tx, linus, lamp, [note.id])
        assert (entry.message.kind, entry.message.direction, entry.mentioned) == ("note", "none", [world.mary.id])
        assert await following.follow(tx, mary, home, [lamp.id], user_id=world.mary.id) == []


async def test_a_thread_opens_at_what_oneself_has_not_seen(database: Database, world: World, linus: Actor) -> None:
    ada = world.acting(world.ada, "Owner", world.lamplight)
    async with database.writing((_home(world),)) as tx:
        lamp = await _lamp(tx, linus, world)
        assert await timeline.first_unread(tx, linus, lamp) == lamp.last_message.id  # type: ignore[union-attr]
        assert await timeline.first_unread(tx, ada, lamp) is None, "she said it herself"
        await messages.post(tx, linus, [Posting(lamp.id, Said("Yes"))])
        assert await timeline.first_unread(tx, linus, lamp) is None
        (second,) = await messages.post(tx, ada, [Posting(lamp.id, Said("And the other?"))])
        await messages.post(tx, ada, [Posting(lamp.id, Said("And the third?"))])
        assert second is not None
        assert await timeline.first_unread(tx, linus, lamp) == second.id
