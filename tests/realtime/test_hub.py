"""The hub: whoever listens gets every event once and in order, however they come, go and are cut off."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Mapping

import asyncpg
import pytest

from koine.core.errors import PositionAhead, PositionGone
from koine.core.feed.model import FeedEvent
from koine.demo import World
from koine.postgres import embedded, sessions
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from koine.realtime import listener as listeners
from koine.realtime.hub import Hub
from koine.realtime.listener import Listener, TooSlow
from koine.work import store
from tests.waiting import PATIENCE, until
from tests.work.happening import Happened, happen


@pytest.fixture
async def connection(server: embedded.Running, database: Database) -> AsyncIterator[asyncpg.Connection]:
    """Where events are numbered, when the test says so."""
    opened = await sessions.connect(server.address.dsn("koine_app"), "test")
    await _number(opened)
    yield opened
    await opened.close()


@pytest.fixture
async def notices(server: embedded.Running, database: Database) -> AsyncIterator[Notices]:
    opened = Notices(server.address.dsn("koine_app"))
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def hub(database: Database, notices: Notices) -> AsyncIterator[Hub]:
    opened = Hub(database, notices)
    opened.open()
    yield opened
    await opened.close()


async def test_who_listens_gets_what_comes_and_nothing_from_before(
    hub: Hub, database: Database, world: World, connection: asyncpg.Connection
) -> None:
    here, there = world.lamplight.workspace.id, world.harbour.workspace.id
    await _happen(database, world, connection, here, "before")
    async with hub.listen({here: None}, lambda event: True) as listener:
        await _happen(database, world, connection, there, "elsewhere")
        await _happen(database, world, connection, here, "one", "two")
        await _happen(database, world, connection, here, "three")
        assert await _take(listener, 3) == ["one", "two", "three"]


async def test_who_comes_again_goes_on_after_their_position(
    hub: Hub, database: Database, world: World, connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("koine.realtime.hub.EACH", 2)
    here, there = world.lamplight.workspace.id, world.harbour.workspace.id
    places: Mapping[int, int | None] = {here: None, there: None}
    async with hub.listen(places, lambda event: True) as listener:
        await _happen(database, world, connection, here, "1")
        assert await _take(listener, 1) == ["1"]
        positions = dict(listener.positions)
    for word in ("2", "3", "4", "5", "6"):
        await _happen(database, world, connection, here, word)
    await _happen(database, world, connection, there, "7")
    async with hub.listen(positions, lambda event: True) as listener:
        missed = await _take(listener, 6)
        assert [word for word in missed if word != "7"] == ["2", "3", "4", "5", "6"]
        await _happen(database, world, connection, here, "8")
        assert await _take(listener, 1) == ["8"]


async def test_what_happens_while_the_past_is_read_comes_after_it(
    hub: Hub, database: Database, world: World, connection: asyncpg.Connection
) -> None:
    here = world.lamplight.workspace.id
    async with hub.listen({here: None}, lambda event: True) as other:
        start = other.positions[here]
        await _happen(database, world, connection, here, "1", "2", "3")
        async with hub.listen({here: start}, lambda event: True) as listener:
            await _happen(database, world, connection, here, "4")
            assert await _take(other, 4) == ["1", "2", "3", "4"]
            assert await _take(listener, 4) == ["1", "2", "3", "4"]


async def test_each_listener_gets_only_what_it_wants_and_does_not_fall_behind(
    hub: Hub, database: Database, world: World, connection: asyncpg.Connection
) -> None:
    here = world.lamplight.workspace.id
    async with (
        hub.listen({here: None}, lambda event: event.data["word"] == "mine") as mine,
        hub.listen({here: None}, lambda event: True) as everything,
    ):
        await _happen(database, world, connection, here, "mine", "other")
        assert await _take(everything, 2) == ["mine", "other"]
        assert await _take(mine, 1) == ["mine"]
        await _happen(database, world, connection, here, "other", "other")
        assert await _take(everything, 2) == ["other", "other"]
        assert mine.positions == everything.positions


async def test_events_are_read_once_however_many_listen(
    hub: Hub, database: Database, world: World, connection: asyncpg.Connection
) -> None:
    here = world.lamplight.workspace.id
    async with hub.listen({here: None}, lambda event: True) as one, hub.listen({here: None}, lambda event: True) as two:
        await _happen(database, world, connection, here, "1")
        assert await anext(aiter(one)) is await anext(aiter(two))


async def test_a_slow_listener_is_dropped_with_a_position_and_misses_nothing(
    hub: Hub, database: Database, world: World, connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listeners, "ROOM", 3)
    here = world.lamplight.workspace.id
    words = [str(number) for number in range(8)]
    async with hub.listen({here: None}, lambda event: True) as slow, hub.listen({here: None}, lambda e: True) as quick:
        got: list[str] = []
        for word in words:
            await _happen(database, world, connection, here, word)
            got += await _take(quick, 1)
        assert got == words
        with pytest.raises(TooSlow) as dropped:
            await _take(slow, 8)
        assert dropped.value.positions[here] == quick.positions[here] - 5
    async with hub.listen(dropped.value.positions, lambda event: True) as again:
        assert await _take(again, 5) == words[3:]


async def test_what_is_forgotten_while_the_past_is_read_is_not_passed_over(
    hub: Hub, database: Database, world: World, connection: asyncpg.Connection, sql: asyncpg.Connection
) -> None:
    here = world.lamplight.workspace.id
    last = await _last(sql, here)
    await _happen(database, world, connection, here, "1", "2", "3", "4")
    for gone in (2, 4):
        async with hub.listen({here: last}, lambda event: True) as listener:
            await sql.execute("delete from events where workspace_id = $1 and position <= $2", here, last + gone)
            with pytest.raises(PositionGone) as refused:
                await _take(listener, 4)
        assert refused.value.oldest == last + gone
        assert listener.positions[here] == last


async def test_what_is_forgotten_before_it_is_read_ends_the_listening(
    hub: Hub, database: Database, world: World, connection: asyncpg.Connection, sql: asyncpg.Connection
) -> None:
    """As it would be in a process that was stopped for longer than events are kept."""
    here = world.lamplight.workspace.id
    last = await _last(sql, here)
    async with hub.listen({here: None}, lambda event: True) as listener:
        await _happen(database, world, connection, here, "1")
        await until(lambda: _true(listener._waiting))
        async with sql.transaction():
            await happen(database, world, *(Happened(here, data={"word": word}) for word in ("2", "3", "4")))
            await _number(sql)
            await sql.execute("delete from events where workspace_id = $1 and position <= $2", here, last + 2)
        with pytest.raises(PositionGone) as refused:
            await _take(listener, 2)
        assert refused.value.oldest == last + 2
        assert listener.positions[here] == last + 1
    assert hub._listeners == {}


async def test_the_gap_of_a_lost_connection_is_closed(
    hub: Hub,
    notices: Notices,
    database: Database,
    world: World,
    connection: asyncpg.Connection,
    sql: asyncpg.Connection,
) -> None:
    """While nobody can connect again, events are numbered and announced to nobody."""
    here = world.lamplight.workspace.id
    async with hub.listen({here: None}, lambda event: True) as listener:
        await _happen(database, world, connection, here, "before")
        assert await _take(listener, 1) == ["before"]
        await sql.execute("alter role koine_app connection limit 0")
        try:
            cut = await sql.fetch(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'koine notices'"
            )
            assert cut
            await _happen(database, world, connection, here, "in the gap")
        finally:
            await sql.execute("alter role koine_app connection limit -1")
        assert await _take(listener, 1) == ["in the gap"]
        await _happen(database, world, connection, here, "after")
        assert await _take(listener, 1) == ["after"]


async def test_a_listener_that_fails_disturbs_nobody(
    hub: Hub, database: Database, world: World, connection: asyncpg.Connection
) -> None:
    here = world.lamplight.workspace.id

    def fail(event: FeedEvent) -> bool:
        raise ZeroDivisionError

    async with hub.listen({here: None}, fail) as failing, hub.listen({here: None}, lambda event: True) as listener:
        await _happen(database, world, connection, here, "1")
        assert await _take(listener, 1) == ["1"]
        assert [event async for event in failing] == []
        await _happen(database, world, connection, here, "2")
        assert await _take(listener, 1) == ["2"]


async def test_listening_ends_when_the_hub_closes(
    notices: Notices, database: Database, world: World, connection: asyncpg.Connection
) -> None:
    here = world.lamplight.workspace.id
    closing = Hub(database, notices)
    closing.open()
    async with closing.listen({here: None}, lambda event: True) as listener:
        words: list[str] = []

        async def read() -> None:
            async for event in listener:
                words.append(event.data["word"])

        reading = asyncio.create_task(read())
        await _happen(database, world, connection, here, "last")
        await until(lambda: _true(words))
        await closing.close()
        await reading
        assert words == ["last"]


async def test_the_past_is_not_told_to_its_end_when_the_hub_closes(
    notices: Notices, database: Database, world: World, connection: asyncpg.Connection
) -> None:
    here = world.lamplight.workspace.id
    closing = Hub(database, notices)
    closing.open()
    async with closing.listen({here: 0}, lambda event: True) as listener:
        events = aiter(listener)
        assert (await anext(events)).position == 1
        await closing.close()
        assert [event async for event in events] == []
        assert listener.positions[here] == 1


async def test_a_position_from_elsewhere_is_refused_and_nobody_is_left_listening(
    hub: Hub, database: Database, world: World, sql: asyncpg.Connection, connection: asyncpg.Connection
) -> None:
    here, there = world.lamplight.workspace.id, world.harbour.workspace.id
    async with hub.listen({here: None}, lambda event: True) as listener:
        last = listener.positions[here]
    with pytest.raises(PositionAhead):
        async with hub.listen({there: None, here: last + 1}, lambda event: True):
            pytest.fail("it was let in")
    await sql.execute("update feeds set pruned = 2 where workspace_id = $1", here)
    with pytest.raises(PositionGone):
        async with hub.listen({here: 1}, lambda event: True):
            pytest.fail("it was let in")
    assert hub._listeners == {}
    assert hub._read == {}


async def test_nothing_is_kept_of_listeners_that_left(
    hub: Hub, database: Database, world: World, connection: asyncpg.Connection
) -> None:
    here = world.lamplight.workspace.id
    for number in range(5):
        async with hub.listen({here: None}, lambda event: True) as listener:
            await _happen(database, world, connection, here, str(number))
            assert await _take(listener, 1) == [str(number)]
    del listener
    assert hub._listeners == {}
    assert hub._read == {}
    await until(_no_listeners)


async def _happen(
    database: Database, world: World, connection: asyncpg.Connection, workspace_id: int, *words: str
) -> None:
    await happen(database, world, *(Happened(workspace_id, data={"word": word}) for word in words))
    await _number(connection)


async def _number(connection: asyncpg.Connection) -> None:
    while await store.number(connection, range(store.BUCKETS), "[]"):
        pass


async def _last(sql: asyncpg.Connection, workspace_id: int) -> int:
    """How far a feed goes."""
    last: int = await sql.fetchval("select last from feeds where workspace_id = $1", workspace_id)
    return last


async def _take(listener: Listener, many: int) -> list[str]:
    taken: list[FeedEvent] = []
    async with asyncio.timeout(PATIENCE):
        events = aiter(listener)
        while len(taken) < many:
            taken.append(await anext(events))
    return [event.data["word"] for event in taken]


async def _true(what: object) -> bool:
    return bool(what)


async def _no_listeners() -> bool:
    gc.collect()
    return not any(isinstance(each, Listener) for each in gc.get_objects())
