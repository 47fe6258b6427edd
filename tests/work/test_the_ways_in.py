"""Who serves all workspaces comes in through a few functions, and through them nobody reads what was said."""

from __future__ import annotations

import asyncpg
import pytest

from koine.core.jobs import jobs
from koine.core.jobs.model import Wanted
from koine.demo import World
from koine.postgres import embedded
from koine.postgres.database import Database
from koine.work import store
from tests.work.happening import Happened, happen

# The only functions that see more than their caller, and what they hand out.
WAYS_IN = {
    "open_numbers": "void",
    "conversations_like": "SETOF bigint",  # these six keep to the workspaces of the connection by themselves
    "contacts_like": "SETOF bigint",
    "contacts_named": "SETOF bigint",
    "contacts_followed_by": "SETOF bigint",
    "conversations_last_said": "SETOF bigint",
    "messages_found": "TABLE(conversation_id bigint, message_id bigint, rank real)",
    "number_events": "integer",
    "forget_events": "integer",
    "claim_jobs": "TABLE(workspace_id bigint, id bigint, reaction text, lane text, token bigint, event_id bigint,"
    " target text, attempts integer, due_at timestamp with time zone, created_at timestamp with time zone)",
    "settle_jobs": "bigint[]",
    "renew_leases": "bigint[]",
}


async def test_what_follows_a_write_is_closed_to_other_workspaces(
    database: Database, world: World, connection: asyncpg.Connection, name: str
) -> None:
    lamplight, harbour = world.lamplight.workspace.id, world.harbour.workspace.id
    async with database.writing((lamplight,)) as tx:
        await jobs.want(tx, lamplight, name)
        await jobs.enqueue(tx, [Wanted(lamplight, name)])
    await happen(database, world, Happened(lamplight))
    while await store.number(connection, range(store.BUCKETS), "[]"):
        pass  # what other tests have left comes first
    async with database.reading((lamplight,)) as tx:
        for table in ("feeds", "jobs", "lanes", "wants", "events"):
            assert await tx.value(f"select count(*) from {table}") > 0
    async with database.writing((harbour,)) as tx:
        for table in ("feeds", "jobs", "lanes", "wants", "events"):
            assert await tx.rows(f"select * from {table} where workspace_id = $1", lamplight) == []
        for table in ("jobs", "lanes", "wants"):
            assert await tx.write(f"delete from {table} where workspace_id = $1 returning 1", lamplight) == []
        assert await jobs.find(tx, reaction=name) == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.writing((harbour,)) as tx:
            await jobs.enqueue(tx, [Wanted(lamplight, name, target="mine")])


async def test_a_connection_for_work_sees_no_workspace_at_all(
    world: World, database: Database, connection: asyncpg.Connection
) -> None:
    await happen(database, world, Happened(world.lamplight.workspace.id))
    while await store.number(connection, range(store.BUCKETS), "[]"):
        pass  # what other tests have left comes first
    for table in ("events", "feeds", "jobs", "lanes", "wants", "conversations", "messages"):
        assert await connection.fetchval(f"select count(*) from {table}") == 0


async def test_these_functions_and_no_others_see_more_than_their_caller(
    sql: asyncpg.Connection,
) -> None:
    rows = await sql.fetch(
        "select proname, pg_get_function_result(oid) as gives, proconfig from pg_proc"
        " where prosecdef and pronamespace = 'public'::regnamespace"
    )
    assert {row["proname"]: row["gives"] for row in rows} == WAYS_IN
    for row in rows:
        assert "search_path=public, pg_temp" in row["proconfig"], row["proname"]


async def test_nobody_else_may_call_them(sql: asyncpg.Connection) -> None:
    open_to_all = await sql.fetch(
        "select proname from pg_proc where prosecdef and pronamespace = 'public'::regnamespace"
        " and has_function_privilege('public', oid, 'execute')"
    )
    assert open_to_all == []


async def test_the_owner_sees_all_workspaces_on_this_road_only(
    server: embedded.Running, world: World, database: Database, connection: asyncpg.Connection, sql: asyncpg.Connection
) -> None:
    """And nobody but the owner does, whose role the app cannot take."""
    rows = await sql.fetch(
        "select tablename, cmd, roles from pg_policies where roles <> '{public}' and policyname <> 'searched'"
    )
    assert {(row["tablename"], row["cmd"], *row["roles"]) for row in rows} == {
        ("feeds", "ALL", "koine_owner"),
        ("jobs", "ALL", "koine_owner"),
        ("lanes", "ALL", "koine_owner"),
        ("wants", "ALL", "koine_owner"),
        ("events", "SELECT", "koine_owner"),
        ("events", "UPDATE", "koine_owner"),
    }
    owner = await asyncpg.connect(server.address.dsn("koine_owner"))
    try:
        assert await owner.fetchval("select count(*) from messages") == 0
    finally:
        await owner.close()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("set role koine_owner")
