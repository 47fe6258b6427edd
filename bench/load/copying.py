"""Copying rows into the tables past row-level security, and leaving the database as if they had come one by one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import asyncpg

from bench.load.talks import COLUMNS, Batch

_TABLES = ("conversations", "messages", "events", "conversation_entities", "read_marks", "contacts")


async def connect(dsn: str) -> asyncpg.Connection:
    """A connection of the superuser, for whom no row is hidden and no foreign key is looked up."""
    connection = await asyncpg.connect(dsn, statement_cache_size=0)
    await connection.execute("set session_replication_role = replica")
    await connection.execute("set statement_timeout = 0")
    await connection.execute("set maintenance_work_mem = '1GB'")
    await connection.execute("set synchronous_commit = off")
    return connection


async def copy(admin: asyncpg.Connection, batch: Batch) -> None:
    """Write one batch."""
    for table, columns in COLUMNS.items():
        rows = getattr(batch, table)
        if rows:
            await admin.copy_records_to_table(table, records=rows, columns=columns.split())


async def next_position(admin: asyncpg.Connection, workspace_id: int) -> int:
    """The next position in a workspace's feed, once all that has happened there has one."""
    while await admin.fetchval(
        "select exists (select from events where workspace_id = $1 and position is null)", workspace_id
    ):
        await admin.execute("select number_events('{0,1,2,3,4,5,6,7}', '[]')")  # nothing where a relay is at work
        await asyncio.sleep(0.01)
    last: int = await admin.fetchval("select coalesce(max(last), 0) from feeds where workspace_id = $1", workspace_id)
    return last + 1


@contextlib.asynccontextmanager
async def without_indexes(admin: asyncpg.Connection) -> AsyncIterator[None]:
    """Take away all indexes that are no constraints, and build them again afterwards: three times as fast.

    That of the relay stays: without it each of its looks reads all events, and no copied row is in it.
    """
    found = await admin.fetch(
        """
        select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
          from pg_index i left join pg_constraint c on c.conindid = i.indexrelid
         where i.indrelid = any ($1::text[]::regclass[]) and c.oid is null
           and i.indexrelid <> 'events_unnumbered'::regclass
        """,
        list(_TABLES),
    )
    for index in found:
        await admin.execute(f"drop index {index['name']}")
    try:
        yield
    finally:
        for index in found:
            await admin.execute(index["definition"])


async def settle(admin: asyncpg.Connection) -> None:
    """Move the sequences past what was copied, and let the planner and the visibility map know of it."""
    for table in ("conversations", "messages", "contacts"):
        await admin.execute(f"select setval('{table}_id_seq', (select coalesce(max(id), 1) from {table}))")
    for row in await admin.fetch("select workspace_id, max(number) as number from conversations group by workspace_id"):
        await admin.execute(f"select setval('numbers_{row['workspace_id']}', greatest({row['number']}, 100))")
    await admin.execute(
        """
        insert into feeds as f (workspace_id, last)
        select workspace_id, max(position) from events where position is not null group by workspace_id
            on conflict (workspace_id) do update set last = greatest(f.last, excluded.last)
        """
    )
    for table in _TABLES:
        await admin.execute(f"vacuum (analyze) {table}")
    await admin.execute("vacuum (analyze)")
    await admin.execute("checkpoint")
