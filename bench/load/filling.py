"""Filling a database: houses of a size, and a street of small workspaces."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from bench.load import copying, settling, threads
from bench.load.house import House, Place, Street
from bench.load.talks import Batch, Talks
from koine.core.identity import new_uuid
from koine.postgres.address import Address
from koine.postgres.database import Database

BATCH = 5_000  # conversations
INDEXES_STAY_BELOW = 50_000  # conversations
LONG, SHORT = 10_000, 10  # messages

Say = Callable[[str], None]


async def house(address: Address, name: str, size: int, *, say: Say) -> House:
    """Found an account with `size` conversations in each of its two workspaces."""
    began = time.monotonic()
    async with _open(address) as (database, admin):
        made = await settling.house(database, admin, name, size)
        async with _indexes(admin, size):
            for kind, place in (("usual", made.usual), ("extreme", made.extreme)):
                people = [id for id, _, _ in await _contacts(admin, place, "customer", min(20_000, 20 + size // 20))]
                begin = *await _next(admin), await copying.next_position(admin, place.workspace_id)
                talks = Talks(made.people, place, kind, people, size, *begin)  # type: ignore[arg-type]
                for batch in talks.batches(BATCH):
                    await copying.copy(admin, batch)
                if kind == "usual":
                    made.short, made.long = await _long_ones(admin, talks)
        await copying.settle(admin)
    say(f"filled {name}: twice {size:,} conversations in {time.monotonic() - began:.0f} s")
    return made


async def location(address: Address, name: str, size: int, *, say: Say) -> House:
    """Found an account in which `size` contacts of its place `usual` have a conversation each."""
    began = time.monotonic()
    async with _open(address) as (database, admin):
        made = await settling.house(database, admin, name, size)
        async with _indexes(admin, size):
            await threads.fill(admin, made)
        await copying.settle(admin)
    say(f"filled {name}: {size:,} contacts with a conversation each in {time.monotonic() - began:.0f} s")
    return made


async def uuid_of(address: Address, user: int) -> UUID:
    """What strangers call a user."""
    async with _open(address) as (_, admin):
        found: UUID = await admin.fetchval("select uuid from users where id = $1", user)
        return found


async def spoken_in(address: Address, place: Place) -> int:
    """When the conversation in the middle of a place was spoken in last, in milliseconds."""
    async with _open(address) as (_, admin):
        found: int = await admin.fetchval(
            "select (extract(epoch from last_message_at) * 1000)::bigint from conversations where id = $1",
            (place.first + place.last) // 2,
        )
        return found


async def street(address: Address, count: int, conversations: int, *, say: Say) -> Street:
    """Found `count` workspaces with some conversations each."""
    began = time.monotonic()
    async with _open(address) as (database, admin):
        made = await settling.street(database, admin, count)
        gathered = Batch()
        first, message = await _next(admin)
        for place in made.places:
            position = await copying.next_position(admin, place.workspace_id)
            talks = Talks(made.people, place, "usual", [], conversations, first, message, position)
            for batch in talks.batches(conversations + 1):
                gathered.add(batch)
            first, message = talks.next_conversation, talks.next_message
        await copying.copy(admin, gathered)
        await copying.settle(admin)
    say(f"filled a street of {count:,} workspaces in {time.monotonic() - began:.0f} s")
    return made


async def contacts(address: Address, place: Place, count: int) -> Sequence[tuple[UUID, str]]:
    """New contacts of a workspace, without conversations: their uuids and addresses."""
    admin = await copying.connect(address.dsn("koine_admin"))
    try:
        made = await _contacts(admin, place, f"new-{time.time_ns()}", count)
        await copying.settle(admin)
    finally:
        await admin.close()
    return [(uuid, email) for _, uuid, email in made]


async def _long_ones(admin: asyncpg.Connection, talks: Talks) -> tuple[int, int]:
    ids = []
    for messages in (SHORT, LONG):
        ids.append(talks.next_conversation)
        await copying.copy(admin, talks.long(messages))
    return ids[0], ids[1]


async def _contacts(admin: asyncpg.Connection, place: Place, name: str, count: int) -> Sequence[tuple[int, UUID, str]]:
    """People who write in: their ids and addresses."""
    first = 1 + await admin.fetchval("select coalesce(max(id), 0) from contacts")
    now = datetime.now(UTC)
    people = [
        (first + number, new_uuid(), f"{name}.{number}@customers-{place.workspace_id}.example")
        for number in range(count)
    ]
    await admin.copy_records_to_table(
        "contacts",
        records=[(place.workspace_id, *person, name.title(), f"No {person[0]}", now, now) for person in people],
        columns=("workspace_id", "id", "uuid", "email", "first_name", "last_name", "created_at", "updated_at"),
    )
    return people


async def _next(admin: asyncpg.Connection) -> tuple[int, int]:
    """The first free ids of conversations and messages."""
    row = await admin.fetchrow(
        """
        select (select coalesce(max(id), 0) + 1 from conversations) as conversation,
               (select coalesce(max(id), 0) + 1 from messages) as message
        """
    )
    assert row is not None
    return row["conversation"], row["message"]


@contextlib.asynccontextmanager
async def _open(address: Address) -> AsyncIterator[tuple[Database, asyncpg.Connection]]:
    database = await Database.open(address.dsn("koine_app"), size=1)
    admin = await copying.connect(address.dsn("koine_admin"))
    try:
        yield database, admin
    finally:
        await admin.close()
        await database.close()


@contextlib.asynccontextmanager
async def _indexes(admin: asyncpg.Connection, size: int) -> AsyncIterator[None]:
    """Building them again only pays where much is copied."""
    if size < INDEXES_STAY_BELOW:
        yield
        return
    async with copying.without_indexes(admin):
        yield
