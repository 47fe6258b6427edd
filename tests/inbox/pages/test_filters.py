"""Lists that are narrowed by their address, and kept as views."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from koine.core.tags import tags
from koine.demo import World
from koine.postgres.database import Database
from tests.inbox.conftest import Browser
from tests.inbox.pages.conftest import Desk, session
from tests.inbox.pages.shown import Shown


def _rows(shown: Shown) -> set[str]:
    return {row["id"] for row in shown.all("li", cls="row")}


async def _choices(desk: Desk, name: str) -> dict[str, str]:
    """The values of a filter by their words."""
    shown = await desk.get("/all")
    facet = next(each for each in shown.all("details", cls="facet") if each["data-facet"] == name)
    lines = [each for each in shown.all("label", cls="facet-line") if facet in each.parents]
    boxes = [each for each in shown.all("input", type="checkbox", name=name) if facet in each.parents]
    return {line.text: box["value"] for line, box in zip(lines, boxes, strict=True)}


@pytest.mark.parametrize(
    ("name", "word", "act", "field"),
    [
        ("status", None, "status", "status"),
        ("assignee", "Me", "assignment", "assignee"),
        ("team", None, "assignment", "team"),
        ("tag", None, "tags", "tag"),
        ("priority", None, "priority", "priority"),
    ],
)
async def test_a_filter_keeps_what_is_like_that(desk: Desk, name: str, word: str | None, act: str, field: str) -> None:
    async with desk.database.writing((desk.here,)) as tx:
        by = desk.world.acting(desk.world.linus, "Admin", desk.world.lamplight)
        await tags.create(tx, by, desk.here, name="refund")
    choices = await _choices(desk, name)
    value = choices[word] if word else [each for each in choices.values() if each not in ("me", "none")][-1]
    like, unlike = await desk.talk("Like that"), await desk.talk("Not like that")
    await desk.post(f"/conversations/{like.number}/{act}", **{field: value})
    shown = await desk.get(f"/all?{name}={value}")
    assert f"row-{like.id}" in _rows(shown)
    assert f"row-{unlike.id}" not in _rows(shown)


async def test_nobody_and_none_are_values_too(desk: Desk) -> None:
    mine, nobodys = await desk.talk("Mine"), await desk.talk("Nobody's")
    await desk.post(f"/conversations/{mine.number}/assignment", assignee="me")
    assert f"row-{mine.id}" not in _rows(await desk.get("/all?assignee=none"))
    assert {f"row-{mine.id}", f"row-{nobodys.id}"} <= _rows(await desk.get("/all?assignee=none&assignee=me"))


async def test_an_inbox_an_origin_and_a_channel_are_filters(desk: Desk) -> None:
    talk = await desk.talk()
    here = f"row-{talk.id}"
    assert here in _rows(await desk.get(f"/all?inbox={desk.world.lamplight.inbox.id}&channel=email"))
    assert here not in _rows(await desk.get("/all?channel=sms"))
    assert here not in _rows(await desk.get("/all?origin=tight"))


async def test_an_entity_is_a_filter(desk: Desk) -> None:
    talk, other = await desk.talk(), await desk.talk()
    async with desk.database.writing((desk.here,)) as tx:
        await tx.write(
            "insert into conversation_entities (workspace_id, conversation_id, entity) values ($1, $2, 'btxn_9')",
            desk.here,
            talk.id,
        )
    rows = _rows(await desk.get("/all?entity=btxn_9&entity="))
    assert f"row-{talk.id}" in rows
    assert f"row-{other.id}" not in rows


async def test_days_are_those_of_the_visitor(desk: Desk) -> None:
    talk = await desk.talk()
    assert f"row-{talk.id}" in _rows(await desk.get("/all?since=2020-01-01"))
    assert f"row-{talk.id}" not in _rows(await desk.get("/all?until=2020-01-01"))
    assert f"row-{talk.id}" in _rows(await desk.get("/all?until=9998-12-31"))


@pytest.mark.parametrize(
    "query",
    [
        "status=x",
        "status=0",
        "status=99999999999999999999",
        "assignee=you",
        "team=-1",
        "unread=yes",
        "since=tomorrow",
        "until=9999-12-31",
        "since=0001-01-01",
        "category=new",
        "entity=%00",
        "entity=" + "x" * 300,
        "sort=best",
    ],
)
async def test_what_is_no_filter_is_none(desk: Desk, query: str) -> None:
    talk = await desk.talk()
    shown = await desk.get(f"/all?{query}")
    assert f"row-{talk.id}" in _rows(shown)
    assert shown.all("a", cls="chip") == []


async def test_each_filter_is_a_chip_that_takes_it_away(desk: Desk) -> None:
    shown = await desk.get("/all?unread=1&assignee=none&sort=oldest")
    chips = {each.text: each["href"] for each in shown.all("a", cls="chip")}
    assert set(chips) == {"Unread", "Assignee: Nobody"}
    assert dict(parse_qsl(urlsplit(chips["Unread"]).query)) == {"sort": "oldest", "assignee": "none"}
    assert dict(parse_qsl(urlsplit(chips["Assignee: Nobody"]).query)) == {"sort": "oldest", "unread": "1"}


async def test_the_form_says_what_is_asked(desk: Desk) -> None:
    shown = await desk.get("/all?unread=0&assignee=me&entity=btxn_1&since=2026-11-01")
    form = shown.one("form", id="filters")
    assert form["action"] == f"{desk.root}/all"
    assert form.attributes.get("method", "get") == "get"
    assert [each["value"] for each in shown.all("input", name="assignee") if "checked" in each.attributes] == ["me"]
    assert [each["value"] for each in shown.all("input", name="entity")] == ["btxn_1", ""]
    assert shown.one("input", name="since")["value"] == "2026-11-01"


async def test_what_a_list_is_about_is_not_asked_again(desk: Desk) -> None:
    shown = await desk.get("/mine?assignee=none")
    assert shown.all("a", cls="chip") == []
    assert shown.all("input", name="assignee") == []


async def test_the_oldest_come_first_when_one_says_so(desk: Desk) -> None:
    first, second = await desk.talk(), await desk.talk()
    await desk.say(second, "Later still")
    order = [row["id"] for row in (await desk.get("/all?sort=oldest&since=2020-01-01")).all("li", cls="row")]
    newest = [row["id"] for row in (await desk.get("/all")).all("li", cls="row")]
    assert newest.index(f"row-{second.id}") < newest.index(f"row-{first.id}")
    assert order != newest


async def _kept(desk: Desk, query: str, **fields: str) -> tuple[int, Shown]:
    """A view of a list, and its page."""
    known = Shown((await desk.browser.http.get(f"{desk.root}/all")).text).all("input", name="_csrf")[0]["value"]
    data = {"_csrf": known, "query": query} | fields
    sent = await desk.browser.http.post(f"{desk.root}/views", data=data)
    assert sent.status_code == 303, sent.text
    path = sent.headers["location"]
    return int(path.rpartition("/")[2]), Shown((await desk.browser.http.get(path)).text)


async def test_a_list_is_kept_as_a_view(desk: Desk) -> None:
    unread, read = await desk.talk("Unread"), await desk.talk("Read")
    await desk.post(f"/conversations/{read.number}/read", read="yes")
    id, shown = await _kept(desk, "queue=unassigned&unread=1&sort=oldest", name="New for nobody")
    assert shown.one("h1").text == "New for nobody"
    assert {each.text for each in shown.all("a", cls="chip")} == {"Unread", "Assignee: Nobody"}
    assert f"row-{unread.id}" in _rows(shown)
    assert f"row-{read.id}" not in _rows(shown)
    assert f"{desk.root}/view/{id}" in [each["href"] for each in shown.all("a", cls="stop")]
    assert next(each["value"] for each in shown.all("option") if "selected" in each.attributes) == "oldest"


async def test_a_view_without_one_of_its_filters_can_be_kept_so(desk: Desk) -> None:
    id, shown = await _kept(desk, "queue=all&unread=1&assignee=me", name="Both")
    less = next(each["href"] for each in shown.all("a", cls="chip") if each.text == "Unread")
    changed = Shown((await desk.browser.http.get(less)).text)
    assert [each.text for each in changed.all("a", cls="chip")] == ["Assignee: Me"]
    query = next(each["value"] for each in changed.all("button", name="query"))
    saved = await desk.post(f"/views/{id}", query=query)
    assert saved.one("h1").text == "Both"
    assert [each.text for each in saved.all("a", cls="chip")] == ["Assignee: Me"]
    assert saved.all("button", name="query") == []


async def test_a_view_is_renamed_shared_and_deleted(
    desk: Desk, another: Browser, world: World, database: Database
) -> None:
    another.http.cookies.set("koine", await session(database, world, world.mary))
    mary = Desk(another, database, world)
    id, _ = await _kept(desk, "queue=all&unread=1", name="Before")
    await mary.get(f"/view/{id}", 404)
    renamed = await desk.post(f"/views/{id}", name="After", shared="yes")
    assert renamed.one("h1").text == "After"
    assert (await mary.get(f"/view/{id}")).one("h1").text == "After"
    assert await mary.refused(f"/views/{id}/removal") == 403
    await desk.post(f"/views/{id}/removal")
    await desk.get(f"/view/{id}", 404)


async def test_what_cannot_be_a_view_is_refused(desk: Desk) -> None:
    assert await desk.refused("/views", query="queue=snoozed", name="Later") == 422
    assert await desk.refused("/views", query="queue=all", name=" ") == 422
    assert await desk.refused("/views", query="queue=all", name="x" * 141) == 422
    assert await desk.refused("/views", query="queue=nothing", name="Nothing") == 404


async def test_who_may_not_share_is_not_asked(desk: Desk, another: Browser, world: World, database: Database) -> None:
    another.http.cookies.set("koine", await session(database, world, world.mary))
    mary = Desk(another, database, world)
    assert (await mary.get("/all?unread=1")).all("input", name="shared") == []
    assert await mary.refused("/views", query="queue=all&unread=1", name="All", shared="yes") == 403
    assert len((await desk.get("/all?unread=1")).all("input", name="shared")) == 1


@pytest.mark.parametrize("kind", ["view", "filters"])
async def test_a_change_keeps_what_belongs_to_a_narrowed_list(desk: Desk, kind: str) -> None:
    stays, goes = await desk.talk("Stays"), await desk.talk("Goes")
    queue = "queue=all&assignee=none"
    if kind == "view":
        id, _ = await _kept(desk, queue, name="Nobody's")
        queue = f"queue=view/{id}"
    ids = [str(stays.id), str(goes.id)]
    told = await desk.post(f"/selection/star?{queue}", partial=True, conversation=ids, starred="yes")
    assert _rows(told) == {f"row-{stays.id}", f"row-{goes.id}"}
    told = await desk.post(f"/selection/assignment?{queue}", partial=True, conversation=ids[1:], assignee="me")
    does = {(each["data-operation"], each["data-target"]) for each in told.all("template")}
    assert ("remove", f"row-{goes.id}") in does
