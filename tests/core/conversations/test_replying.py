"""Answering from a desk: over the right channel, later, taken back, and with a draft that goes when it is sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from koine.core.actor import Actor, system
from koine.core.contacts import contacts
from koine.core.contacts.model import Described
from koine.core.conversations import drafts, finding, messages, opening, timeline
from koine.core.conversations.correspondence import scheduling
from koine.core.conversations.correspondence.refusals import CannotReach, DoNotDisturb, NothingToSay, NotScheduled
from koine.core.conversations.handling import notes, replying
from koine.core.conversations.model import Conversation, Opening, Said
from koine.core.errors import Invalid
from koine.core.page import Window
from koine.demo import World
from koine.postgres.database import Database, Tx


@pytest.fixture
def linus(world: World) -> Actor:
    return world.acting(world.linus, "Admin", world.lamplight)


def _soon() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=replying.UNDO)


async def _with_contact(tx: Tx, world: World, channel: str) -> Conversation:
    """Rosalind has written by a channel."""
    home = world.lamplight.workspace.id
    by = system(world.account_id, home)
    said = Said("Hello?", direction="in", channel=channel, state="received")
    wanted = Opening(home, "The lamp", said, contact_id=world.lamplight.contacts[0].id)
    (opened,) = await opening.open(tx, by, [wanted])
    return await finding.by_id(tx, by, opened.id)


@pytest.mark.parametrize(("channel", "state"), [("api", "sent"), ("sms", "pending"), ("email", "pending")])
async def test_an_answer_goes_the_way_that_the_question_came(
    channel: str, state: str, database: Database, world: World, linus: Actor, sql: asyncpg.Connection
) -> None:
    async with database.writing(linus.workspaces) as tx:
        conversation = await _with_contact(tx, world, channel)
        sent = await replying.reply(tx, linus, conversation, Said("Yes", source_id="attempt-1"))
        again = await replying.reply(tx, linus, conversation, Said("Yes", source_id="attempt-1"))
        assert (again.id, again.known, sent.known) == (sent.id, True, False)
        (entry,) = await timeline.those(tx, linus, conversation, [sent.id])
    said = entry.message
    assert (said.channel, said.state, said.direction, said.author.id, entry.source_id) == (
        channel,
        state,
        "out",
        world.linus.id,
        "attempt-1",
    )
    mail = await sql.fetchrow("select subject, recipients from emails where message_id = $1", sent.id)
    assert (mail is not None) == (channel == "email")
    if mail is not None:
        assert (mail["subject"], mail["recipients"]) == ("Re: The lamp", [world.lamplight.contacts[0].email])


async def test_who_does_not_want_to_be_reached_or_cannot_be_is_not(
    database: Database, world: World, linus: Actor
) -> None:
    async with database.writing(linus.workspaces) as tx:
        conversation = await _with_contact(tx, world, "sms")
        by, rosalind = system(world.account_id, *linus.workspaces), world.lamplight.contacts[0]
        await contacts.update(tx, by, rosalind, Described(phone=""))
        with pytest.raises(CannotReach):
            await replying.reply(tx, linus, conversation, Said("Yes"))
        await contacts.update(tx, by, rosalind, Described(dnd=True))
        with pytest.raises(DoNotDisturb):
            await replying.reply(tx, linus, conversation, Said("Yes"))
        with pytest.raises(NothingToSay):
            await replying.reply(tx, linus, conversation, Said("  \n"))


async def test_a_draft_is_its_owners_and_goes_when_it_is_sent(database: Database, world: World, linus: Actor) -> None:
    mary = world.acting(world.mary, "Agent", world.lamplight)
    async with database.writing(linus.workspaces) as tx:
        lamp = await finding.by_id(tx, linus, world.the_broken_lamp.id)
        for kind in ("reply", "note"):
            await drafts.save(tx, linus, lamp, kind=kind, body="Dear")  # type: ignore[arg-type]
            await drafts.save(tx, linus, lamp, kind=kind, body=f"Dear {kind}")  # type: ignore[arg-type]
        assert {kind: kept.body for kind, kept in (await drafts.of_conversation(tx, linus, lamp)).items()} == {
            "reply": "Dear reply",
            "note": "Dear note",
        }
        assert await drafts.of_conversation(tx, mary, lamp) == {}
        await replying.reply(tx, linus, lamp, Said("Dear reply"))
        assert list(await drafts.of_conversation(tx, linus, lamp)) == ["note"]
        await notes.write(tx, linus, lamp, Said("Dear note"))
        assert await drafts.of_conversation(tx, linus, lamp) == {}
        await drafts.save(tx, linus, lamp, kind="reply", body="Dear")
        assert await drafts.save(tx, linus, lamp, kind="reply", body=" ") is None
        assert await drafts.of_conversation(tx, linus, lamp) == {}


@pytest.mark.parametrize("with_contact", [True, False])
async def test_what_is_said_later_is_said_once_or_taken_back(
    with_contact: bool, database: Database, world: World, linus: Actor
) -> None:
    home, by = world.lamplight.workspace.id, system(world.account_id, *linus.workspaces)
    async with database.writing(linus.workspaces) as tx:
        conversation = (
            await _with_contact(tx, world, "api")
            if with_contact
            else await finding.by_id(tx, linus, world.the_broken_lamp.id)
        )
        before = [message.id for message in (await messages.latest(tx, linus, conversation, Window(10))).items]
        said = Said("Yes", meta={"markdown": "**Yes**"})
        first = await replying.reply_later(tx, linus, conversation, said, at=_soon())
        second = await replying.reply_later(tx, linus, conversation, said, at=_soon())
        scheduled = (await timeline.latest(tx, linus, conversation, Window(10))).items
        assert [entry.message.state for entry in scheduled[:2]] == ["scheduled"] * 2
        assert await replying.take_back(tx, linus, conversation, first.uuid) == "**Yes**"
        assert (await drafts.of_conversation(tx, linus, conversation))["reply"].body == "**Yes**"
        assert await scheduling.say(tx, by, home, first.uuid) is False
        assert await scheduling.say(tx, by, home, second.uuid) is True
        for gone in (first, second):
            with pytest.raises(NotScheduled):
                await replying.take_back(tx, linus, conversation, gone.uuid)
        said_now = (await messages.latest(tx, linus, conversation, Window(10))).items
    assert [message.id for message in said_now[1:]] == before
    assert (said_now[0].uuid, said_now[0].state, said_now[0].author.id) == (second.uuid, "sent", world.linus.id)


async def test_nothing_is_said_in_the_past(database: Database, world: World, linus: Actor) -> None:
    async with database.writing(linus.workspaces) as tx:
        lamp = await finding.by_id(tx, linus, world.the_broken_lamp.id)
        for at in (datetime.now(UTC) - timedelta(seconds=1), datetime.now(UTC) + timedelta(days=400)):
            with pytest.raises(Invalid):
                await replying.reply_later(tx, linus, lamp, Said("Yes"), at=at)
