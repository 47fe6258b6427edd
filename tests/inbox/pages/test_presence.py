"""Who else is here: two at one conversation see each other, and nobody sees more than they may."""

from __future__ import annotations

import orjson
import pytest

from koine.core.conversations.handling import assignment
from koine.core.conversations.typing import CHANNEL
from koine.demo import World
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from koine.realtime.presence import Presence
from tests.inbox.conftest import Browser
from tests.inbox.pages.conftest import Desk, session
from tests.inbox.pages.test_stream import follow
from tests.waiting import until


@pytest.fixture
async def mary(another: Browser, world: World, database: Database) -> Desk:
    """Mary, who does not administer the workspace, in a browser of her own."""
    another.http.cookies.set("koine", await session(database, world, world.mary))
    return Desk(another, database, world)


async def test_who_looks_is_shown_to_who_looks_too_and_no_longer_than_they_do(desk: Desk, mary: Desk) -> None:
    talk = await desk.talk()
    stream = f"/stream?queue=all&conversation={talk.number}"
    async with follow(desk, stream) as linus:
        assert "data-watcher" not in (await linus.until("watchers")).html
        async with follow(mary, stream) as other:
            seen = await linus.until("is looking at this")
            assert seen.one(cls="watcher")["data-watcher"] == str(desk.world.mary.id)
            assert [each["data-watcher"] for each in (await other.until("watchers")).all(cls="watcher")] == [
                str(desk.world.linus.id)
            ]
            drawn = await desk.get(f"/conversations/{talk.number}?queue=all")
            assert [each["data-watcher"] for each in drawn.all(cls="watcher")] == [str(desk.world.mary.id)]
        assert (await linus.until("watchers")).all(cls="watcher") == []


async def test_who_writes_is_shown_until_they_stop(desk: Desk, mary: Desk) -> None:
    talk, another_talk = await desk.talk(), await desk.talk()
    path = f"/conversations/{talk.number}/typing"
    async with follow(desk, f"/stream?queue=all&conversation={talk.number}") as linus:
        await mary.post(f"/conversations/{another_talk.number}/typing", partial=True)
        await mary.post(path, partial=True)
        told = await linus.until("is writing")
        assert [each["data-watcher"] for each in told.all(cls="watcher")] == [str(desk.world.mary.id)]
        await mary.post(path, partial=True, writes="no")
        assert (await linus.until("watchers")).all(cls="watcher") == []


async def test_nobody_learns_who_is_at_what_they_may_not_see(
    desk: Desk, mary: Desk, world: World, database: Database, presence: Presence
) -> None:
    hidden = await desk.talk("For Linus alone")
    by = world.acting(world.linus, "Admin", world.lamplight)
    async with follow(mary, f"/stream?queue=all&conversation={hidden.number}") as told_before:
        await told_before.until("watchers")
        async with database.writing((desk.here,)) as tx:
            await assignment.assign(tx, by, desk.here, [hidden.id], to=world.linus.id)
        async with (
            follow(desk, f"/stream?queue=all&conversation={hidden.number}") as linus,
            follow(mary, f"/stream?queue=all&conversation={hidden.number}"),
        ):
            await linus.until("watchers")
            await desk.post(f"/conversations/{hidden.number}/typing", partial=True)
            assert [each.writes for each in presence.at((desk.here, hidden.id), but=world.mary.id)] == [True]
            open_to_all = await desk.talk("For everybody")
            await mary.post(f"/conversations/{open_to_all.number}/typing", partial=True)
    assert not any("data-watcher" in told.html for told in told_before.told)
    assert await mary.refused(f"/conversations/{hidden.number}/typing") == 404
    assert world.mary.id not in [each.id for each in presence.at((desk.here, hidden.id)) if each.writes]


async def test_typing_that_a_contract_tells_of_is_shown(desk: Desk, house_notices: Notices) -> None:
    talk = await desk.talk()
    told = {"workspace_id": desk.here, "conversation": "", "conversation_id": talk.id, "typing": True}
    async with follow(desk, f"/stream?queue=all&conversation={talk.number}") as linus:
        house_notices.whisper(CHANNEL, orjson.dumps(told).decode())
        assert (await linus.until("is writing")).texts("watcher") == ["AAAn app is writing …"]
        house_notices.whisper(CHANNEL, orjson.dumps(told | {"typing": False}).decode())
        assert (await linus.until("watchers")).all(cls="watcher") == []


async def test_nothing_of_it_is_stored(desk: Desk, presence: Presence) -> None:
    talk = await desk.talk()
    before = await desk.now(talk)
    async with follow(desk, f"/stream?queue=all&conversation={talk.number}") as linus:
        await linus.until("watchers")
        await desk.post(f"/conversations/{talk.number}/typing", partial=True)

        async def written() -> bool:
            return any(each.writes for each in presence.at((desk.here, talk.id)))

        await until(written)
    assert await desk.now(talk) == before
