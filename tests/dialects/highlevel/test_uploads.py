"""Files for messages, in one request each (contracts/highlevel.md §6.8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg
import httpx
import pytest

from koine.core.files import links
from tests.dialects.highlevel.conftest import Untouched
from tests.dialects.highlevel.locations import Location, an_id_of_nobody, without_trace
from tests.dialects.highlevel.messaging import MESSAGES, message, send

WAVE = b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 64


async def upload(at: Location, name: str = "hello.wav", content: bytes = WAVE, **fields: Any) -> httpx.Response:
    given = {"locationId": at.id, "contactId": at.contact()} | fields
    data = {field: value for field, value in given.items() if value is not None}
    return await at.http.post(f"{MESSAGES}/upload", data=data, files={"fileAttachment": (name, content)})


async def test_a_file_is_taken_and_said_with_a_message_for_as_long_as_the_message_is_read(
    lamplight: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await upload(lamplight)
    assert answer.status_code == 200, answer.text
    url = answer.json()["uploadedFiles"]["hello.wav"]
    assert (await lamplight.http.get(url)).content == WAVE
    sent = await send(lamplight, attachments=[url, "https://example.com/x.png"])
    with monkeypatch.context() as later:
        later.setattr(links.time, "time", lambda: 4_000_000_000)
        assert (await lamplight.http.get(url)).status_code == 404
        ours, other = (await message(lamplight, sent))["attachments"]
        assert (await lamplight.http.get(ours)).content == WAVE
    assert other == "https://example.com/x.png"


async def test_a_link_into_another_location_stays_what_it_was(lamplight: Location, harbour: Location) -> None:
    url = (await upload(harbour)).json()["uploadedFiles"]["hello.wav"]
    sent = await send(lamplight, attachments=[url])
    assert (await message(lamplight, sent))["attachments"] == [url]


@pytest.mark.parametrize(
    ("name", "size", "status"), [("x.exe", 10, 415), ("x", 10, 415), ("x.txt", 5 * 2**20 + 1, 413), ("X.TXT", 10, 200)]
)
async def test_size_and_ending_are_looked_at(
    lamplight: Location, sql: asyncpg.Connection, name: str, size: int, status: int
) -> None:
    answer = await upload(lamplight, name, b"x" * size)
    assert answer.status_code == status
    if status != 200:
        assert (answer.json()["status"], list(answer.json())) == (status, ["status", "message"])
    kept = await sql.fetchval("select count(*) from attachments where workspace_id = $1", lamplight.place.workspace.id)
    assert kept == (1 if status == 200 else 0)


async def test_what_an_upload_lacks_is_said_at_once(lamplight: Location, untouched: Untouched) -> None:
    async with untouched():
        answer = await lamplight.http.post(f"{MESSAGES}/upload", files={"other": ("a", b"x")})
        empty = await lamplight.http.post(f"{MESSAGES}/upload", json={"attachmentUrls": "x", "isGroupSms": 7})
    assert answer.status_code == empty.status_code == 422
    assert {each.split()[0] for each in answer.json()["message"]} == {
        *("locationId", "conversationId", "contactId", "fileAttachment"),
    }
    assert empty.json()["message"] == [
        "locationId must be a string",
        "locationId should not be empty",
        "attachmentUrls must be an array",
        "isGroupSms must be a boolean string",
        "conversationId must be a string",
        "conversationId should not be empty",
        "contactId must be a string",
        "contactId should not be empty",
    ]


async def test_an_upload_is_for_somebody_of_the_location(
    lamplight: Location, harbour: Location, untouched: Untouched
) -> None:
    async with untouched():
        foreign = await upload(lamplight, locationId=harbour.id)
        answers = [await upload(lamplight, contactId=id) for id in (an_id_of_nobody(), harbour.contact())]
        nowhere = await upload(lamplight, contactId=None, conversationId="x")
    assert foreign.status_code == 403
    assert [answer.status_code for answer in (*answers, nowhere)] == [404] * 3
    assert without_trace(nowhere.json()) == {
        "statusCode": 404,
        "message": "Conversation with id x not found",
        "error": "Not Found",
    }


async def test_several_files_are_taken_at_once_and_named_apart(lamplight: Location) -> None:
    given = [("a.txt", b"1"), ("b.wav", WAVE), ("a.txt", b"2"), ("a.txt", b"3")]
    answer = await several(lamplight, given)
    assert answer.status_code == 200, answer.text
    urls = answer.json()["uploadedFiles"]
    assert list(urls) == ["a.txt", "b.wav", "a (2).txt", "a (3).txt"]
    assert [(await lamplight.http.get(url)).content for url in urls.values()] == [b"1", WAVE, b"2", b"3"]


@pytest.mark.parametrize("spelling", ["attachmentUrls", "attachmentUrls[]"])
@pytest.mark.parametrize("version", ["2021-04-15", "2021-07-28", "2023-02-21", "v3"])
async def test_addresses_come_with_files_in_every_spelling_and_version(
    lamplight: Location, spelling: str, version: str
) -> None:
    urls = ["https://example.com/files/invoice.pdf", "http://example.com/logo%20of%20us.png?x=1"]
    answer = await several(lamplight, [("a.txt", b"1")], {spelling: urls, "Version": version})
    assert answer.status_code == 200, answer.text
    found = answer.json()["uploadedFiles"]
    assert [*found] == ["a.txt", "invoice.pdf", "logo of us.png"]
    assert [*found.values()][1:] == urls


async def test_addresses_alone_come_as_json_and_are_answered_as_they_are(lamplight: Location) -> None:
    ours = (await upload(lamplight)).json()["uploadedFiles"]["hello.wav"]
    urls = ["https://example.com/a.png", "https://example.com/", ours]
    body = {"locationId": lamplight.id, "contactId": lamplight.contact(), "attachmentUrls": urls}
    answer = await lamplight.http.post(f"{MESSAGES}/upload", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"uploadedFiles": {"a.png": urls[0], "file": urls[1], "hello.wav": ours}}


@pytest.mark.parametrize("url", ["", "x", "ftp://example.com/a", "https://", "javascript:alert(1)", "https://a b/"])
async def test_what_is_no_address_is_refused(lamplight: Location, url: str) -> None:
    body = {"locationId": lamplight.id, "contactId": lamplight.contact(), "attachmentUrls": ["https://a.example", url]}
    answer = await lamplight.http.post(f"{MESSAGES}/upload", json=body)
    assert (answer.status_code, answer.json()["message"]) == (
        422,
        ["each value in attachmentUrls must be a URL address"],
    )


@pytest.mark.parametrize(
    ("files", "fields", "taken"),
    [
        (5, {}, True),
        (6, {}, False),
        (4, {"attachmentUrls": ["https://example.com/a"]}, True),
        (5, {"attachmentUrls": ["https://example.com/a"]}, False),
        (1, {"isGroupSms": "true"}, True),
        (2, {"isGroupSms": "true"}, False),
        (2, {"isGroupSms": "false"}, True),
    ],
)
async def test_too_many_files_are_refused_and_none_is_kept(
    lamplight: Location, sql: asyncpg.Connection, files: int, fields: dict[str, Any], taken: bool
) -> None:
    answer = await several(lamplight, [(f"{n}.txt", b"x") for n in range(files)], fields)
    assert await _kept(sql, lamplight) == (files if taken else 0)
    if taken:
        assert answer.status_code == 200, answer.text
    else:
        assert (answer.status_code, answer.json()) == (400, {"status": 400, "message": "Too many files"})


async def test_one_bad_file_among_several_is_refused_with_all_of_them(
    lamplight: Location, sql: asyncpg.Connection
) -> None:
    for bad, status in ((("x.exe", b"x"), 415), (("x.txt", b"x" * (5 * 2**20 + 1)), 413)):
        answer = await several(lamplight, [("a.txt", b"1"), bad, ("b.txt", b"2")])
        assert (answer.status_code, answer.json()["status"]) == (status, status)
        assert await _kept(sql, lamplight) == 0


async def test_a_body_that_is_neither_form_nor_json_is_refused_as_uploads_are(lamplight: Location) -> None:
    answer = await lamplight.http.post(f"{MESSAGES}/upload", content=b"x", headers={"Content-Type": "text/plain"})
    assert (answer.status_code, answer.json()) == (415, {"status": 415, "message": "Unsupported Media Type"})


async def test_an_upload_that_is_sent_again_under_its_key_is_done_once(
    lamplight: Location, sql: asyncpg.Connection
) -> None:
    files = [("a.txt", b"1"), ("b.txt", b"2")]
    headers = {"Idempotency-Key": "one"}
    first, again = [await several(lamplight, files, headers) for _ in range(2)]
    assert (first.status_code, again.content, again.headers["idempotency-replayed"]) == (200, first.content, "true")
    assert (await several(lamplight, [*files, ("c.txt", b"3")], headers)).status_code == 422
    assert await _kept(sql, lamplight) == 2


async def several(at: Location, files: Sequence[tuple[str, bytes]], fields: Any = None) -> httpx.Response:
    """Several files in one form; fields that are headers are sent as such."""
    given = dict(fields or {})
    headers = {name: given.pop(name) for name in ("Version", "Idempotency-Key") if name in given}
    data = {"locationId": at.id, "contactId": at.contact(), **given}
    parts = [("fileAttachment", file) for file in files]
    return await at.http.post(f"{MESSAGES}/upload", data=data, files=parts, headers=headers)


async def _kept(sql: asyncpg.Connection, at: Location) -> int:
    found: int = await sql.fetchval("select count(*) from attachments where workspace_id = $1", at.place.workspace.id)
    return found
