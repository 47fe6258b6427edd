"""What comes in wrong: Libredesk's own 4xx, never a 5xx, and nothing written."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from html.parser import HTMLParser
from typing import Any

import asyncpg
import httpx
import pytest

from koine.demo import World
from tests.dialects import corpora
from tests.dialects.libredesk.wire import PATH, done, refused, unread

Wanted = dict[str, Any]
Written = Callable[[], Awaitable[dict[str, int]]]

JSON = {"Content-Type": "application/json"}
NUMBERS = ("inbox_id", "agent_id", "team_id")
TEXTS = ("subject", "content", "contact_email", "first_name", "last_name", "external_user_id", "initiator")
FIELDS = (*NUMBERS, *TEXTS, "attachments", "custom_attributes")
# What each field's own type is, so that the corpora's other values are wrong for it; null is right everywhere.
TYPES: dict[str, type] = {
    **dict.fromkeys(NUMBERS, int),
    **dict.fromkeys(TEXTS, str),
    "attachments": list,
    "custom_attributes": dict,
}


def body_with(wanted: Wanted, field: str, value: bytes) -> bytes:
    """The good request, with one field's value replaced by a JSON text, whatever that is."""
    others = json.dumps({name: given for name, given in wanted.items() if name != field}).encode()
    return others[:-1] + b', "' + field.encode() + b'": ' + value + b"}"


async def _post(desk: httpx.AsyncClient, body: bytes) -> httpx.Response:
    answer = await desk.post(PATH, content=body, headers=JSON)
    assert answer.status_code in (200, 400), (body[:200], answer.text)
    assert answer.json()["status"] == ("success" if answer.status_code == 200 else "error")
    return answer


@pytest.mark.parametrize("case", corpora.INVALID)
async def test_what_is_not_json_is_not_read(
    desk: httpx.AsyncClient, wanted: Wanted, written: Written, case: str
) -> None:
    before, text = await written(), corpora.INVALID[case]
    unread(await _post(desk, text))
    if text.strip():  # an absent value is found by the field's own test
        unread(await _post(desk, body_with(wanted, "subject", text)))
        unread(await _post(desk, body_with(wanted, "unheard_of", text)))
    assert await written() == before


@pytest.mark.parametrize("case", corpora.VALID)
async def test_other_json_is_no_request(desk: httpx.AsyncClient, case: str) -> None:
    answer = await _post(desk, corpora.VALID[case])
    if isinstance(json.loads(corpora.VALID[case]), dict):
        refused(answer, 400, "`inbox_id` Required")
    else:
        unread(answer)


@pytest.mark.parametrize("case", corpora.EITHER)
async def test_doubtful_json_is_no_fault(desk: httpx.AsyncClient, wanted: Wanted, written: Written, case: str) -> None:
    before, text = await written(), corpora.EITHER[case]
    assert (await _post(desk, text)).status_code == 400
    assert await written() == before
    for field in (*FIELDS, "unheard_of"):
        await _post(desk, body_with(wanted, field, text))


@pytest.mark.parametrize("field", FIELDS)
async def test_a_value_of_the_wrong_type_is_not_read(
    desk: httpx.AsyncClient, wanted: Wanted, written: Written, field: str
) -> None:
    before = await written()
    for value in corpora.STRAY_VALUES:
        if type(value) is not TYPES[field] or (isinstance(value, int) and abs(value) >= 2**63):
            unread(await _post(desk, body_with(wanted, field, json.dumps(value).encode())))
    for text in corpora.VALID.values():
        value = json.loads(text)
        if value is not None and type(value) is not TYPES[field]:
            unread(await _post(desk, body_with(wanted, field, text)))
    assert await written() == before


@pytest.mark.parametrize("value", [True, 1.5, "1", [], {}, 2**63, -(2**63) - 1, 10**30])
async def test_an_attachment_is_a_whole_number(desk: httpx.AsyncClient, wanted: Wanted, value: object) -> None:
    unread(await desk.post(PATH, json=wanted | {"attachments": [value]}))


async def test_ten_thousand_attachments_are_looked_for(desk: httpx.AsyncClient, wanted: Wanted) -> None:
    many = list(range(2**40, 2**40 + 10_000))
    refused(await desk.post(PATH, json=wanted | {"attachments": many}), 400, "Attachment not found")


@pytest.mark.parametrize("text", corpora.UNSTORABLE)
async def test_what_cannot_be_stored_is_not_read(
    desk: httpx.AsyncClient, wanted: Wanted, written: Written, text: bytes
) -> None:
    before = await written()
    for field in TEXTS:
        unread(await _post(desk, body_with(wanted, field, text)))
    for inside in (b'{"a": %s}' % text, b"{%s: 1}" % text, b'{"a": [{"b": %s}]}' % text, b'{"a": {%s: 1}}' % text):
        unread(await _post(desk, body_with(wanted, "custom_attributes", inside)))
    assert await written() == before


@pytest.mark.parametrize("number", ["9223372036854775808", "-9223372036854775809", "1" * 400, "1e999", "-1e999", "NaN"])
async def test_custom_attributes_take_no_number_that_would_change(
    desk: httpx.AsyncClient, world: World, wanted: Wanted, sql: asyncpg.Connection, number: str
) -> None:
    await _define(sql, world, "size")
    for inside in ('{"size": %s}', '{"size": [%s]}', '{"size": {"in": {"all": %s}}}', '{"unheard": %s}'):
        unread(await _post(desk, body_with(wanted, "custom_attributes", (inside % number).encode())))


async def test_naughty_strings_are_only_strings(
    desk: httpx.AsyncClient, world: World, wanted: Wanted, sql: asyncpg.Connection
) -> None:
    await _define(sql, world, "note")
    for n, text in enumerate(corpora.NAUGHTY):
        body = wanted | {
            "subject": text,
            "content": text,
            "contact_email": f"naughty{n}@example.com",
            "first_name": text,
            "last_name": text,
            "external_user_id": f"{n}{text}"[:255],
            "custom_attributes": {"note": text, text: [text]},
        }
        data = done(await desk.post(PATH, json=body))
        read = done(await desk.get(f"{PATH}/{data['uuid']}"))
        assert read["subject"] == f"{text} - #{data['reference_number']}"
        assert read["contact"]["first_name"] == read["contact"]["last_name"] == text
        assert read["contact"]["external_user_id"] == f"{n}{text}"[:255]
        assert read["custom_attributes"] == {"note": text}
        assert read | {"previous_conversations": None} == data


async def test_naughty_strings_are_no_names(desk: httpx.AsyncClient, wanted: Wanted, written: Written) -> None:
    before = await written()
    for text in corpora.NAUGHTY:
        answer = await desk.post(PATH, json=wanted | {"contact_email": text})
        refused(answer, 400, "Invalid email address" if text.strip() else "`contact_email` Required")
        refused(await desk.post(PATH, json=wanted | {"initiator": text}), 400, "Something went wrong")
    assert await written() == before


class Seen(HTMLParser):
    """What a browser would make of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {(name, value or "") for name, value in attrs}


async def test_content_is_stored_as_harmless_html(
    desk: httpx.AsyncClient, wanted: Wanted, sql: asyncpg.Connection
) -> None:
    evil = ('<a href="javascript:steal()">x</a>', '<p style="x" onmouseover=steal()>y</p>', "<iframe src=//x></iframe>")
    for text in (*corpora.NAUGHTY, *evil):
        data = done(await desk.post(PATH, json=wanted | {"content": text}))
        seen = Seen(await sql.fetchval("select body_html from messages where conversation_id = $1", data["id"]))
        assert seen.tags <= {"a", "b", "img", "p"}
        assert {name for name, _ in seen.attributes} <= {"href", "rel", "src"}
        assert not any("javascript" in value for _, value in seen.attributes)


@pytest.mark.parametrize("field", ["subject", "content", "first_name", "last_name"])
async def test_a_megabyte_of_text_is_stored(desk: httpx.AsyncClient, wanted: Wanted, field: str) -> None:
    """As much as a body may have: words, all different, which is the hardest to index."""
    text = " ".join(f"w{n:x}" for n in range(130_000))[:900_000]
    data = done(await desk.post(PATH, json=wanted | {field: text, "contact_email": "much@example.com"}))
    read = done(await desk.get(f"{PATH}/{data['uuid']}"))
    shown = {"subject": read["subject"], "content": read["last_message"]} | read["contact"]
    assert shown[field].startswith(text)


async def test_a_body_of_two_mebibytes_is_too_large(desk: httpx.AsyncClient, wanted: Wanted, written: Written) -> None:
    before, body = await written(), json.dumps(wanted | {"content": "x" * (2 << 20)}).encode()

    async def in_pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 1 << 16):
            yield body[at : at + (1 << 16)]

    for content in (body, in_pieces()):
        answer = await desk.post(PATH, content=content, headers=JSON)
        refused(answer, 413, "Request body too large", "GeneralException")
    assert await written() == before


async def test_what_is_nested_too_deeply_is_not_read(desk: httpx.AsyncClient, wanted: Wanted) -> None:
    for depth in (33, 10_000):
        unread(await _post(desk, corpora.nested(depth)))
        unread(await _post(desk, body_with(wanted, "custom_attributes", b'{"a":' * depth + b"1" + b"}" * depth)))
        unread(await _post(desk, body_with(wanted, "unheard_of", corpora.nested(depth))))


@pytest.mark.parametrize(
    "body",
    [
        b"inbox_id=x",
        b"inbox_id=1.5",
        b"inbox_id=99999999999999999999",
        b"inbox_id=",
        b"inbox_id",
        b"subject=%00",
        b"subject=%FF",
        b"subject=\xff",
        b"subject=%ED%A0%80",
        b"attachments=x",
        b"custom_attributes=1",
        b"custom_attributes=%7B%7D",
        b"&".join(b"a%d=1" % n for n in range(5_000)),
    ],
)
async def test_a_form_is_read_as_strictly(desk: httpx.AsyncClient, written: Written, body: bytes) -> None:
    before = await written()
    unread(await desk.post(PATH, content=body, headers={"Content-Type": "application/x-www-form-urlencoded"}))
    unread(await desk.post(PATH, content=body))
    assert await written() == before


@pytest.mark.parametrize("body", [b"", b"%", b"&&&", b"=", b"\x00", b'{"inbox_id": 1}'])
async def test_an_empty_form_lacks_everything(desk: httpx.AsyncClient, body: bytes) -> None:
    refused(await desk.post(PATH, content=body), 400, "`inbox_id` Required")


async def test_unknown_paths_and_methods_are_told_so(http: httpx.AsyncClient, world: World) -> None:
    for path in ("/api/v1", "/api/v1/", "/api/v1/conversation", PATH + "/", f"{PATH}/a/b", f"{PATH}/%2f"):
        for method in ("GET", "POST", "DELETE"):
            refused(await http.request(method, path), 404, "Route not found", "GeneralException")
    for method, path, allowed in (
        ("PUT", PATH, "POST"),
        ("GET", PATH, "POST"),
        ("OPTIONS", PATH, "POST"),
        ("POST", f"{PATH}/{world.the_broken_lamp.uuid}", "GET"),
        ("PATCH", f"{PATH}/x", "GET"),
    ):
        answer = await http.request(method, path)
        refused(answer, 405, "Request method not allowed", "GeneralException")
        assert answer.headers["Allow"] == allowed


async def _define(sql: asyncpg.Connection, world: World, key: str) -> None:
    await sql.execute(
        "insert into custom_attributes (workspace_id, applies_to, key, name) values ($1, 'conversation', $2, $2)",
        world.lamplight.workspace.id,
        key,
    )
