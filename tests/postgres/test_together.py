"""Statements that travel together: who goes when, and that nobody suffers for another."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import asyncpg
import pytest

from koine.core.conversations import messages, opening
from koine.core.conversations.model import Opened, Opening, Posting, Said
from koine.core.identity import new_uuid
from koine.demo import World
from koine.postgres import embedded
from koine.postgres import together as journeys
from koine.postgres.database import Database
from koine.postgres.pool import Workspaces
from koine.postgres.together import Answer, Rowwise, Together, Values
from tests.waiting import until

_INSERT = "insert into tags (workspace_id, uuid, name) select g.workspace_id, g.uuid, g.name from g"
TAGS = Rowwise(
    one="with g as materialized"
    " (select 1::bigint as ord, $1::bigint as workspace_id, $2::uuid as uuid, $3::text as name),"
    f" said as ({_INSERT}) select ord, name from g",
    many="with g as materialized (select * from unnest($1::bigint[], $2::uuid[], $3::text[])"
    f" with ordinality as t(workspace_id, uuid, name, ord)), said as ({_INSERT}) select ord, name from g",
)
ANY = Rowwise("one", "many")


class Road:
    """Takes down who travels, and lets them arrive when `open` is set."""

    def __init__(self) -> None:
        self.journeys: list[list[object]] = []
        self.open = asyncio.Event()
        self.spoiled_by: dict[object, Exception] = {}

    async def run(
        self, workspaces: Workspaces, statement: Rowwise, rows: Sequence[Values], shared: Values
    ) -> list[Answer]:
        travellers = [row[0] for row in rows]
        self.journeys.append(travellers)
        await self.open.wait()
        for traveller in travellers:
            if traveller in self.spoiled_by:
                raise self.spoiled_by[traveller]
        return list(rows)  # type: ignore[arg-type]


@pytest.fixture
def road() -> Road:
    return Road()


@pytest.fixture
def together(road: Road) -> Together:
    return Together(road.run)


async def set_out(together: Together, *names: object, workspaces: Workspaces = (1,)) -> list[asyncio.Task[Answer]]:
    tasks = [asyncio.create_task(together.send(ANY, workspaces, (name,), ())) for name in names]
    await asyncio.sleep(0)
    return tasks


async def _are(road: Road, *journeys: list[object]) -> bool:
    return road.journeys == list(journeys)


async def test_the_first_goes_at_once_and_who_comes_meanwhile_goes_with_the_next(
    together: Together, road: Road
) -> None:
    tasks = await set_out(together, "ada", "mary", "grace")
    assert road.journeys == [["ada"]]
    road.open.set()
    assert await asyncio.gather(*tasks) == [("ada",), ("mary",), ("grace",)]
    assert road.journeys == [["ada"], ["mary", "grace"]]
    await set_out(together, "linus")
    assert road.journeys[-1] == ["linus"]


async def test_who_sees_other_workspaces_never_travels_along(together: Together, road: Road) -> None:
    tasks = await set_out(together, "ada", "mary") + await set_out(together, "grace", workspaces=(2,))
    road.open.set()
    await asyncio.gather(*tasks)
    assert road.journeys == [["ada"], ["grace"], ["mary"]]


async def test_a_late_one_is_not_waited_for(together: Together, road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journeys, "LATE", 0.01)
    monkeypatch.setattr(journeys, "AT_MOST", 2)
    (ada,) = await set_out(together, "ada")
    others = await set_out(together, "mary", "grace")
    await until(lambda: _are(road, ["ada"], ["mary", "grace"]))
    late = await set_out(together, "linus")  # as many as may be late are
    await asyncio.sleep(0.05)
    assert len(road.journeys) == 2
    road.open.set()
    assert await asyncio.gather(ada, *others, *late) == [("ada",), ("mary",), ("grace",), ("linus",)]
    assert road.journeys[2:] == [["linus"]]


async def test_one_that_cannot_be_written_spoils_nothing_for_the_others(together: Together, road: Road) -> None:
    road.spoiled_by["mary"] = asyncpg.UniqueViolationError()
    tasks = await set_out(together, "ada", "mary", "grace")
    road.open.set()
    ada, mary, grace = await asyncio.gather(*tasks, return_exceptions=True)
    assert (ada, grace) == (("ada",), ("grace",))
    assert isinstance(mary, asyncpg.UniqueViolationError)


async def test_what_may_have_been_written_is_not_sent_again(together: Together, road: Road) -> None:
    road.spoiled_by["mary"] = asyncpg.ConnectionDoesNotExistError()
    tasks = await set_out(together, "ada", "mary", "grace")
    road.open.set()
    _, mary, grace = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(mary, asyncpg.ConnectionDoesNotExistError)
    assert isinstance(grace, asyncpg.ConnectionDoesNotExistError)
    assert road.journeys == [["ada"], ["mary", "grace"]]


async def test_who_hangs_up_before_setting_out_is_not_sent(together: Together, road: Road) -> None:
    _, mary, grace = await set_out(together, "ada", "mary", "grace")
    mary.cancel()
    await asyncio.sleep(0)
    road.open.set()
    assert await grace == ("grace",)
    assert road.journeys == [["ada"], ["grace"]]


async def test_who_hangs_up_on_the_way_leaves_the_others_alone(together: Together, road: Road) -> None:
    ada, mary, grace = await set_out(together, "ada", "mary", "grace")
    ada.cancel()  # the first is its own driver: the others set out when it is gone
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert road.journeys == [["ada"], ["mary", "grace"]]
    mary.cancel()
    road.open.set()
    assert await grace == ("grace",)


async def test_more_writers_than_connections_all_write_and_only_those_who_fail_fail(
    server: embedded.Running, world: World
) -> None:
    database = await Database.open(server.address.dsn("koine_app"), size=1)
    home, other = world.lamplight.workspace.id, world.harbour.workspace.id

    async def write(name: str) -> str:
        async with database.writing((home,)) as tx:
            assert await tx.value("select 1") == 1  # a connection in hand: it must not be kept while waiting
            tx.only_one_write()
            (row,) = await tx.write_each(TAGS, [(other if name == "7" else home, new_uuid(), name)])
            assert row is not None
            return str(row["name"])

    names = [str(number % 30) for number in range(40)]
    try:
        written = await asyncio.gather(*map(write, names), return_exceptions=True)
        async with database.reading((home,)) as tx:
            stored = await tx.rows("select name from tags where name ~ '^[0-9]+$'")
    finally:
        await database.close()
    refused = {name for name, answer in zip(names, written, strict=True) if isinstance(answer, BaseException)}
    assert refused == {str(number) for number in range(10)}  # those that came twice, and the one of another workspace
    assert sum(isinstance(answer, str) for answer in written) == 29
    assert sorted(int(row["name"]) for row in stored) == [number for number in range(30) if number != 7]


async def test_posts_do_not_wait_for_the_one_to_a_conversation_that_somebody_holds(
    database: Database, world: World, sql: asyncpg.Connection
) -> None:
    ada, home = world.acting(world.ada, "Owner", world.lamplight), world.lamplight.workspace.id
    async with database.writing(ada.workspaces) as tx:
        held, free = await opening.open(tx, ada, [Opening(home, "Held"), Opening(home, "Free")])

    async def post(to: Opened) -> None:
        async with database.writing(ada.workspaces) as tx:
            tx.only_one_write()
            assert None not in await messages.post(tx, ada, [Posting(to.id, Said("Hello"))])

    async with sql.transaction():
        await sql.execute("select from conversations where id = $1 for update", held.id)
        waiting = asyncio.create_task(post(held))
        async with asyncio.timeout(3):  # less than the statement timeout
            await asyncio.gather(*(post(free) for _ in range(20)))
        assert not waiting.done()
    await waiting
