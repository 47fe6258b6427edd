"""Conversations that are begun by hand."""

from __future__ import annotations

import pytest

from tests.inbox.pages.conftest import Desk


async def test_with_a_contact_who_is_known(desk: Desk) -> None:
    contact = desk.world.lamplight.contacts[0]
    found = await desk.get(f"/new/contacts?q={contact.first_name}", **{"koine-partial": "1"})
    assert str(contact.id) in [each["value"] for each in found.all("input", name="contact")]
    shown = await desk.post(
        "/new", do="begin", contact=str(contact.id), subject="Your lamp", text="It is **ready**.", kind="reply"
    )
    assert shown.one(id="thread-bar").text.startswith("Your lamp")
    assert shown.said == ["It is ready."]


async def test_with_somebody_new_and_all_that_is_to_be_done(desk: Desk) -> None:
    place = desk.world.lamplight
    shown = await desk.post(
        "/new", do="begin", contact="new", name="Vera Rubin", email="vera@example.net", subject="Dark",
        text="Among us.",
        kind="note", assignee=str(desk.world.linus.id), team=str(place.team_id), inbox=str(place.inbox.id),
    )  # fmt: skip
    assert len(shown.all("li", cls="note")) == 1
    assert "Vera Rubin" in shown.html
    selected = [each.text for each in shown.all("option") if "selected" in each.attributes]
    assert desk.world.linus.name in selected


async def test_with_nobody_outside(desk: Desk) -> None:
    shown = await desk.post("/new", do="begin", contact="", subject="Stock", text="Count it.", kind="note")
    assert shown.said == ["Count it."]


async def test_finding_without_scripts_keeps_what_was_typed(desk: Desk) -> None:
    contact = desk.world.lamplight.contacts[0]
    page = await desk.get("/new")
    sent = await desk.browser.http.post(
        f"{desk.root}/new",
        data={
            "_csrf": page.all("input", name="_csrf")[0]["value"],
            "do": "seek",
            "q": contact.first_name,
            "text": "Kept",
        },
    )
    shown = type(page)(sent.text)
    assert sent.status_code == 200
    assert shown.one("textarea", id="new-text").text == "Kept"
    assert str(contact.id) in [each["value"] for each in shown.all("input", name="contact")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"contact": "999999999"},
        {"contact": "x"},
        {"contact": "new"},
        {"contact": "new", "email": "nobody"},
        {"inbox": "999999999"},
        {"assignee": "999999999"},
        {"team": "999999999"},
        {"tag": "999999999"},
        {"subject": "x" * 501},
    ],
)
async def test_what_is_wrong_opens_nothing(desk: Desk, wrong: dict[str, str]) -> None:
    before = (await desk.get("/all")).one(id="count-all").text
    assert await desk.refused("/new", **({"text": "Hello", "kind": "note"} | wrong)) == 422
    assert (await desk.get("/all")).one(id="count-all").text == before
