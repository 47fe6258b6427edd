"""What was said before we heard of it stands where it belongs in time, and the conversation with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from koine.core.actor import Actor, Author
from koine.core.conversations import dating, finding, messages, opening, timeline
from koine.core.conversations.dating import Past
from koine.core.conversations.handling import assignment, status
from koine.core.conversations.model import Conversation, Opening, Posting, Said
from koine.core.page import Window
from koine.demo import World
from koine.demo.stage import acting
from koine.postgres.database import Database, Tx

BEGAN = datetime(2031, 3, 1, 9, 0, tzinfo=UTC)


def later(minutes: int) -> datetime:
    return BEGAN + timedelta(minutes=minutes)


async def talk(tx: Tx, by: Actor, world: World) -> tuple[int, list[int]]:
    """Otto asks, Linus answers, Otto asks twice more."""
    home, otto = world.lamplight, Author("contact", world.lamplight.contacts[1].id)
    asks = Said("?", author=otto, direction="in", channel="email", state="received")
    answers = Said("!", channel="email")
    (opened,) = await opening.open(tx, by, [Opening(home.workspace.id, said=asks, contact_id=otto.id)])
    posted = await messages.post(tx, by, [Posting(opened.id, said) for said in (answers, asks, asks)])
    return opened.id, [opened.message_id or 0, *(each.id for each in posted if each is not None)]


async def dated(database: Database, world: World, *, resolved: bool) -> tuple[Conversation, list[datetime]]:
    home, by = world.lamplight.workspace.id, acting(world.linus, world.lamplight.workspace.id)
    async with database.writing((home,)) as tx:
        id, said = await talk(tx, by, world)
        await assignment.assign(tx, by, home, [id], to=world.mary.id)
        if resolved:
            await status.put_category(tx, by, home, [id], category="resolved")
        times = {message: later(20 * place) for place, message in enumerate(said)}
        await dating.date(tx, home, [Past(id, BEGAN, later(90), times, {"assigned": later(5), "status": later(90)})])
        conversation = await finding.by_id(tx, by, id)
        entries = (await timeline.latest(tx, by, conversation, Window(10))).items
    return conversation, [entry.message.created_at for entry in entries]


async def test_messages_and_activity_stand_where_they_belong(database: Database, world: World) -> None:
    _, times = await dated(database, world, resolved=True)
    assert times == [later(90), later(60), later(40), later(20), later(5), BEGAN]


async def test_the_conversation_says_what_its_messages_say(database: Database, world: World) -> None:
    found, _ = await dated(database, world, resolved=True)
    assert (found.created_at, found.last_message_at, found.updated_at) == (BEGAN, later(60), later(90))
    assert (found.first_reply_at, found.last_reply_at) == (later(20), later(20))
    assert found.waiting_since == later(40)
    assert (found.resolved_at, found.closed_at) == (later(90), None)


async def test_what_is_not_resolved_has_no_time_of_that(database: Database, world: World) -> None:
    found, _ = await dated(database, world, resolved=False)
    assert found.resolved_at is None


async def test_others_stay_where_they_are(database: Database, world: World) -> None:
    reader = acting(world.linus, world.lamplight.workspace.id)
    await dated(database, world, resolved=True)
    async with database.reading(reader.workspaces) as tx:
        lamp = await finding.by_id(tx, reader, world.the_broken_lamp.id)
    assert lamp.created_at == lamp.last_message_at == world.the_broken_lamp.at
