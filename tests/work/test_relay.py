"""The relay: every committed event gets the next position of its workspace, once, and its jobs with it."""

from __future__ import annotations

import json
from collections.abc import Mapping

import asyncpg
import pytest

from koine.demo import World
from koine.postgres import sessions
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from koine.work import relay as relays
from koine.work import store
from koine.work.relay import Relay
from tests.waiting import meanwhile, until
from tests.work.happening import Happened, happen, record

ALL = range(store.BUCKETS)


async def test_events_are_numbered_from_one_without_gaps_in_each_workspace(
    database: Database, world: World, connection: asyncpg.Connection
) -> None:
    await _drain(connection)
    lamplight, harbour = world.lamplight.workspace.id, world.harbour.workspace.id
    first = await _positions(database, lamplight), await _positions(database, harbour)
    await happen(database, world, *(Happened(lamplight) for _ in range(3)), Happened(harbour))
    await _drain(connection)
    for workspace_id, before, more in ((lamplight, first[0], 3), (harbour, first[1], 1)):
        after = await _positions(database, workspace_id)
        assert list(after) == sorted(after), "in the order of their ids"
        assert list(after.values()) == list(range(1, len(before) + more + 1))


async def test_what_is_committed_late_comes_later(
    database: Database, world: World, connection: asyncpg.Connection
) -> None:
    """A reader by row id would have passed it by."""
    await _drain(connection)
    workspace_id = world.lamplight.workspace.id
    async with database.writing((workspace_id,)) as slow:
        await record(slow, world, Happened(workspace_id, data={"who": "slow"}))
        await happen(database, world, Happened(workspace_id, data={"who": "quick"}))
        await _drain(connection)
    await _drain(connection)
    async with database.reading((workspace_id,)) as tx:
        rows = await tx.rows("select data, id from events where kind = 'test.happened' order by position")
    assert [row["data"]["who"] for row in rows] == ["quick", "slow"]
    assert rows[0]["id"] > rows[1]["id"]


async def test_what_is_rolled_back_takes_no_position(
    database: Database, world: World, connection: asyncpg.Connection
) -> None:
    workspace_id = world.lamplight.workspace.id
    async with database.writing((workspace_id,)) as tx:
        await record(tx, world, Happened(workspace_id))
        await tx.undo()
    await happen(database, world, Happened(workspace_id))
    await _drain(connection)
    positions = await _positions(database, workspace_id)
    assert list(positions.values()) == list(range(1, len(positions) + 1))


async def test_a_thousand_are_numbered_at_once_and_the_rest_the_next_time(
    database: Database, world: World, connection: asyncpg.Connection
) -> None:
    await _drain(connection)
    await happen(database, world, *(Happened(world.lamplight.workspace.id) for _ in range(store.PASS + 1)))
    assert await store.number(connection, ALL, "[]") == store.PASS
    assert await store.number(connection, ALL, "[]") == 1
    assert await store.number(connection, ALL, "[]") == 0


async def test_nobody_numbers_beside_the_one_who_holds_a_bucket(
    dsn: str, database: Database, world: World, connection: asyncpg.Connection
) -> None:
    workspace_id = world.lamplight.workspace.id
    bucket = workspace_id % store.BUCKETS
    await _drain(connection)
    holder = await sessions.connect(dsn, "test")
    try:
        assert await store.take_buckets(holder, [bucket]) == {bucket}
        assert await store.take_buckets(connection, [bucket]) == set()
        await happen(database, world, Happened(workspace_id))
        assert await store.number(connection, [bucket], "[]") is None
        assert await store.number(connection, ALL, "[]") == 0, "only the other buckets"
        assert await store.number(holder, [bucket], "[]") == 1
    finally:
        await holder.close()


async def test_a_lock_whose_connection_died_is_free(
    dsn: str, connection: asyncpg.Connection, sql: asyncpg.Connection
) -> None:
    holder = await sessions.connect(dsn, "test")
    assert await store.take_buckets(holder, ALL) == set(ALL)
    await sql.execute("select pg_terminate_backend($1, 5000)", holder.get_server_pid())
    assert await store.take_buckets(connection, ALL) == set(ALL)
    holder.terminate()


async def test_a_second_relay_stands_by_and_takes_over(
    dsn: str,
    database: Database,
    world: World,
    notices: Notices,
    sql: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(relays, "STANDBY", 0.05)
    monkeypatch.setattr(relays, "ASK", 0.0)
    workspace_id = world.lamplight.workspace.id

    async def holders() -> list[int]:
        rows = await sql.fetch(
            "select distinct pid from pg_locks where locktype = 'advisory' and classid = $1", store.LOCK
        )
        return [row["pid"] for row in rows]

    async def numbered() -> bool:
        async with database.reading((workspace_id,)) as tx:
            return not await tx.value("select count(*) from events where position is null")

    async with meanwhile(*(Relay(dsn, (), notices=notices).run for _ in range(2))):
        await until(holders)
        (first,) = await holders()
        await happen(database, world, Happened(workspace_id))
        notices.wrote()
        await until(numbered)
        await sql.execute("select pg_terminate_backend($1, 5000)", first)
        await happen(database, world, Happened(workspace_id))
        await until(numbered)
        assert first not in await holders()


async def test_listeners_are_told_how_far_each_workspace_goes(
    database: Database, world: World, notices: Notices, connection: asyncpg.Connection
) -> None:
    await _drain(connection)
    heard: list[str] = []
    notices.hear("koine_positions", heard.append)
    await until(lambda: _there(heard))
    lamplight, harbour = world.lamplight.workspace.id, world.harbour.workspace.id
    await happen(database, world, Happened(lamplight), Happened(lamplight), Happened(harbour))
    await _drain(connection)
    await until(lambda: _there(heard[1:]))
    told = {tuple(map(int, each.split(":"))) for each in heard[1].split()}
    assert told == {(id, len(await _positions(database, id))) for id in (lamplight, harbour)}


async def test_many_workspaces_do_not_fit_into_one_notice(
    notices: Notices, sql: asyncpg.Connection, connection: asyncpg.Connection
) -> None:
    await _drain(connection)
    heard: list[str] = []
    notices.hear("koine_positions", heard.append)
    await until(lambda: _there(heard))
    places = await sql.fetch(
        """
        with account as (insert into accounts (uuid, name) values (gen_random_uuid(), 'Many') returning id),
             places as (insert into workspaces (id, account_id, uuid, name)
                        select 9000000000000000000 + g, account.id, gen_random_uuid(), 'x'
                          from account, generate_series(1, 900) g returning id)
        select id from places
        """
    )
    await sql.execute(
        "insert into events (workspace_id, uuid, kind, actor_kind)"
        " select id, gen_random_uuid(), 'test.happened', 'system' from unnest($1::bigint[]) id",
        [place["id"] for place in places],
    )
    await _drain(connection)
    told: set[str] = set()

    async def all_told() -> bool:
        told.update(each for text in heard for each in text.split())
        return len(told) == len(places)

    await until(all_told)
    assert told == {f"{place['id']}:1" for place in places}
    assert max(map(len, heard)) < 8000


async def test_each_reaction_gets_one_job_for_each_event_of_its_kinds(
    database: Database, world: World, connection: asyncpg.Connection, name: str
) -> None:
    await _drain(connection)
    workspace_id, lamp = world.lamplight.workspace.id, world.the_broken_lamp.id
    await happen(
        database, world, Happened(workspace_id, conversation_id=lamp), Happened(workspace_id), Happened(workspace_id)
    )
    follows = [
        _follow(f"{name}-talk", ["test.happened"], "conversation"),
        _follow(f"{name}-all", None, "event"),
        _follow(f"{name}-place", ["test.happened", "other"], "workspace"),
        _follow(f"{name}-other", ["test.other"], "workspace"),
        _follow(f"{name}-unwanted", None, "workspace", wanted=True),
    ]
    await _drain(connection, follows)
    async with database.reading((workspace_id,)) as tx:
        ids = [row["id"] for row in await tx.rows("select id from events where kind = 'test.happened' order by id")]
        rows = await tx.rows(
            "select reaction, event_id, lane from jobs where reaction like $1 || '%' order by id", name
        )
    found = {(row["reaction"].removeprefix(f"{name}-"), row["event_id"], row["lane"]) for row in rows}
    assert len(found) == len(rows)
    assert found == (
        {("talk", ids[0], f"conversation:{lamp}"), ("talk", ids[1], ""), ("talk", ids[2], "")}
        | {("all", id, f"event:{id}") for id in ids}
        | {("place", id, "") for id in ids}
    )
    assert [row["event_id"] for row in rows if row["reaction"] == f"{name}-place"] == ids, "in order"


async def test_a_wanted_reaction_follows_where_it_is_wanted(
    database: Database, world: World, connection: asyncpg.Connection, name: str
) -> None:
    await _drain(connection)
    lamplight, harbour = world.lamplight.workspace.id, world.harbour.workspace.id
    follows = [_follow(name, None, "workspace", wanted=True)]
    async with database.writing((lamplight,)) as tx:
        await tx.write("insert into wants (workspace_id, reaction) values ($1, $2)", lamplight, name)
    await happen(database, world, Happened(lamplight), Happened(harbour))
    await _drain(connection, follows)
    async with database.reading((lamplight, harbour)) as tx:
        rows = await tx.rows("select workspace_id from jobs where reaction = $1", name)
    assert [row["workspace_id"] for row in rows] == [lamplight]


async def test_positions_and_jobs_are_committed_together(
    database: Database, world: World, connection: asyncpg.Connection, name: str
) -> None:
    await _drain(connection)
    workspace_id = world.lamplight.workspace.id
    await happen(database, world, Happened(workspace_id))
    undone = connection.transaction()
    await undone.start()
    assert await store.number(connection, ALL, json.dumps([_follow(name, None, "event")])) == 1
    await undone.rollback()
    async with database.reading((workspace_id,)) as tx:
        assert await tx.value("select count(*) from events where position is null") == 1
        assert await tx.value("select count(*) from jobs where reaction = $1", name) == 0
    await _drain(connection, [_follow(name, None, "event")])
    async with database.reading((workspace_id,)) as tx:
        assert await tx.value("select count(*) from jobs where reaction = $1", name) == 1


async def test_the_app_cannot_give_positions(database: Database, world: World) -> None:
    workspace_id = world.lamplight.workspace.id
    for statement in (
        "update events set position = 1",
        "insert into feeds (workspace_id, last) values (1, 1)",
        "update feeds set last = 1",
        "delete from feeds",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with database.writing((workspace_id,)) as tx:
                await tx.write(statement)


async def test_relaying_goes_on_after_the_database_was_gone(
    dsn: str, database: Database, world: World, sql: asyncpg.Connection
) -> None:
    """Without notices: the relay looks by itself."""
    workspace_id = world.lamplight.workspace.id

    async def numbered() -> bool:
        async with database.reading((workspace_id,)) as tx:
            return not await tx.value("select count(*) from events where position is null")

    async def broken() -> bool:
        ended = await sql.fetch(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'koine relay'"
        )
        return bool(ended)

    async with meanwhile(Relay(dsn, ()).run):
        await until(broken)
        await happen(database, world, Happened(workspace_id))
        await until(numbered)


async def _drain(connection: asyncpg.Connection, follows: list[Mapping[str, object]] | None = None) -> None:
    while await store.number(connection, ALL, json.dumps(follows or [])):
        pass


async def _positions(database: Database, workspace_id: int) -> dict[int, int]:
    """Row id -> position, by position."""
    async with database.reading((workspace_id,)) as tx:
        rows = await tx.rows("select id, position from events where workspace_id = $1 order by position", workspace_id)
    return {row["id"]: row["position"] for row in rows}


async def _there(what: list[str]) -> bool:
    return bool(what)


def _follow(name: str, kinds: list[str] | None, lane: str, *, wanted: bool = False) -> Mapping[str, object]:
    return {"name": name, "kinds": kinds, "lane": lane, "wanted": wanted}
