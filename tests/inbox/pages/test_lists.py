"""Lists of conversations in the browser."""

from __future__ import annotations

import pytest

from koine.core.conversations.queued import PAGE
from tests.inbox.pages.conftest import Desk


async def test_the_inbox_leads_to_the_first_list(desk: Desk) -> None:
    led = await desk.browser.http.get("/inbox")
    assert (led.status_code, led.headers["location"]) == (303, f"{desk.root}/mine")


async def test_a_list_shows_what_is_in_it_and_no_more(desk: Desk) -> None:
    talk = await desk.talk("The lamp flickers")
    shown = await desk.get("/unassigned")
    assert "The lamp flickers" in shown.texts("row-subject")
    assert [row["id"] for row in shown.all("li", cls="unread")] == [row["id"] for row in shown.all("li", cls="row")]
    assert (await desk.get("/mine")).texts("row-subject") == []
    link = shown.one("li", id=f"row-{talk.id}")
    assert link["data-number"] == str(talk.number)


async def test_the_rail_counts_and_says_where_one_is(desk: Desk) -> None:
    before = (await desk.get("/all")).one(id="count-all").text
    await desk.talk()
    shown = await desk.get("/all")
    assert int(shown.one(id="count-all").text) == int(before or 0) + 1
    assert shown.one("a", cls="stop", aria_current="page")["href"] == f"{desk.root}/all"


async def test_an_inbox_has_a_list_of_its_own(desk: Desk) -> None:
    talk = await desk.talk()
    shown = await desk.get(f"/inbox/{desk.world.lamplight.inbox.id}")
    assert [row["id"] for row in shown.all("li", cls="row")] == [f"row-{talk.id}"]
    assert shown.one("h1").text == "Support"


async def test_a_long_list_goes_on_where_it_ended(desk: Desk) -> None:
    talks = [await desk.talk(f"Talk {number}") for number in range(PAGE + 3)]
    first = await desk.get("/unassigned")
    more = first.one("a", data_more="")["href"]
    answer = await desk.browser.http.get(more)
    seen = [row["id"] for page in (first, type(first)(answer.text)) for row in page.all("li", cls="row")]
    assert len(seen) == len(set(seen))
    assert {f"row-{talk.id}" for talk in talks} <= set(seen)


async def test_the_script_is_told_only_what_is_new(desk: Desk) -> None:
    for number in range(PAGE + 1):
        await desk.talk(f"Talk {number}")
    more = (await desk.get("/unassigned")).one("a", data_more="")["href"].removeprefix(desk.root)
    told = await desk.get(more, **{"koine-partial": "1"})
    assert [(each["data-operation"], each["data-target"]) for each in told.all("template")] == [
        ("append", "rows"),
        ("replace", "more"),
    ]
    assert told.all("html") == []


async def test_unread_only_leaves_out_what_was_read(desk: Desk) -> None:
    read, unread = await desk.talk("Read"), await desk.talk("Unread")
    await desk.post(f"/conversations/{read.number}/read", read="yes")
    ids = {row["id"] for row in (await desk.get("/unassigned?unread=1")).all("li", cls="row")}
    assert f"row-{unread.id}" in ids
    assert f"row-{read.id}" not in ids


async def test_an_empty_list_says_so(desk: Desk) -> None:
    assert (await desk.get("/mentions")).texts("empty-title")[0] == "Nobody has mentioned you."


@pytest.mark.parametrize(
    "path", ["/nothing", "/team", "/team/x", "/mine/1", "/view/1", "/team/99999999999999999999", "/search/x"]
)
async def test_a_list_that_is_not_there_is_not_found(desk: Desk, path: str) -> None:
    await desk.get(path, 404)


@pytest.mark.parametrize("after", ["~", "x~1", "~99999999999999999999", "2026-13-01~5", "%00~1"])
async def test_a_forged_place_is_no_failure(desk: Desk, after: str) -> None:
    answer = await desk.browser.http.get(f"{desk.root}/all?after={after}")
    assert answer.status_code in (200, 422)


async def test_another_workspace_is_as_if_it_were_not_there(desk: Desk) -> None:
    theirs = await desk.browser.http.get(f"/inbox/w/{desk.world.harbour.workspace.id}/all")
    nowhere = await desk.browser.http.get("/inbox/w/999999999/all")
    assert theirs.status_code == nowhere.status_code == 404


async def test_search_finds_by_words_and_by_number(desk: Desk) -> None:
    talk = await desk.talk("Porcelain")
    name = desk.world.lamplight.contacts[0].first_name
    assert f"row-{talk.id}" in {row["id"] for row in (await desk.get(f"/search?q={name}")).all("li", cls="row")}
    led = await desk.browser.http.get(f"{desk.root}/search?q=%23{talk.number}")
    assert led.headers["location"] == f"{desk.root}/conversations/{talk.number}"
    assert "Nothing was found" in (await desk.get("/search?q=zzzzzz")).texts("empty-title")[0]
