"""The queues of a desk, held against a plain look at everything: for who sees all of it and for who does not."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from koine.core.actor import Actor, system
from koine.core.conversations import changing, finding, messages, opening, queues
from koine.core.conversations.handling import assignment, notes, priority, snoozing, status, tagging
from koine.core.conversations.model import Opening, Posting, Said
from koine.core.conversations.queued import Asked, Filters, Queue, QueueKind, Row, Sort
from koine.core.errors import CursorUnreadable, PermissionMissing
from koine.core.page import Place, Window
from koine.core.statuses import priorities, statuses
from koine.core.tags import tags
from koine.core.teams import teams
from koine.demo import World
from koine.postgres.database import Database, Tx

SORTS: dict[Sort, Callable[[Row], Any]] = {
    "newest": lambda row: (-row.last_message_at.timestamp(), -row.id),
    "oldest": lambda row: (row.last_message_at, row.id),
    "waiting": lambda row: (
        row.resolved or row.waiting_since is None,
        row.last_message_at if row.resolved or row.waiting_since is None else row.waiting_since,
        row.id,
    ),
    "priority": lambda row: (
        1 if row.priority is None else -row.priority.rank,
        -row.last_message_at.timestamp(),
        -row.id,
    ),
}


class Desk:
    """A workspace with some forty conversations in all states, and those who look at it."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.home = world.lamplight.workspace.id
        self.by = replace(system(world.account_id, self.home), name="Koine")
        self.dice = random.Random(seed)
        self.linus = world.acting(world.linus, "Admin", world.lamplight)
        self.mary = world.acting(world.mary, "Agent", world.lamplight)
        self.ids: list[int] = []

    async def fill(self, tx: Tx) -> None:
        dice, home, by = self.dice, self.home, self.by
        other = await teams.create(tx, by, home, name="Others", members=(self.world.linus.id,))
        words = [await tags.create(tx, by, home, name=name) for name in ("Red", "Green", "Blue")]
        ranks = await priorities.of_workspace(tx, home)
        all_statuses = [each.status.id for each in await statuses.of_workspace(tx, home)]
        for number in range(40):
            wanted = Opening(
                home,
                f"Matter {number}",
                Said("Hello", direction=dice.choice(["in", "out"])),
                entity=dice.choice([None, "btxn_1", "btxn_2"]),
                inbox_id=dice.choice([None, self.world.lamplight.inbox.id]),
                contact_id=dice.choice([None, *(contact.id for contact in self.world.lamplight.contacts)]),
            )
            (opened,) = await opening.open(tx, by, [wanted])
            self.ids.append(opened.id)
            at = datetime.now(UTC) - timedelta(minutes=dice.randint(0, 20))
            await tx.write(
                "update conversations set last_message_at = $2::timestamptz,"
                " waiting_since = case when waiting_since is not null then $2::timestamptz end where id = $1",
                opened.id,
                at,
            )
        some = lambda: dice.sample(self.ids, 12)  # noqa: E731
        await assignment.give_to_team(tx, by, home, some(), team=self.world.lamplight.team_id)
        await assignment.give_to_team(tx, by, home, some(), team=other)
        await assignment.assign(tx, by, home, some(), to=self.world.mary.id)
        await assignment.assign(tx, by, home, some(), to=self.world.linus.id)
        for each in words:
            await tagging.add(tx, by, home, some(), tags=[each.id])
        for rank in ranks:
            await priority.put(tx, by, home, some(), priority_id=rank.id)
        await snoozing.snooze(tx, by, home, some(), until=datetime.now(UTC) + timedelta(hours=1))
        for each_status in all_statuses:
            await status.put(tx, by, home, dice.sample(self.ids, 5), status_id=each_status)
        for id in dice.sample(self.ids, 6):
            conversation = await finding.by_id(tx, by, id)
            await notes.write(tx, by, conversation, Said("See"), [self.world.mary.id])
        for id in dice.sample(self.ids, 10):
            await changing.mark(tx, self.linus, await finding.by_id(tx, self.linus, id), read=True)
        for id in dice.sample(self.ids, 5):
            await changing.star(tx, by, await finding.by_id(tx, by, id), starred=True)
        for id in dice.sample(self.ids, 3):
            await changing.delete(tx, by, await finding.by_id(tx, by, id))
        await messages.post(tx, by, [Posting(id, Said("Well", direction="in", channel="sms")) for id in some()])


@pytest.fixture
async def desk(database: Database, world: World) -> Desk:
    desk = Desk(world, world.account_id)
    async with database.writing((desk.home,)) as tx:
        await desk.fill(tx)
    return desk


async def _all(tx: Tx, by: Actor, desk: Desk, asked: Asked, limit: int = 7) -> list[Row]:
    """Every page of a list, one after the other, and back again."""
    window, found = Window(limit), []
    while True:
        page = await queues.rows(tx, by, desk.home, asked, window)
        found += page.items
        if page.after is None:
            break
        window = Window(limit, page.after)
    if window.place is not None:
        page = await queues.rows(
            tx, by, desk.home, asked, Window(len(found), replace(_place(found, asked), side="before"))
        )
        assert [row.id for row in page.items] == [row.id for row in found[:-1]]
    return found


def _place(found: list[Row], asked: Asked) -> Place:
    from koine.core.conversations.store.queues import place_value

    return Place(place_value(found[-1], asked.order), found[-1].id)


def _queues(rows: list[Row]) -> list[Queue]:
    kinds: tuple[QueueKind, ...] = ("mine", "unassigned", "all", "mentions", "snoozed", "resolved")
    placed = {("inbox", row.inbox.id) for row in rows if row.inbox}
    placed |= {("team", row.team.id) for row in rows if row.team}
    placed |= {("tag", tag.id) for row in rows for tag in row.tags}
    return [Queue(kind) for kind in kinds] + [Queue(kind, id) for kind, id in sorted(placed)]  # type: ignore[arg-type]


@pytest.mark.parametrize("who", ["linus", "mary"])
async def test_a_queue_holds_what_says_that_it_is_in_it(who: str, database: Database, desk: Desk) -> None:
    by: Actor = getattr(desk, who)
    async with database.reading(by.workspaces) as tx:
        there = list((await queues.those(tx, by, desk.home, desk.ids)).values())
        assert (len(there) == len(desk.ids)) == (who == "linus")
        lamp = await queues.those(tx, by, desk.home, [desk.world.the_broken_lamp.id])
        there += lamp.values()
        for queue in _queues(there):
            expected = [row for row in there if queue in queues.standing_in(row, by)]
            for sort in SORTS:
                asked = Asked(queue, sort=sort)
                key = SORTS[asked.order]
                found = await _all(tx, by, desk, asked)
                assert [row.id for row in found] == [row.id for row in sorted(expected, key=key)], (queue, sort)
                assert found == sorted(expected, key=key)


@pytest.mark.parametrize("who", ["linus", "mary"])
async def test_counts_are_those_of_the_queues(who: str, database: Database, desk: Desk) -> None:
    by: Actor = getattr(desk, who)
    async with database.reading(by.workspaces) as tx:
        everything = [*desk.ids, desk.world.the_broken_lamp.id]
        there = (await queues.those(tx, by, desk.home, everything)).values()
        counted = Counter(queue for row in there for queue in queues.standing_in(row, by))
        counts = await queues.counts(tx, by, desk.home)
    for kind in ("mine", "unassigned", "all", "mentions", "snoozed"):
        assert getattr(counts, kind) == counted[Queue(kind)], kind
        assert counts.all > 0
    for inbox_id, number in counts.inboxes.items():
        assert number == counted[Queue("inbox", inbox_id)]
    assert (sum(counts.inboxes.values()) > 0) == (who == "linus")
    for team_id, number in counts.teams.items():
        assert number == counted[Queue("team", team_id)]
    assert sum(counts.teams.values()) > 0


async def test_a_filter_keeps_what_meets_it(database: Database, desk: Desk) -> None:
    by = desk.linus
    async with database.reading(by.workspaces) as tx:
        there = [row for row in (await queues.those(tx, by, desk.home, desk.ids)).values() if not row.deleted]
        lamp = (await queues.those(tx, by, desk.home, [desk.world.the_broken_lamp.id])).values()
        there += lamp
        team, inbox = desk.world.lamplight.team_id, desk.world.lamplight.inbox.id
        red, rank = (
            there_first(row.tags[0].id for row in there if row.tags),
            await priorities.of_workspace(tx, desk.home),
        )
        now = datetime.now(UTC) - timedelta(minutes=10)
        everywhere = ("open", "waiting", "resolved")
        checks: list[tuple[Filters, Callable[[Row], bool]]] = [
            (Filters(), lambda row: True),
            (Filters(assignees=["me"]), lambda row: row.assignee is not None and row.assignee.id == by.id),
            (
                Filters(assignees=[None, desk.world.mary.id]),
                lambda row: row.assignee is None or row.assignee.id == desk.world.mary.id,
            ),
            (Filters(assignees=[None]), lambda row: row.assignee is None),
            (Filters(teams=[team]), lambda row: row.team is not None and row.team.id == team),
            (Filters(inboxes=[inbox]), lambda row: row.inbox is not None and row.inbox.id == inbox),
            (Filters(tags=[red]), lambda row: red in [tag.id for tag in row.tags]),
            (
                Filters(priorities=[rank[0].id, None]),
                lambda row: row.priority is None or row.priority.id == rank[0].id,
            ),
            (Filters(unread=True), lambda row: row.unread),
            (Filters(unread=False), lambda row: not row.unread),
            (Filters(starred=True), lambda row: row.starred),
            (Filters(since=now), lambda row: row.last_message_at >= now),
            (Filters(until=now), lambda row: row.last_message_at < now),
            (Filters(channels=["sms"]), lambda row: row.channel == "sms"),
            (Filters(starred=False, tags=[red]), lambda row: not row.starred and red in [t.id for t in row.tags]),
        ]
        for filters, meets in checks:
            asked = Asked(Queue("all"), replace(filters, categories=everywhere))
            found = {row.id for row in await _all(tx, by, desk, asked)}
            assert found == {row.id for row in there if meets(row)}, filters
        assert {row.id for row in await _all(tx, by, desk, Asked(Queue("all"), Filters(entities=["btxn_1"])))} == {
            row["conversation_id"]
            for row in await tx.rows(
                "select e.conversation_id from conversation_entities e join conversations c on c.id = e.conversation_id"
                " where e.workspace_id = $1 and e.entity = 'btxn_1' and not c.resolved and c.snoozed_until is null"
                " and c.deleted_at is null",
                desk.home,
            )
        }


async def test_a_status_is_asked_for_by_its_id_or_its_category(database: Database, desk: Desk) -> None:
    by = desk.linus
    async with database.reading(by.workspaces) as tx:
        there = [row for row in (await queues.those(tx, by, desk.home, desk.ids)).values() if not row.deleted]
        there += (await queues.those(tx, by, desk.home, [desk.world.the_broken_lamp.id])).values()
        for each in await statuses.of_workspace(tx, desk.home):
            found = await _all(tx, by, desk, Asked(Queue("all"), Filters(statuses=[each.status.id])))
            assert {row.id for row in found} == {row.id for row in there if row.status.id == each.status.id}
            found = await _all(tx, by, desk, Asked(Queue("all"), Filters(categories=[each.status.category])))
            assert {row.id for row in found} == {row.id for row in there if row.status.category == each.status.category}


@pytest.mark.parametrize("value", ["", "0", "x 2026-01-01", "0 yesterday", f"{'9' * 30} 2026-01-01T00:00:00+00:00"])
async def test_a_cursor_that_was_cut_is_refused(value: str, database: Database, world: World) -> None:
    by, home = world.acting(world.linus, "Admin", world.lamplight), world.lamplight.workspace.id
    async with database.reading(by.workspaces) as tx:
        with pytest.raises(CursorUnreadable):
            await queues.rows(tx, by, home, Asked(Queue("all")), Window(5, Place(value, 1)))


async def test_another_workspace_shows_nothing(database: Database, desk: Desk) -> None:
    grace = desk.world.acting(desk.world.grace, "Admin", desk.world.harbour)
    async with database.reading(grace.workspaces) as tx:
        assert await queues.those(tx, grace, desk.world.harbour.workspace.id, desk.ids) == {}
        for read in (
            queues.rows(tx, grace, desk.home, Asked(Queue("all")), Window(5)),
            queues.counts(tx, grace, desk.home),
        ):
            with pytest.raises(PermissionMissing):
                await read


def there_first(values: Any) -> Any:
    """The first of some."""
    return next(iter(values))
