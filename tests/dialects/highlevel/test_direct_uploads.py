"""The upload in two steps (contracts/highlevel.md §6.8)."""

from __future__ import annotations

import time
from typing import Any

import asyncpg
import httpx
import pytest

from koine.core.files import arriving
from tests.dialects.highlevel.conftest import Untouched
from tests.dialects.highlevel.locations import Location, an_id_of_nobody, without_trace
from tests.dialects.highlevel.messaging import MESSAGES, message, send

WAVE = b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 64
GONE = {
    "statusCode": 404,
    "message": "File not found in storage - upload may have failed or URL expired",
    "error": "Not Found",
}


@pytest.fixture
async def conversation(lamplight: Location) -> str:
    """The id of a conversation of the location."""
    found: str = (await send(lamplight)).json()["conversationId"]
    return found


def beginning(at: Location, conversation: str, **more: Any) -> dict[str, Any]:
    given = {"locationId": at.id, "conversationId": conversation, "filename": "call.wav", "contentType": "audio/wav"}
    return given | {"channel": "SMS"} | more


async def initiate(at: Location, conversation: str, **more: Any) -> httpx.Response:
    return await at.http.post(f"{MESSAGES}/upload/initiate", json=beginning(at, conversation, **more))


async def complete(at: Location, begun: dict[str, Any], conversation: str, **more: Any) -> httpx.Response:
    given = {name: begun[name] for name in ("uploadId", "filePath")}
    body = given | {"locationId": at.id, "conversationId": conversation, "filename": "call.wav"} | more
    return await at.http.post(f"{MESSAGES}/upload/complete", json=body)


@pytest.mark.parametrize("version", ["2021-04-15", "v3"])
async def test_bytes_are_sent_to_the_address_and_become_a_file_that_is_said(
    lamplight: Location, base_url: str, conversation: str, version: str
) -> None:
    lamplight.http.headers["Version"] = version
    answer = await initiate(lamplight, conversation)
    assert answer.status_code == 200, answer.text
    begun = answer.json()
    assert 0 < begun["expiresAt"] - time.time() * 1000 <= 15 * 60 * 1000
    assert begun["maxFileSize"] == 5 * 2**20
    assert begun["filePath"] == f"location/{lamplight.id}/conversations/{conversation}/{begun['uploadId']}.wav"
    early = await complete(lamplight, begun, conversation)
    assert (early.status_code, without_trace(early.json())) == (404, GONE)
    async with httpx.AsyncClient() as anybody:
        put = await anybody.put(begun["uploadUrl"], content=WAVE, headers={"Content-Type": "audio/wav"})
    assert (put.status_code, put.content) == (200, b"")
    done = await complete(lamplight, begun, conversation)
    assert done.status_code == 200, done.text
    assert done.json()["metadata"] == {"size": len(WAVE), "contentType": "audio/wav"}
    url = done.json()["uploadedFiles"]["call.wav"]
    assert url.startswith(base_url)
    sent = await send(lamplight, attachments=[url])
    (shown,) = (await message(lamplight, sent))["attachments"]
    assert (await lamplight.http.get(shown)).content == WAVE


async def test_bytes_that_come_again_change_nothing(
    lamplight: Location, conversation: str, sql: asyncpg.Connection
) -> None:
    begun = (await initiate(lamplight, conversation)).json()
    for content in (WAVE, WAVE, b"other"):
        assert (await lamplight.http.put(begun["uploadUrl"], content=content)).status_code == 200
    first, again = [await complete(lamplight, begun, conversation) for _ in range(2)]
    assert without_trace(first.json()) == without_trace(again.json())
    assert (await lamplight.http.get(first.json()["uploadedFiles"]["call.wav"])).content == WAVE
    kept = await sql.fetchval("select count(*) from attachments where workspace_id = $1", lamplight.place.workspace.id)
    told = await sql.fetchval(
        "select count(*) from events where workspace_id = $1 and kind = 'file.uploaded'", lamplight.place.workspace.id
    )
    assert (kept, told) == (1, 1)


async def test_an_address_ends_and_cannot_be_changed(
    lamplight: Location, conversation: str, monkeypatch: pytest.MonkeyPatch, untouched: Untouched
) -> None:
    url = (await initiate(lamplight, conversation)).json()["uploadUrl"]
    base, _, token = url.rpartition("/")
    forged = [token[:-1] + ("A" if token[-1] != "A" else "Q") + "", f"B{token[1:]}", "x", token + "é", token[:40]]
    async with untouched():
        answers = [await lamplight.http.put(f"{base}/{each}", content=WAVE) for each in forged]
        with monkeypatch.context() as later:
            later.setattr(arriving.time, "time", lambda: 4_000_000_000)
            answers.append(await lamplight.http.put(url, content=WAVE))
    for answer in answers:
        assert (answer.status_code, without_trace(answer.json())) == (404, GONE)
    assert (await lamplight.http.put(url, content=WAVE)).status_code == 200


@pytest.mark.parametrize(("channel", "most"), [("SMS", 5), ("Email", 5), ("WHATSAPP", 100)])
async def test_how_large_a_file_may_be_depends_on_its_channel(
    lamplight: Location, conversation: str, channel: str, most: int
) -> None:
    refused = await initiate(lamplight, conversation, channel=channel, fileSize=most * 2**20 + 1)
    assert (refused.status_code, refused.json()) == (
        413,
        {"status": 413, "message": "File size exceeds maximum allowed limit"},
    )
    begun = (await initiate(lamplight, conversation, channel=channel, fileSize=most * 2**20)).json()
    assert begun["maxFileSize"] == most * 2**20
    if most == 5:
        answer = await lamplight.http.put(begun["uploadUrl"], content=b"x" * (5 * 2**20 + 1))
        assert (answer.status_code, answer.json()["status"]) == (413, 413)
        assert (await complete(lamplight, begun, conversation)).status_code == 404
    assert (await lamplight.http.put(begun["uploadUrl"], content=b"x" * 5 * 2**20)).status_code == 200


async def test_what_an_upload_in_two_steps_lacks_is_said_at_once(lamplight: Location, untouched: Untouched) -> None:
    async with untouched():
        answers = [await lamplight.http.post(f"{MESSAGES}/upload/{step}", json={}) for step in ("initiate", "complete")]
    assert [answer.status_code for answer in answers] == [422, 422]
    told = [list(dict.fromkeys(each.split()[0] for each in answer.json()["message"])) for answer in answers]
    assert told == [
        ["locationId", "conversationId", "filename", "contentType", "channel"],
        ["uploadId", "filePath", "locationId", "conversationId", "filename"],
    ]


async def test_what_is_not_taken_is_refused_before_it_comes(lamplight: Location, conversation: str) -> None:
    answer = await initiate(lamplight, conversation, filename="x.exe")
    assert (answer.status_code, answer.json()["status"]) == (400, 400)
    for size in (-1, "5"):
        assert (await initiate(lamplight, conversation, fileSize=size)).status_code == 422


async def test_an_upload_belongs_to_its_conversation_and_location(
    lamplight: Location, harbour: Location, conversation: str, untouched: Untouched
) -> None:
    begun = (await initiate(lamplight, conversation)).json()
    await lamplight.http.put(begun["uploadUrl"], content=WAVE)
    theirs = (await send(harbour)).json()["conversationId"]
    other = (await send(lamplight, 1)).json()["conversationId"]
    async with untouched():
        assert (await initiate(lamplight, conversation, locationId=harbour.id)).status_code == 403
        assert (await complete(lamplight, begun, conversation, locationId=harbour.id)).status_code == 403
        for id in (theirs, an_id_of_nobody()):
            answers = [await initiate(lamplight, id), await complete(lamplight, begun, id)]
            assert [each.status_code for each in answers] == [400, 400]
            assert {each.json()["message"] for each in answers} == {f"Conversation with id {id} not found"}
        stolen = await complete(
            harbour,
            begun | {"filePath": begun["filePath"].replace(lamplight.id, harbour.id).replace(conversation, theirs)},
            theirs,
        )
        answers = [
            stolen,
            await complete(lamplight, begun, other),
            await complete(lamplight, begun, conversation, filename="call.mp3"),
            await complete(lamplight, begun, conversation, uploadId="x"),
        ]
    assert [(each.status_code, without_trace(each.json())) for each in answers] == [(404, GONE)] * 4
