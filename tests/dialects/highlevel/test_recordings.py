"""Recordings of calls, and what was said in them (contracts/highlevel.md §6.11): their ways in and out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest

from koine.core.files import links
from koine.core.providers.model import Provider
from koine.demo import World
from koine.postgres.database import Database
from tests.dialects.highlevel.locations import Location, without_trace
from tests.dialects.highlevel.messaging import MESSAGES, bring, log_call, registered, send
from tests.dialects.highlevel.test_uploads import WAVE, upload

MP3 = b"ID3\x04" + b"\0" * 80
NONE = {
    "statusCode": 400,
    "message": "Recording not found",
    "error": "Bad Request",
    "canonicalCode": "CONVERSATIONS_MSG_RECORDING_NOT_FOUND",
}
SENTENCES = [
    {"mediaChannel": 1, "startTime": 0, "endTime": 900, "transcript": "Hello.", "confidence": 0.9},
    {"mediaChannel": 2, "startTime": 950, "endTime": 1500.5, "transcript": "Grüße!", "confidence": 1},
]

Uploaded = Callable[..., Awaitable[str]]


@pytest.fixture
async def provider(lamplight: Location, database: Database, world: World) -> Provider:
    """Who brings calls."""
    return await registered(database, world, lamplight.place, "call")


@pytest.fixture
def uploaded(lamplight: Location) -> Uploaded:
    """Uploads a file; its address."""

    async def up(name: str = "hello.wav", content: bytes = WAVE) -> str:
        answer = await upload(lamplight, name, content)
        found: str = answer.json()["uploadedFiles"][name]
        return found

    return up


async def recording(at: Location, id: str) -> httpx.Response:
    return await at.http.get(f"{MESSAGES}/{id}/locations/{at.id}/recording")


async def transcription(at: Location, id: str, end: str = "") -> httpx.Response:
    return await at.http.get(f"/conversations/locations/{at.id}/messages/{id}/transcription{end}")


@pytest.mark.parametrize("way", ["inbound", "outbound", "afterwards"])
async def test_a_recording_is_a_file_that_was_uploaded_and_put_to_a_call(
    lamplight: Location, provider: Provider, uploaded: Uploaded, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    urls = ["https://example.com/elsewhere.wav", await uploaded("notes.txt", b"Notes"), await uploaded()]
    call: dict[str, Any] = {"conversationProviderId": provider.id}
    if way == "inbound":
        answer = await bring(lamplight, type="Call", attachments=urls, call={"from": "+15550100101"}, **call)
    elif way == "outbound":
        answer = await log_call(lamplight, provider, attachments=urls)
    else:
        answer = await log_call(lamplight, provider)
        path = f"{MESSAGES}/{answer.json()['messageId']}/attachments"
        assert without_trace((await recording(lamplight, answer.json()["messageId"])).json()) == NONE
        assert (await lamplight.http.put(path, json={"attachments": urls})).status_code == 200
    id = answer.json()["messageId"]
    with monkeypatch.context() as later:  # the link has ended, and the file is still the recording
        later.setattr(links.time, "time", lambda: 4_000_000_000)
        found = await recording(lamplight, id)
    assert (found.status_code, found.content) == (200, WAVE)
    assert (found.headers["content-type"], found.headers["content-disposition"]) == (
        "audio/x-wav",
        "attachment; filename=audio.wav",
    )
    assert found.headers["content-length"] == str(len(WAVE))


@pytest.mark.parametrize(
    ("name", "content", "content_type", "file_name"),
    [("a.mp3", MP3, "audio/mpeg", "audio.mp3"), ("a.amr", b"#!AMR\n", "application/octet-stream", "audio.amr")],
)
async def test_a_recording_of_another_form_is_called_what_it_is(
    lamplight: Location,
    provider: Provider,
    uploaded: Uploaded,
    name: str,
    content: bytes,
    content_type: str,
    file_name: str,
) -> None:
    id = (await log_call(lamplight, provider, attachments=[await uploaded(name, content)])).json()["messageId"]
    found = await recording(lamplight, id)
    assert (found.status_code, found.content, found.headers["content-type"]) == (200, content, content_type)
    assert found.headers["content-disposition"] == f"attachment; filename={file_name}"


async def test_a_recording_that_somebody_else_keeps_is_where_they_say(lamplight: Location, provider: Provider) -> None:
    urls = ["no address", "https://example.com/a b\r\nc", "https://example.com/ä/call-123.mp3?x=%20&y=1#z"]
    id = (await log_call(lamplight, provider, attachments=urls)).json()["messageId"]
    found = await recording(lamplight, id)
    assert (found.status_code, found.headers["location"]) == (
        302,
        "https://example.com/%C3%A4/call-123.mp3?x=%20&y=1#z",
    )


async def test_what_is_no_recording_of_a_call_here_is_refused(
    lamplight: Location, harbour: Location, provider: Provider, uploaded: Uploaded, sql: asyncpg.Connection
) -> None:
    theirs = (await upload(harbour)).json()["uploadedFiles"]["hello.wav"]
    mine = await uploaded()
    answers = [
        await log_call(lamplight, provider, attachments=[await uploaded("a.txt", b"x")]),
        await log_call(lamplight, provider, attachments=[theirs]),
        await log_call(lamplight, provider, attachments=["ftp://example.com/a.wav", "javascript:alert(1)"]),
        await send(lamplight, attachments=[mine]),
    ]
    deleted = await log_call(lamplight, provider, attachments=[mine])
    assert (await recording(lamplight, deleted.json()["messageId"])).status_code == 200
    await sql.execute("update attachments set deleted_at = now() where workspace_id = $1", lamplight.place.workspace.id)
    for answer in (*answers, deleted):
        found = await recording(lamplight, answer.json()["messageId"])
        assert (found.status_code, without_trace(found.json())) == (400, NONE)
    assert (await recording(harbour, deleted.json()["messageId"])).status_code == 400


@pytest.mark.parametrize("way", ["inbound", "outbound", "afterwards"])
async def test_what_was_said_comes_with_the_call_or_after_it_and_is_read_as_it_came(
    lamplight: Location, provider: Provider, way: str
) -> None:
    told = {"from": "+15550100101", "status": "completed", "transcription": SENTENCES}
    if way == "inbound":
        answer = await bring(lamplight, type="Call", conversationProviderId=provider.id, call=told)
    elif way == "outbound":
        answer = await log_call(lamplight, provider, call=told)
    else:
        answer = await log_call(lamplight, provider)
        path = f"{MESSAGES}/{answer.json()['messageId']}/attachments"
        assert without_trace((await transcription(lamplight, answer.json()["messageId"])).json()) == NONE
        put = await lamplight.http.put(path, json={"attachments": [], "transcription": SENTENCES})
        assert put.status_code == 200, put.text
    id = answer.json()["messageId"]
    found = await transcription(lamplight, id)
    assert found.json() == [
        {**SENTENCES[0], "sentenceIndex": 0, "speaker": 0},
        {**SENTENCES[1], "sentenceIndex": 1, "speaker": 1},
    ]
    text = await transcription(lamplight, id, "/download")
    assert text.text == "Speaker 0: Hello.\nSpeaker 1: Grüße!\n"
    again = await lamplight.http.put(
        f"{MESSAGES}/{id}/attachments", json={"attachments": [], "transcription": found.json()}
    )
    assert (again.status_code, (await transcription(lamplight, id)).json()) == (200, found.json())
    await lamplight.http.put(f"{MESSAGES}/{id}/attachments", json={"attachments": [], "transcription": []})
    assert without_trace((await transcription(lamplight, id)).json()) == NONE


async def test_a_transcription_is_not_in_the_message_itself(lamplight: Location, provider: Provider) -> None:
    told = {"status": "busy", "transcription": [{"transcript": "Hello.", "speaker": 1}]}
    id = (await log_call(lamplight, provider, call=told)).json()["messageId"]
    message = (await lamplight.http.get(f"{MESSAGES}/{id}")).json()
    assert message["meta"] == {"callStatus": "busy", "call": {"status": "busy"}}
    assert "Hello" not in str(message)
    assert (await transcription(lamplight, id)).json()[0]["mediaChannel"] == 2


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("Hello", "call.transcription must be an array"),
        ([{}], "call.transcription.0.transcript must be a string"),
        ([{"transcript": 1}], "call.transcription.0.transcript must be a string"),
        ([{"transcript": "a\x00"}], "call.transcription.0.transcript holds a NUL character"),
        ([{"transcript": "a", "startTime": "x"}], "call.transcription.0.startTime must be a number"),
        ([{"transcript": "a", "mediaChannel": 0}], "call.transcription.0.mediaChannel must be a valid enum value"),
        ([{"transcript": "a", "confidence": 2}], "call.transcription.0.confidence must be a valid enum value"),
        ([{"transcript": "a"}] * 10_001, "call.transcription must contain no more than 10000 elements"),
    ],
)
async def test_a_transcription_that_is_none_is_refused(
    lamplight: Location, provider: Provider, given: object, says: str
) -> None:
    answer = await log_call(lamplight, provider, call={"transcription": given})
    assert answer.status_code == 422
    assert answer.json()["message"][0].startswith(says)
