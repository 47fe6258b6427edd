"""A conversation in the browser: what was said, and what came from outside."""

from __future__ import annotations

import re

import pytest

from koine.core.conversations import timeline
from tests.inbox.pages.conftest import Desk

UNFRIENDLY = (
    "<h1>Sale</h1><script>alert(1)</script><img src=https://tracker.example/x.gif onerror=alert(2)>"
    "<a href='javascript:alert(3)'>here</a><form action=https://evil.example><input name=p></form>"
    "<style>body{display:none}</style><iframe src=https://evil.example></iframe><svg onload=alert(4)></svg>"
)


async def test_a_conversation_stands_beside_its_list(desk: Desk) -> None:
    talk = await desk.talk("The lamp", "It flickers.")
    shown = await desk.get(f"/conversations/{talk.number}?queue=unassigned")
    assert shown.said == ["It flickers."]
    assert shown.one("a", cls="row-link", aria_current="true")["href"].endswith(
        f"/conversations/{talk.number}?queue=unassigned"
    )
    assert shown.one("a", cls="stop", aria_current="page")["href"] == f"{desk.root}/unassigned"


async def test_one_that_is_not_there_is_not_found(desk: Desk) -> None:
    await desk.get("/conversations/1", 404)
    await desk.get("/conversations/9223372036854775807", 404)


async def test_text_is_text_and_links_tell_nobody(desk: Desk) -> None:
    talk = await desk.talk(text="<b>not bold</b> see https://example.com/a?b=1&c=2, or mail ada@example.com.")
    shown = await desk.get(f"/conversations/{talk.number}")
    assert shown.said == ["<b>not bold</b> see https://example.com/a?b=1&c=2, or mail ada@example.com."]
    links = [each for each in shown.all("a", target="_blank") if "example.com" in each["href"]]
    assert [link["href"] for link in links] == ["https://example.com/a?b=1&c=2", "mailto:ada@example.com"]
    assert {link["rel"] for link in links} == {"noopener noreferrer"}


async def test_the_quoted_end_is_folded(desk: Desk) -> None:
    talk = await desk.talk(text="Yes.\n\nOn Monday Mary wrote:\n> Is it broken?\n> Tell us.")
    shown = await desk.get(f"/conversations/{talk.number}")
    assert shown.said[0] == "Yes."
    (quoted,) = shown.all("details", cls="quoted")
    assert "Is it broken?" in quoted.text


async def test_what_came_from_outside_is_shown_in_a_sandbox(desk: Desk) -> None:
    talk = await desk.talk(html=UNFRIENDLY)
    shown = await desk.get(f"/conversations/{talk.number}")
    frame = shown.one("iframe")
    assert "allow-scripts" not in frame["sandbox"]
    assert "allow-same-origin" not in frame["sandbox"]
    assert "Sale" not in " ".join(shown.texts("bubble"))
    inside = await desk.browser.http.get(frame["src"])
    policy = inside.headers["content-security-policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "img-src data:" in policy
    assert not re.search(r"<script|<form|<iframe|<svg|onerror|javascript:|<style>body", inside.text)
    assert "Sale" in inside.text


async def test_pictures_from_elsewhere_come_only_when_asked_for(desk: Desk) -> None:
    talk = await desk.talk(html="<img src='https://pictures.example/a.png'>")
    shown = await desk.get(f"/conversations/{talk.number}")
    frame = shown.one("iframe")
    link = next(each for each in shown.all("a", target=frame["name"]))
    asked = await desk.browser.http.get(link["href"])
    assert "img-src https: http: data:" in asked.headers["content-security-policy"]
    assert "script-src" not in asked.headers["content-security-policy"]


async def test_the_frame_of_another_conversation_is_not_found(desk: Desk) -> None:
    talk, other = await desk.talk(html=UNFRIENDLY), await desk.talk()
    await desk.get(f"/conversations/{talk.number}/messages/{talk.message_id}/body")
    await desk.get(f"/conversations/{other.number}/messages/{talk.message_id}/body", 404)


async def test_a_long_talk_is_read_backwards(desk: Desk) -> None:
    talk = await desk.talk(text="Message 0")
    await desk.say(talk, *(f"Message {number}" for number in range(1, timeline.PAGE + 5)))
    shown = await desk.get(f"/conversations/{talk.number}")
    assert shown.said[-1] == f"Message {timeline.PAGE + 4}"
    older = shown.one("a", data_older="")["href"].removeprefix(desk.root)
    told = await desk.get(older, **{"koine-partial": "1"})
    assert told.said == [f"Message {number}" for number in range(5)]
    assert [each["data-operation"] for each in told.all("template")] == ["prepend", "replace"]
    assert (await desk.get(older)).said[0] == "Message 0"


async def test_it_is_told_what_is_new(desk: Desk) -> None:
    talk = await desk.talk()
    assert (await desk.get(f"/conversations/{talk.number}")).all(id="unread")
    await desk.post(f"/conversations/{talk.number}/read", read="yes")
    assert not (await desk.get(f"/conversations/{talk.number}")).all(id="unread")


async def test_looking_at_it_does_not_mark_it(desk: Desk) -> None:
    talk = await desk.talk()
    await desk.get(f"/conversations/{talk.number}")
    assert (await desk.now(talk)).read is False


@pytest.mark.parametrize("path", ["/all", "/conversations/{number}"])
async def test_pages_hold_nothing_inline(desk: Desk, path: str) -> None:
    talk = await desk.talk(html=UNFRIENDLY)
    answer = await desk.browser.http.get(desk.root + path.format(number=talk.number))
    shown = await desk.get(path.format(number=talk.number))
    assert all("src" in script.attributes and "nonce" in script.attributes for script in shown.all("script"))
    assert not [each for each in shown.elements if "style" in each.attributes]
    assert not [name for each in shown.elements for name in each.attributes if name.startswith("on")]
    assert not shown.all("style")
    nonce = shown.all("script")[0]["nonce"]
    assert f"'nonce-{nonce}'" not in (await desk.browser.http.get(answer.url)).headers["content-security-policy"]
    assert len({each["id"] for each in shown.elements if "id" in each.attributes}) == len(
        [each for each in shown.elements if "id" in each.attributes]
    )
