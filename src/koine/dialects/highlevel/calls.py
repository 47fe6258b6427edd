"""Recordings of calls, and what was said in them as text (contracts/highlevel.md §6.11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from koine.core.conversations.correspondence import reading
from koine.core.conversations.correspondence.model import Letter
from koine.core.conversations.correspondence.refusals import RecordingNotFound
from koine.dialects.call import Answer, Call
from koine.dialects.highlevel import auth, errors, ids

_TRANSCRIPT = 'attachment; filename="transcription.txt"'


async def transcription(call: Call) -> Answer:
    """What was said in a call, sentence by sentence; an array, as the original answers (§12)."""
    return Answer(200, _written(_sentences(await _call(call))))


async def transcript(call: Call) -> Answer:
    """The same as a text."""
    lines = [f"Speaker {each['speaker']}: {each['transcript']}" for each in _written(_sentences(await _call(call)))]
    text = "".join(f"{line}\n" for line in lines).encode()
    return Answer(200, text, {"Content-Disposition": _TRANSCRIPT}, "text/plain; charset=utf-8")


async def recording(call: Call) -> Answer:
    """The recording of a call."""
    await _call(call)
    raise RecordingNotFound


async def _call(call: Call) -> Letter:
    at = auth.location(call)
    at.must_be(call.named("locationId"))
    id = call.named("messageId")
    with errors.naming("Message", id):
        return await reading.find(call.tx, call.actor, ids.known(id))


def _sentences(letter: Letter) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = letter.meta.get("transcription", ())
    if not found:
        raise RecordingNotFound
    return found


def _written(sentences: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [_sentence(number, each) for number, each in enumerate(sentences)]


def _sentence(number: int, each: Mapping[str, Any]) -> dict[str, Any]:
    """What the specification says of one, and what the original answers."""
    channel = each.get("channel", 1)
    return {
        "mediaChannel": channel,
        "sentenceIndex": number,
        "startTime": each.get("start", 0),
        "endTime": each.get("end", 0),
        "transcript": each.get("text", ""),
        "confidence": each.get("confidence", 1),
        "speaker": channel - 1,
    }
