"""Recordings of calls, and what was said in them as text (contracts/highlevel.md §6.11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from koine.core.conversations.correspondence import reading
from koine.core.conversations.correspondence.model import Letter
from koine.core.conversations.correspondence.refusals import RecordingNotFound
from koine.core.files import files as stored
from koine.core.files import links
from koine.core.files.model import Means, Served
from koine.dialects.call import Answer, Call
from koine.dialects.highlevel import auth, errors, ids, message_types, uploaded
from koine.dialects.highlevel.wire.uploads import is_address
from koine.dialects.streaming import Outlet, Stream

_CALLS = frozenset(map(message_types.channel, message_types.CALLS))

# By what the bytes are: how the contract calls that, and how the file is called. The contract knows the first.
_FORMS: Mapping[str, tuple[str, str]] = {
    "audio/wav": ("audio/x-wav", "wav"),
    "audio/mpeg": ("audio/mpeg", "mp3"),
    "audio/ogg": ("audio/ogg", "ogg"),
    "audio/flac": ("audio/flac", "flac"),
    "video/mp4": ("audio/mp4", "m4a"),
    "video/webm": ("audio/webm", "webm"),
}
_IN_ADDRESSES = "!#$%&'()*+,/:;=?@[]~"  # of what is not a letter: what may stand in an address as it is

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
    """The recording of a call: the first of its files that is one, or else where somebody else keeps it."""
    letter = await _call(call)
    if letter.channel not in _CALLS:
        raise RecordingNotFound
    urls: Sequence[str] = letter.meta.get("attachments", ())
    files = call.services.files
    if files is not None:
        for file_id in (*_ours(files, urls, letter), *(file.id for file in letter.files)):
            found = await stored.served(call.tx, letter.workspace_id, file_id)
            if found is not None and (form := _form(found)) is not None:
                return _handed_out(files, found, *form)
    # Never fetched by us: whoever asks is told where to go.
    theirs = (url for url in urls if is_address(url) and links.PATH not in url)
    url = next(theirs, None)
    if url is None:
        raise RecordingNotFound
    return Answer(302, {}, {"Location": quote(url, safe=_IN_ADDRESSES)})


def _ours(files: Means, urls: Sequence[str], letter: Letter) -> list[int]:
    found = (links.of_url(files.sealing, url, letter.workspace_id) for url in urls)
    return [link.file_id for link in found if link is not None]


def _form(found: Served) -> tuple[str, str] | None:
    """The content type and the ending of what can be heard; None for anything else."""
    known = _FORMS.get(found.content_type)
    ending = found.file_name.rpartition(".")[2].lower()
    if known is not None or ending not in uploaded.AUDIO:
        return known
    return found.content_type, ending


def _handed_out(files: Means, found: Served, content_type: str, ending: str) -> Stream:
    async def write(outlet: Outlet) -> None:
        async for piece in files.storage.read(found.key, 0, found.size):
            await outlet.write(piece)

    said = {"Content-Length": str(found.size), "Content-Disposition": f"attachment; filename=audio.{ending}"}
    return Stream(200, write, said, content_type)


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
