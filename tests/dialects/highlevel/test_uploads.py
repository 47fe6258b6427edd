"""Files for messages (contracts/highlevel.md §6.8)."""

from __future__ import annotations

from typing import Any

import asyncpg
import httpx
import pytest

from koine.core.files import links
from tests.dialects.highlevel.conftest import Untouched
from tests.dialects.highlevel.locations import Location, an_id_of_nobody
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
    assert answer.status_code == 422
    assert {each.split()[0] for each in answer.json()["message"]} == {
        *("locationId", "conversationId", "contactId", "fileAttachment"),
    }


async def test_an_upload_is_for_somebody_of_the_location(
    lamplight: Location, harbour: Location, untouched: Untouched
) -> None:
    async with untouched():
        foreign = await upload(lamplight, locationId=harbour.id)
        answers = [await upload(lamplight, contactId=id) for id in (an_id_of_nobody(), harbour.contact())]
        nowhere = await upload(lamplight, contactId=None, conversationId="x")
    assert foreign.status_code == 403
    assert [answer.status_code for answer in (*answers, nowhere)] == [400] * 3
    assert nowhere.json()["message"] == "Conversation with id x not found"
