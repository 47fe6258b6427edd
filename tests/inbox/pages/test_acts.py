"""Doing things with conversations by forms, one or several, with and without the page's script."""

from __future__ import annotations

import pytest

from koine.inbox.pages import acts
from tests.inbox.pages.conftest import Desk


async def test_resolving_and_reopening(desk: Desk) -> None:
    talk = await desk.talk()
    shown = await desk.post(f"/conversations/{talk.number}/resolution?queue=all", state="resolved")
    assert "Reopen" in shown.one(id="thread-bar").text
    assert (await desk.now(talk)).resolved
    await desk.post(f"/conversations/{talk.number}/resolution", state="open")
    assert not (await desk.now(talk)).resolved


async def test_taking_it_and_giving_it_back(desk: Desk) -> None:
    talk = await desk.talk()
    await desk.post(f"/conversations/{talk.number}/assignment", assignee="me")
    assert (await desk.now(talk)).assignee_id == desk.world.linus.id
    await desk.post(f"/conversations/{talk.number}/assignment", assignee="")
    assert (await desk.now(talk)).assignee_id is None


async def test_a_team_is_given_it_beside_the_person(desk: Desk) -> None:
    talk = await desk.talk()
    await desk.post(f"/conversations/{talk.number}/assignment", team=str(desk.world.lamplight.team_id))
    assert (await desk.now(talk)).team_id == desk.world.lamplight.team_id


async def test_putting_it_off_and_having_it_back(desk: Desk) -> None:
    talk = await desk.talk()
    await desk.post(f"/conversations/{talk.number}/snooze", until="tomorrow")
    assert (await desk.now(talk)).snoozed_until is not None
    await desk.post(f"/conversations/{talk.number}/snooze", until="")
    assert (await desk.now(talk)).snoozed_until is None


async def test_the_script_is_told_what_changes(desk: Desk) -> None:
    talk = await desk.talk()
    told = await desk.post(f"/conversations/{talk.number}/resolution?queue=unassigned", partial=True, state="resolved")
    does = {(each["data-operation"], each["data-target"]) for each in told.all("template")}
    assert ("replace", f"row-{talk.id}") in does  # it is open, so it stays although it has left the list
    assert ("replace", "thread-bar") in does
    assert ("replace", "count-unassigned") in does


async def test_one_that_is_not_open_leaves_the_list(desk: Desk) -> None:
    talk = await desk.talk()
    told = await desk.post(
        "/selection/resolution?queue=unassigned", partial=True, conversation=[str(talk.id)], state="resolved"
    )
    assert ("remove", f"row-{talk.id}") in {
        (each["data-operation"], each["data-target"]) for each in told.all("template")
    }


async def test_several_at_once(desk: Desk) -> None:
    talks = [await desk.talk(), await desk.talk()]
    left = await desk.talk()
    await desk.post("/selection/resolution", conversation=[str(talk.id) for talk in talks], state="resolved")
    assert [(await desk.now(talk)).resolved for talk in [*talks, left]] == [True, True, False]


@pytest.mark.parametrize("act", sorted(acts.ACTS))
async def test_nothing_is_done_to_what_is_not_there(desk: Desk, act: str) -> None:
    assert await desk.refused(f"/conversations/1/{act}", state="resolved") == 404


async def test_bad_values_are_refused_in_words(desk: Desk) -> None:
    talk = await desk.talk()
    at = f"/conversations/{talk.number}"
    assert await desk.refused(f"{at}/status", status="999999") == 422
    assert await desk.refused(f"{at}/status", status="²") == 422
    assert await desk.refused(f"{at}/assignment", assignee="x") == 422
    assert await desk.refused(f"{at}/priority", priority="99999999999999999999") == 422
    assert await desk.refused(f"{at}/snooze", until="once") == 422
    assert await desk.refused(f"{at}/tags", tag="0") == 422
    assert await desk.refused(f"{at}/dance") == 404
    assert await desk.refused("/selection/resolution", state="resolved") == 422


async def test_a_form_of_somebody_else_does_nothing(desk: Desk) -> None:
    talk = await desk.talk()
    path = f"{desk.root}/conversations/{talk.number}/resolution"
    assert (await desk.browser.http.post(path, data={"state": "resolved"})).status_code == 403
    foreign = {"sec-fetch-site": "cross-site"}
    assert (await desk.browser.http.post(path, data={"state": "resolved"}, headers=foreign)).status_code == 403
    assert not (await desk.now(talk)).resolved
