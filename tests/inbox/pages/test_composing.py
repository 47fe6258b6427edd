"""Writing in the browser: replies, notes, previews, drafts, files."""

from __future__ import annotations

import uuid

import asyncpg
import httpx
import pytest

from koine.core.actor import system
from koine.core.conversations.correspondence import scheduling
from koine.inbox import markdown
from tests.inbox.conftest import token
from tests.inbox.pages.conftest import Desk


async def test_a_reply_is_said_as_it_was_previewed(desk: Desk) -> None:
    talk = await desk.talk()
    text = "Hello **Rosalind**,\n\n- one\n- two"
    preview = await desk.post(f"/conversations/{talk.number}/preview", partial=True, text=text)
    shown = await desk.post(f"/conversations/{talk.number}/messages", kind="reply", text=text)
    assert shown.said[-1] == preview.one(id="preview").text == "Hello Rosalind, one two"
    assert [each.text for each in shown.all("strong")] == ["Rosalind"]


async def test_a_note_is_a_note_and_names_colleagues(desk: Desk) -> None:
    talk = await desk.talk()
    shown = await desk.post(f"/conversations/{talk.number}/messages", kind="note", text="@Mary Somerville, look!")
    (note,) = shown.all("li", cls="note")
    assert "look!" in note.text
    assert shown.texts("mention") == ["@Mary Somerville"]


async def test_sent_and_resolved(desk: Desk) -> None:
    talk = await desk.talk()
    await desk.post(f"/conversations/{talk.number}/messages", kind="reply", text="Done.", then="resolve")
    assert (await desk.now(talk)).resolved


async def test_one_attempt_says_it_once(desk: Desk) -> None:
    talk = await desk.talk()
    fields = {"kind": "reply", "text": "Once.", "attempt": str(uuid.uuid4())}
    await desk.post(f"/conversations/{talk.number}/messages", **fields)
    shown = await desk.post(f"/conversations/{talk.number}/messages", **fields)
    assert shown.said.count("Once.") == 1


@pytest.mark.parametrize("kind", [{"kind": "reply"}, {"kind": "reply", "undo": "1"}])
async def test_an_attempt_names_what_it_said_so_that_the_echo_takes_its_place(desk: Desk, kind: dict[str, str]) -> None:
    talk = await desk.talk()
    attempt = str(uuid.uuid4())
    fields = {"text": "Once.", "attempt": attempt, "entry": str(talk.message_id)} | kind
    for _ in range(2):
        told = await desk.post(f"/conversations/{talk.number}/messages", partial=True, **fields)
        assert told.one("li", id=f"message-{attempt}").classes[:2] == ["message", "out"]
    shown = await desk.get(f"/conversations/{talk.number}")
    assert shown.said.count("Once.") == len(shown.all("li", id=f"message-{attempt}")) == 1


async def test_what_others_call_their_messages_names_nothing_here(desk: Desk) -> None:
    talk = await desk.talk()
    path = f"/conversations/{talk.number}/messages"
    told = await desk.post(path, partial=True, kind="reply", text="Odd.", attempt="main", entry=str(talk.message_id))
    (said,) = told.all("li", cls="out")
    assert said["id"].removeprefix("message-").isdecimal()


async def test_the_script_gets_the_message_and_a_new_attempt(desk: Desk) -> None:
    talk = await desk.talk()
    entry = str(talk.message_id)
    told = await desk.post(
        f"/conversations/{talk.number}/messages", partial=True, kind="reply", text="Hello.", entry=entry
    )
    assert told.said == ["Hello."]
    assert {"messages", "attempt", "thread-bar"} <= {each["data-target"] for each in told.all("template")}


async def test_a_reply_can_be_taken_back_for_a_moment(desk: Desk) -> None:
    talk = await desk.talk()
    told = await desk.post(
        f"/conversations/{talk.number}/messages", partial=True, kind="reply", text="*Oh* no", undo="1"
    )
    undo = told.one(cls="notice")
    action = next(each for each in told.all("form") if "withdrawal" in each["action"])["action"]
    assert undo["data-seconds"] == "10"
    shown = await desk.post(action.removeprefix(desk.root))
    assert shown.one("textarea", id="text").text == "*Oh* no"
    assert "Oh no" not in shown.said


async def test_a_draft_waits_where_it_was_begun(desk: Desk) -> None:
    talk, other = await desk.talk(), await desk.talk()
    await desk.post(f"/conversations/{talk.number}/draft", partial=True, kind="reply", text="Half a")
    assert (await desk.get(f"/conversations/{talk.number}")).one("textarea", id="text").text == "Half a"
    assert (await desk.get(f"/conversations/{other.number}")).one("textarea", id="text").text == ""


async def test_nothing_and_too_much_are_refused(desk: Desk) -> None:
    talk = await desk.talk()
    assert await desk.refused(f"/conversations/{talk.number}/messages", kind="reply", text=" ") == 422
    assert await desk.refused(f"/conversations/{talk.number}/messages", kind="note", text="x" * 50_001) == 422
    assert await desk.refused(f"/conversations/{talk.number}/messages", kind="reply", text="x", attachment="x") == 422
    assert (
        await desk.refused(f"/conversations/{talk.number}/messages", kind="reply", text="x", attachment="999999999")
        == 422
    )


async def _upload(desk: Desk, content: bytes, name: str) -> httpx.Response:
    known = token(await desk.browser.http.get(f"{desk.root}/all"))
    headers = {"koine-csrf": known, "koine-partial": "1", "koine-file-name": name}
    return await desk.browser.http.post(f"{desk.root}/files", content=content, headers=headers)


async def test_a_file_is_sent_with_what_is_said(desk: Desk) -> None:
    talk = await desk.talk()
    taken = await _upload(desk, b"\x89PNG\r\n\x1a\n" + b"0" * 64, "lamp%20%C3%BC.png")
    assert taken.status_code == 200, taken.text
    assert "lamp ü.png" in taken.text
    id = taken.text.split('name="attachment" value="')[1].split('"')[0]
    shown = await desk.post(f"/conversations/{talk.number}/messages", kind="reply", text="See.", attachment=id)
    picture = shown.one("img", alt="lamp ü.png")
    assert (await desk.browser.http.get(picture["src"])).headers["content-type"] == "image/png"


async def test_a_file_waits_with_a_reply_that_can_still_be_taken_back(desk: Desk, sql: asyncpg.Connection) -> None:
    talk = await desk.talk()
    taken = await _upload(desk, b"\x89PNG\r\n\x1a\n" + b"0" * 64, "lamp.png")
    id = taken.text.split('name="attachment" value="')[1].split('"')[0]
    await desk.post(f"/conversations/{talk.number}/messages", kind="reply", text="See.", attachment=id, undo="1")
    shown = await desk.get(f"/conversations/{talk.number}")
    assert shown.one("img", alt="lamp.png")
    uuid = await sql.fetchval(
        "select uuid from messages where workspace_id = $1 and conversation_id = $2 and state = 'scheduled'",
        desk.here,
        talk.id,
    )
    async with desk.database.writing((desk.here,)) as tx:
        assert await scheduling.say(tx, system(desk.world.account_id, desk.here), desk.here, uuid)
    assert (await desk.get(f"/conversations/{talk.number}")).one("img", alt="lamp.png")


async def test_a_file_needs_one_of_our_pages(desk: Desk) -> None:
    refused = await desk.browser.http.post(f"{desk.root}/files", content=b"x", headers={"koine-file-name": "x"})
    assert refused.status_code in (403, 415)


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("[x](data:text/html,hi)", "<p>[x](data:text/html,hi)</p>"),
        ("![x](https://tracker.example/a.gif)", None),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("~~gone~~", "<p><s>gone</s></p>"),
    ],
)
def test_markdown_can_do_no_more_than_it_says(source: str, html: str | None) -> None:
    made = markdown.html(source)
    assert "<img" not in made
    assert html is None or made == html
