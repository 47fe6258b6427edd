"""Emojis under messages, and being there or not."""

from __future__ import annotations

from tests.inbox.pages.conftest import Desk


async def test_an_emoji_is_chosen_and_taken_back(desk: Desk) -> None:
    talk = await desk.talk()
    path = f"/conversations/{talk.number}/messages/{talk.message_id}/reactions?queue=all"
    shown = await desk.post(path, emoji="👍")
    mine = shown.one("button", cls="mine")
    assert (mine["name"], mine["value"]) == ("without", "👍")
    told = await desk.post(path, partial=True, without="👍")
    assert told.all("li", id=f"message-{talk.message_id}")
    assert told.all("button", cls="mine") == []


async def test_only_emojis_of_messages_that_are_there(desk: Desk) -> None:
    talk, other = await desk.talk(), await desk.talk()
    path = f"/conversations/{talk.number}/messages"
    assert await desk.refused(f"{path}/{talk.message_id}/reactions", emoji="x") == 422
    assert await desk.refused(f"{path}/{talk.message_id}/reactions", emoji="👍" * 20) == 422
    assert await desk.refused(f"{path}/{talk.message_id}/reactions") == 422
    assert await desk.refused(f"{path}/{other.message_id}/reactions", emoji="👍") == 404


async def test_the_rail_says_whether_one_is_there(desk: Desk) -> None:
    known = (await desk.get("/all")).all("input", name="_csrf")[0]["value"]
    sent = await desk.browser.http.post(
        "/inbox/settings/preferences", data={"_csrf": known, "availability": "away"}, headers={"koine-partial": "1"}
    )
    assert 'data-target="presence"' in sent.text
    assert (await desk.get("/all")).one(id="presence")["data-availability"] == "away"


async def test_settings_are_offered_to_who_may_see_them(desk: Desk) -> None:
    assert [a for a in (await desk.get("/all")).all("a") if a["href"] == f"{desk.root}/settings"]
