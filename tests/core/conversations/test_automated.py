"""Whether nobody in person sent a conversation's last message out, whichever way it went."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from koine.core.actor import Actor, system
from koine.core.conversations import messages, opening
from koine.core.conversations.correspondence import recipients, scheduling, sending
from koine.core.conversations.correspondence.model import Recipient, Whom
from koine.core.conversations.model import Opening, Posting, Said
from koine.demo import World
from koine.postgres.database import Database, Tx

BY_HAND = Said("Hello")
BY_RULE = Said("Hello", meta={"automated": True})
COMES_IN = Said("Hello", direction="in")


@pytest.fixture
def by(world: World) -> Actor:
    return system(world.account_id, world.lamplight.workspace.id)


async def last(sql: asyncpg.Connection, id: int) -> tuple[bool | None, bool]:
    """Whether the last message out was automated, and whether anybody in person ever sent one."""
    row: Any = await sql.fetchrow(
        "select last_automated, last_manual_at > 'epoch' as manual from conversations where id = $1", id
    )
    return row["last_automated"], row["manual"]


async def recipient(tx: Tx, world: World, number: int) -> Recipient:
    place = world.lamplight
    return await recipients.of(tx, place.workspace.id, Whom(contact=place.contacts[number].uuid))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([COMES_IN], (None, False)),
        ([BY_RULE], (True, False)),
        ([BY_HAND], (False, True)),
        ([BY_HAND, BY_RULE], (True, True)),
        ([BY_RULE, BY_HAND], (False, True)),
        ([BY_HAND, BY_RULE, COMES_IN], (True, True)),
        ([BY_RULE, BY_HAND, COMES_IN], (False, True)),
    ],
)
@pytest.mark.parametrize("together", [True, False])
async def test_the_last_message_out_decides(
    database: Database,
    world: World,
    by: Actor,
    sql: asyncpg.Connection,
    said: list[Said],
    expected: Any,
    together: bool,
) -> None:
    async with database.writing(by.workspaces) as tx:
        (opened,) = await opening.open(tx, by, [Opening(world.lamplight.workspace.id)])
    for part in [said] if together else [[each] for each in said]:
        async with database.writing(by.workspaces) as tx:
            await messages.post(tx, by, [Posting(opened.id, each) for each in part])
    assert await last(sql, opened.id) == expected


@pytest.mark.parametrize(("said", "expected"), [(BY_RULE, (True, False)), (BY_HAND, (False, True))])
async def test_a_first_message_and_a_later_one_are_no_exception(
    database: Database, world: World, by: Actor, sql: asyncpg.Connection, said: Said, expected: Any
) -> None:
    async with database.writing(by.workspaces) as tx:
        first = await sending.send(tx, by, await recipient(tx, world, 0), said)
    assert await last(sql, first.conversation_id) == expected
    async with database.writing(by.workspaces) as tx:
        later = await scheduling.schedule(tx, by, await recipient(tx, world, 1), said, datetime.now(UTC))
    assert await last(sql, later.conversation_id) == (None, False)
    async with database.writing(by.workspaces) as tx:
        assert await scheduling.say(tx, by, world.lamplight.workspace.id, later.uuid)
    assert await last(sql, later.conversation_id) == expected


async def test_a_note_changes_nothing(database: Database, world: World, by: Actor, sql: asyncpg.Connection) -> None:
    async with database.writing(by.workspaces) as tx:
        first = await sending.send(tx, by, await recipient(tx, world, 0), BY_RULE)
        await sending.note(tx, by, await recipient(tx, world, 0), BY_HAND)
    assert await last(sql, first.conversation_id) == (True, False)
