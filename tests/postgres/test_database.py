"""Units of work: what stands or falls together, and what a connection remembers."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from koine.core.identity import new_uuid
from koine.demo import World
from koine.postgres import embedded, pool
from koine.postgres.database import Database, SecondWrite, Tx

TAG = "insert into tags (workspace_id, uuid, name) values ($1, $2, $3)"


async def tag(tx: Tx, name: str) -> None:
    await tx.write(TAG, tx.workspaces[0], new_uuid(), name)


async def names(database: Database, workspace_id: int) -> list[str]:
    async with database.reading((workspace_id,)) as tx:
        return [row["name"] for row in await tx.rows("select name from tags order by id")]


async def test_what_is_raised_undoes_what_was_written(database: Database, world: World) -> None:
    home = world.lamplight.workspace.id

    async def fail_after_writing() -> None:
        async with database.writing((home,)) as tx:
            await tag(tx, "one")
            raise LookupError

    with pytest.raises(LookupError):
        await fail_after_writing()
    assert await names(database, home) == []


async def test_writes_stand_together(database: Database, world: World) -> None:
    home = world.lamplight.workspace.id
    async with database.writing((home,)) as tx:
        await tag(tx, "one")
        await tag(tx, "two")
        assert await names(database, home) == []
    assert await names(database, home) == ["one", "two"]


async def test_a_second_write_after_the_promise_of_one_is_a_bug(database: Database, world: World) -> None:
    async with database.writing((world.lamplight.workspace.id,)) as tx:
        tx.only_one_write()
        await tag(tx, "one")
        with pytest.raises(SecondWrite):
            await tag(tx, "two")


async def test_a_failed_attempt_spoils_nothing_else(database: Database, world: World) -> None:
    home = world.lamplight.workspace.id
    async with database.writing((home,)) as tx:
        await tag(tx, "one")
        with pytest.raises(asyncpg.UniqueViolationError):
            async with tx.attempt():
                await tag(tx, "one")
        await tag(tx, "two")
    assert await names(database, home) == ["one", "two"]


async def test_reading_cannot_write(database: Database, world: World) -> None:
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        async with database.reading((world.lamplight.workspace.id,)) as tx:
            await tag(tx, "one")


async def test_connections_change_workspaces_with_each_use(server: embedded.Running, world: World) -> None:
    database = await Database.open(server.address.dsn("koine_app"), size=1)
    try:
        for workspaces, count in (
            ((world.lamplight.workspace.id,), 1),
            ((world.harbour.workspace.id,), 0),
            ((world.lamplight.workspace.id, world.harbour.workspace.id), 1),
            ((), 0),
        ):
            async with database.reading(workspaces) as tx:
                assert await tx.value("select count(*) from conversations") == count
    finally:
        await database.close()


async def test_a_workspace_founded_and_undone_is_not_seen_afterwards(server: embedded.Running, world: World) -> None:
    database = await Database.open(server.address.dsn("koine_app"), size=1)
    try:
        async with database.writing(()) as tx:
            await tx.see(world.lamplight.workspace.id)
            assert await tx.value("select count(*) from conversations") == 1
            await tx.undo()
        async with database.reading(()) as tx:
            assert await tx.value("select count(*) from conversations") == 0
    finally:
        await database.close()


async def test_a_cancelled_query_leaves_a_pool_that_works(server: embedded.Running) -> None:
    database = await Database.open(server.address.dsn("koine_app"), size=2)
    try:
        for _ in range(5):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05), database.reading(()) as tx:
                    await tx.value("select pg_sleep(30)")
        async with database.reading(()) as tx:
            assert await tx.value("select 1") == 1
    finally:
        await database.close()


async def test_more_askers_than_connections_wait_their_turn(server: embedded.Running) -> None:
    database = await Database.open(server.address.dsn("koine_app"), size=2)

    async def ask(number: int) -> int:
        async with database.reading(()) as tx:
            answer: int = await tx.value("select $1::int", number)
            return answer

    try:
        assert await asyncio.gather(*(ask(number) for number in range(50))) == list(range(50))
    finally:
        await database.close()


async def test_whoever_waits_longest_is_served_first(server: embedded.Running) -> None:
    database = await Database.open(server.address.dsn("koine_app"), size=1)
    served: list[str] = []

    async def ask(name: str, times: int = 1) -> None:
        for _ in range(times):
            async with database.reading(()) as tx:
                await tx.value("select 1")
                served.append(name)

    try:
        await asyncio.gather(ask("greedy", 10), ask("patient"))
    finally:
        await database.close()
    assert served[:2] == ["greedy", "patient"]


async def test_connections_that_nobody_needs_are_closed(
    server: embedded.Running, sql: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "IDLE", 0.05)
    database = await Database.open(server.address.dsn("koine_app"), size=4)

    async def pid() -> int:
        async with database.reading(()) as tx:
            found: int = await tx.value("select pg_backend_pid() from pg_sleep(0.05)")
            return found

    try:
        pids = await asyncio.gather(*(pid() for _ in range(4)))
        assert len(set(pids)) == 4
        async with asyncio.timeout(20):
            while await sql.fetchval("select count(*) from pg_stat_activity where pid = any ($1::int[])", pids):
                await sql.execute("select pg_sleep(0.01)")
        assert await pid() not in pids
    finally:
        await database.close()


async def test_a_killed_connection_is_replaced(server: embedded.Running, sql: asyncpg.Connection) -> None:
    database = await Database.open(server.address.dsn("koine_app"), size=1)
    try:
        async with database.reading(()) as tx:
            pid = await tx.value("select pg_backend_pid()")
        await sql.execute("select pg_terminate_backend($1, 5000)", pid)
        await asyncio.sleep(0)
        for _ in range(2):
            try:
                async with database.reading(()) as tx:
                    assert await tx.value("select pg_backend_pid()") != pid
                break
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                continue
        else:
            pytest.fail("the pool did not recover")
    finally:
        await database.close()
