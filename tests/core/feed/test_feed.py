"""Pages of the feed: in order, from a position, and only what the reader may see."""

from __future__ import annotations

import asyncpg
import pytest

from koine.core.actor import Actor, system
from koine.core.contacts import contacts
from koine.core.contacts.model import Described
from koine.core.conversations import messages, opening
from koine.core.conversations.model import Opened, Opening, Posting, Said
from koine.core.errors import PermissionMissing, PositionAhead, PositionGone
from koine.core.feed import feed, sight
from koine.core.feed import store as feed_store
from koine.core.feed.model import FeedEvent, FeedPage
from koine.core.filters import Clauses
from koine.core.permissions import ALL, ROLES
from koine.core.teams import teams
from koine.demo import World
from koine.postgres.database import Database

WHO_READS = {
    "all": ALL,
    "agent": ROLES["Agent"],
    "assigned": {"conversations:read", "conversations:read_assigned"},
    "unassigned": {"conversations:read", "conversations:read_unassigned", "contacts:read"},
    "team inbox": {"conversations:read", "conversations:read_team_inbox"},
    "team": {"conversations:read", "conversations:read_team_all"},
    "nothing but the word": {"conversations:read"},
}


async def test_an_event_tells_who_did_what_to_which(database: Database, world: World, sql: asyncpg.Connection) -> None:
    ada, lamp = world.acting(world.ada, "Owner", world.lamplight), world.the_broken_lamp
    async with database.writing(ada.workspaces) as tx:
        (posted,) = await messages.post(tx, ada, [Posting(lamp.id, Said("Any news?"))])
    assert posted is not None
    event = (await _all(database, sql, world))[-1]
    assert event.kind == "message.posted"
    assert (event.workspace.id, event.workspace.uuid) == (ada.workspaces[0], world.lamplight.workspace.uuid)
    assert event.conversation is not None
    assert (event.conversation.id, event.conversation.uuid) == (lamp.id, lamp.uuid)
    assert event.message is not None
    assert (event.message.id, event.message.uuid) == (posted.id, posted.uuid)
    assert (event.actor.kind, event.actor.id, event.actor.uuid) == ("user", world.ada.id, world.ada.uuid)
    assert event.contact is None
    assert event.created_at == posted.at


async def test_what_a_contact_or_koine_itself_did(database: Database, world: World, sql: asyncpg.Connection) -> None:
    workspace_id, otto = world.lamplight.workspace.id, world.lamplight.contacts[1]
    by = Actor("contact", otto.id, world.account_id, {workspace_id: ALL})
    async with database.writing((workspace_id,)) as tx:
        await opening.open(tx, by, [Opening(workspace_id, "Where is it?", contact_id=otto.id)])
        await contacts.create(tx, system(world.account_id, workspace_id), workspace_id, Described("new@example.com"))
    opened, created = (await _all(database, sql, world))[-2:]
    assert (opened.actor.kind, opened.actor.uuid) == ("contact", otto.uuid)
    assert opened.contact is not None
    assert opened.contact.uuid == otto.uuid
    assert (created.kind, created.actor.kind, created.actor.uuid) == ("contact.created", "system", None)
    assert created.contact is not None
    assert created.conversation is created.whereabouts is None


async def test_page_after_page_gives_everything_once_and_in_order(
    database: Database, world: World, sql: asyncpg.Connection
) -> None:
    everything = await _all(database, sql, world)
    assert [event.position for event in everything] == list(range(1, len(everything) + 1))
    got: list[FeedEvent] = []
    after, more = 0, True
    while more:
        page = await _page(database, world, after, limit=3)
        assert len(page.events) <= 3
        got += page.events
        after, more = page.next, page.more
    assert got == everything
    assert await _page(database, world, after, limit=3) == FeedPage([], after, more=False)


async def test_filters_choose_and_the_reader_goes_on_after_what_they_passed_over(
    database: Database, world: World, sql: asyncpg.Connection
) -> None:
    ada, inbox_id = world.acting(world.ada, "Owner", world.lamplight), world.lamplight.inbox.id
    async with database.writing(ada.workspaces) as tx:
        (mail,) = await opening.open(tx, ada, [Opening(ada.workspaces[0], "Mail", Said("Hello"), inbox_id=inbox_id)])
    everything = await _all(database, sql, world)
    last = everything[-1].position

    async def chosen(**filters: object) -> list[FeedEvent]:
        page = await _page(database, world, 0, limit=100, **filters)
        assert (page.next, page.more) == (last, False)
        return list(page.events)

    assert await chosen(kinds=["inbox.created", "team.created"]) == [
        event for event in everything if event.kind in ("inbox.created", "team.created")
    ]
    assert await chosen(kinds=[]) == []
    assert {event.kind for event in await chosen(conversation_id=mail.id)} == {"conversation.opened", "message.posted"}
    assert await chosen(inbox_id=inbox_id) == await chosen(conversation_id=mail.id)
    assert await chosen(inbox_id=inbox_id + 1_000_000) == []
    assert len(await chosen(inbox_id=inbox_id, kinds=["message.posted"])) == 1


async def test_a_page_looks_through_its_share_and_says_that_there_is_more(
    database: Database, world: World, sql: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = await _all(database, sql, world)
    monkeypatch.setattr(feed, "LOOKED_THROUGH", 2)
    after, seen = 0, 0
    while after < len(everything):
        page = await _page(database, world, after, limit=100, kinds=["conversation.opened"])
        assert page.next == min(after + 2, len(everything))
        assert page.more == (page.next < len(everything))
        after, seen = page.next, seen + len(page.events)
    assert seen == 1


async def test_events_without_a_position_are_not_there_yet(
    database: Database, world: World, sql: asyncpg.Connection
) -> None:
    before = await _all(database, sql, world)
    by = system(world.account_id, world.lamplight.workspace.id)
    async with database.writing(by.workspaces) as tx:
        await contacts.create(tx, by, by.workspaces[0], Described("new@example.com"))
    page = await _page(database, world, before[-1].position, limit=10)
    assert (page.events, page.next, page.more) == ([], before[-1].position, False)


async def test_a_position_that_was_never_given_is_refused(
    database: Database, world: World, sql: asyncpg.Connection
) -> None:
    everything = await _all(database, sql, world)
    for position in (len(everything) + 1, 2**63 - 1):
        with pytest.raises(PositionAhead):
            await _page(database, world, position, limit=10)


async def test_a_position_that_is_kept_no_longer_is_refused_with_the_oldest(
    database: Database, world: World, sql: asyncpg.Connection
) -> None:
    await _all(database, sql, world)
    await sql.execute("update feeds set pruned = 2 where workspace_id = $1", world.lamplight.workspace.id)
    with pytest.raises(PositionGone) as gone:
        await _page(database, world, 1, limit=10)
    assert gone.value.oldest == 2
    assert (await _page(database, world, 2, limit=1)).events[0].position == 3


async def test_a_workspace_in_which_nothing_happened_has_an_empty_feed(database: Database, world: World) -> None:
    workspace_id = world.lamplight.workspace.id
    async with database.reading((workspace_id,)) as tx:
        page = await feed.page(tx, system(world.account_id, workspace_id), workspace_id, 0, limit=10)
        assert await feed.oldest(tx, workspace_id) == 0
    assert page == FeedPage([], 0, more=False)


async def test_another_workspace_has_no_feed_for_the_reader(
    database: Database, world: World, sql: asyncpg.Connection
) -> None:
    await _all(database, sql, world)
    grace = world.acting(world.grace, "Owner", world.harbour)
    async with database.reading(grace.workspaces) as tx:
        with pytest.raises(PermissionMissing):
            await feed.page(tx, grace, world.lamplight.workspace.id, 0, limit=10)
        assert await feed_store.extents(tx, [world.lamplight.workspace.id]) == {}
        assert await feed_store.following(tx, {world.lamplight.workspace.id: 0}, each=10) == []


@pytest.mark.parametrize("who", WHO_READS)
async def test_a_reader_sees_the_events_of_what_they_may_see(
    who: str, database: Database, world: World, sql: asyncpg.Connection
) -> None:
    """The same from the store and from `sight`, which judges an event that has been read already."""
    workspace_id = world.lamplight.workspace.id
    conversations = await _of_every_kind(database, world)
    mary = Actor("user", world.mary.id, world.account_id, {workspace_id: frozenset(WHO_READS[who])})
    everything = await _all(database, sql, world)
    async with database.reading((workspace_id,)) as tx:
        page = await feed.page(tx, mary, workspace_id, 0, limit=1000)
    seen = {event.conversation.id for event in page.events if event.conversation}
    names = {name for name, opened in conversations.items() if opened.id in seen}
    assert (
        names
        == {
            "all": {"nobody", "mary", "linus", "team", "team and linus", "other team"},
            "agent": {"nobody", "mary", "team", "team and linus"},
            "assigned": {"mary"},
            "unassigned": {"nobody"},
            "team inbox": {"team"},
            "team": {"team", "team and linus"},
            "nothing but the word": set(),
        }[who]
    )
    assert any(event.kind == "inbox.created" for event in page.events)
    contacts_seen = any(event.kind == "contact.created" for event in page.events)
    assert contacts_seen == ("contacts:read" in WHO_READS[who])
    mine = {world.lamplight.team_id}
    assert list(page.events) == [event for event in everything if sight.sees(mary, mine, event)]


async def test_the_event_of_a_job_can_be_read_by_its_row(
    database: Database, world: World, sql: asyncpg.Connection
) -> None:
    everything = await _all(database, sql, world)
    workspace_id = world.lamplight.workspace.id
    async with database.reading((workspace_id,)) as tx:
        ids = [row["id"] for row in await tx.rows("select id from events order by position")]
        assert [await feed_store.by_row(tx, workspace_id, id) for id in ids] == everything
        assert await feed_store.by_row(tx, workspace_id, max(ids) + 1_000_000) is None


async def _of_every_kind(database: Database, world: World) -> dict[str, Opened]:
    """Conversations that different people have."""
    workspace_id, team = world.lamplight.workspace.id, world.lamplight.team_id
    by = system(world.account_id, workspace_id)
    async with database.writing((workspace_id,)) as tx:
        other = await teams.create(tx, by, workspace_id, name="Night shift")
        holders = {
            "nobody": (None, None),
            "mary": (world.mary.id, None),
            "linus": (world.linus.id, None),
            "team": (None, team),
            "team and linus": (world.linus.id, team),
            "other team": (None, other),
        }
        opened = await opening.open(
            tx,
            by,
            [
                Opening(workspace_id, name, Said(name), assignee_id=assignee, team_id=of)
                for name, (assignee, of) in holders.items()
            ],
        )
    return dict(zip(holders, opened, strict=True))


async def _page(database: Database, world: World, after: int, *, limit: int, **filters: object) -> FeedPage:
    workspace_id = world.lamplight.workspace.id
    async with database.reading((workspace_id,)) as tx:
        reader = system(world.account_id, workspace_id)
        return await feed.page(tx, reader, workspace_id, after, limit=limit, **filters)  # type: ignore[arg-type]


async def _all(database: Database, sql: asyncpg.Connection, world: World) -> list[FeedEvent]:
    """Everything that has happened in Lamplight, numbered."""
    workspace_id = world.lamplight.workspace.id
    while await sql.fetchval("select number_events(array[$1 % 8]::integer[], '[]')", workspace_id):
        pass
    async with database.reading((workspace_id,)) as tx:
        everything = await feed_store.between(
            tx, system(world.account_id, workspace_id), Clauses(), workspace_id, after=0, upto=10_000, limit=1000
        )
    return everything[1]
