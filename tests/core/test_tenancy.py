"""Workspaces are closed to each other, even where the application forgets."""

from __future__ import annotations

import asyncpg
import pytest

from koine import demo
from koine.core.identity import new_uuid
from koine.demo import World
from koine.postgres import embedded
from koine.postgres.database import Database

# Read before it is known which workspace a request may touch.
GLOBAL = {
    "accounts",
    "workspaces",
    "users",
    "roles",
    "memberships",
    "staff",
    "tokens",
    "sessions",
    "second_factors",
    "recovery_codes",
    "account_events",
    "apps",
    "authorizations",
    "installations",
    "app_webhooks",
    "signing_keys",
    "schedule",
    "request_counts",
    "migrations",
}

# Closed like those of tenants, but some of its rows belong to all workspaces of an account.
OF_ACCOUNTS = {"webhooks"}


async def test_every_table_is_global_or_forces_row_level_security(sql: asyncpg.Connection) -> None:
    tables = await sql.fetch(
        "select relname, relrowsecurity and relforcerowsecurity as forced,"
        " exists (select 1 from pg_policy where polrelid = c.oid) as has_policy"
        " from pg_class c where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace"
    )
    assert len(tables) > len(GLOBAL)
    for table in tables:
        closed = table["forced"] and table["has_policy"]
        assert closed != (table["relname"] in GLOBAL), table["relname"]


async def test_every_key_of_a_tenant_table_starts_with_its_workspace(sql: asyncpg.Connection) -> None:
    keys = await sql.fetch(
        """
        select c.relname, i.indexrelid::regclass::text as key, a.attname as first_column
          from pg_index i join pg_class c on c.oid = i.indrelid
          left join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
         where c.relnamespace = 'public'::regnamespace and i.indisunique and not c.relname = any ($1::text[])
        """,
        list(GLOBAL | OF_ACCOUNTS),
    )
    assert keys
    assert [key["key"] for key in keys if key["first_column"] != "workspace_id"] == []


async def test_the_app_owns_nothing_and_cannot_bypass(sql: asyncpg.Connection) -> None:
    assert await sql.fetchval("select not rolsuper and not rolbypassrls from pg_roles where rolname = 'koine_app'")
    assert not await sql.fetchval("select count(*) from pg_class where relowner = 'koine_app'::regrole")


async def test_a_connection_sees_no_workspace_until_one_is_set(server: embedded.Running, world: World) -> None:
    connection = await asyncpg.connect(server.address.dsn("koine_app"))
    try:
        for table in ("conversations", "messages", "events", "contacts"):
            assert await connection.fetchval(f"select count(*) from {table}") == 0
    finally:
        await connection.close()


async def test_another_workspace_cannot_be_read_or_written(database: Database, world: World) -> None:
    harbour, lamp = world.harbour.workspace.id, world.the_broken_lamp
    async with database.writing((harbour,)) as tx:
        assert await tx.rows("select * from conversations where id = $1", lamp.id) == []
        assert await tx.write("update conversations set subject = 'mine' where id = $1 returning 1", lamp.id) == []
        assert await tx.write("delete from messages where conversation_id = $1 returning 1", lamp.id) == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.writing((harbour,)) as tx:
            await tx.write(
                "insert into tags (workspace_id, uuid, name) values ($1, $2, 'x')",
                world.lamplight.workspace.id,
                new_uuid(),
            )


async def test_a_reference_into_another_workspace_cannot_be_stored(database: Database, world: World) -> None:
    both = (world.lamplight.workspace.id, world.harbour.workspace.id)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        async with database.writing(both) as tx:
            await tx.write(
                "insert into conversation_entities (workspace_id, entity, conversation_id) values ($1, 'x_1', $2)",
                world.harbour.workspace.id,
                world.the_broken_lamp.id,
            )


async def test_what_was_recorded_cannot_be_changed_by_the_app(database: Database, world: World) -> None:
    for statement in ("update events set kind = 'x'", "delete from events", "delete from account_events"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with database.writing((world.lamplight.workspace.id,)) as tx:
                await tx.write(statement)


async def test_a_webhook_of_an_account_is_seen_and_changed_in_that_account_only(
    database: Database, sql: asyncpg.Connection, world: World
) -> None:
    other = await demo.make(database, mark=f"-{new_uuid().hex[:8]}")
    lamplight, harbour = world.lamplight.workspace.id, world.harbour.workspace.id
    ours, whole = await _webhook(sql, world, lamplight), await _webhook(sql, world, None)
    for workspace_id, seen in ((lamplight, [ours, whole]), (harbour, [whole]), (other.lamplight.workspace.id, [])):
        async with database.writing((workspace_id,)) as tx:
            found = await tx.rows("select id from webhooks where id = any ($1::bigint[]) order by id", [ours, whole])
            assert [row["id"] for row in found] == seen
    with pytest.raises(asyncpg.InsufficientPrivilegeError):  # its home is Lamplight
        async with database.writing((harbour,)) as tx:
            await tx.write("update webhooks set name = 'mine' where id = $1", whole)
    async with database.writing((other.harbour.workspace.id,)) as tx:
        assert await tx.write("update webhooks set name = 'mine' returning 1") == []
        assert await tx.write("delete from webhooks returning 1") == []


async def _webhook(sql: asyncpg.Connection, world: World, workspace_id: int | None) -> int:
    id: int = await sql.fetchval(
        "insert into webhooks (uuid, account_id, workspace_id, home_id, dialect, url, sealed, public_key)"
        " values ($1, $2, $3, $4, 'native', '', '', '') returning id",
        new_uuid(),
        world.account_id,
        workspace_id,
        world.lamplight.workspace.id,
    )
    return id
