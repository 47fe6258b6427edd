"""Requests that bring a file: a multipart form that is read while it comes, and never held as a whole.

The file's bytes go straight into the storage, before there is a unit of work, so that no connection to the database
waits for a slow client. What no file came of by the end is taken away again.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import multipart  # type: ignore[import-untyped]  # it is one module without a word about its types
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from koine.core.files import kinds, names
from koine.core.files.model import Means, Stored
from koine.dialects.call import MAX_BODY, Answer, Call
from koine.dialects.edge import FormUnreadable, TooLarge, WrongMediaType
from koine.storage import StorageFailed, new_key

log = logging.getLogger("koine")

MEDIA_TYPE = "multipart/form-data"
MAX_PARTS = 20
MAX_PART = 256 * 1024  # bytes of a part that is not the file
MAX_HEADER = 4 * 1024  # bytes of one of a part's headers
MAX_HEADERS = 8  # of a part

# An extension of our own server: `tell` says that a body goes on, so that it gets more time.
PROGRESS = "koine.progress"
_STEP = 1024 * 1024  # bytes

Event = Any  # MultipartSegment, the bytes of a part, or None at its end


@dataclass(frozen=True, slots=True)
class Upload:
    """How an endpoint takes a file: in the part `part`. `check` raises what can be refused before anything has come."""

    part: str
    check: Callable[[Call], None]


@dataclass(slots=True)
class Form:
    """What has come: the parts that are no file by their names, and the file, if there was one.

    `twice` are names that came more than once. `taken` says that a file was made of what came.
    """

    parts: dict[str, bytes] = field(default_factory=dict)
    file: Stored | None = None
    twice: set[str] = field(default_factory=set)
    taken: bool = False

    @property
    def fingerprint(self) -> bytes:
        """What tells this form from others, whatever stood between its parts and in whatever order they came."""
        told = [b"%d %b\n%b" % (len(value), name.encode(), value) for name, value in sorted(self.parts.items())]
        if self.file is not None:
            told.append(b"%b %b" % (self.file.digest, self.file.file_name.encode()))
        return hashlib.sha256(b"\n".join(told)).digest()


async def served(call: Call, upload: Upload, answering: Callable[[], Awaitable[Answer]]) -> Answer:
    """The answer to a request that brings a file. `call.form` has what came.

    Raises TooLarge, WrongMediaType, FormUnreadable and ClientGone, and what answering raises. Where a file was made of
    the bytes and then the commit failed nobody knows whether it did: they stay, and `koine doctor --files` finds out.
    """
    files = call.services.files
    if files is None:
        raise RuntimeError("this process was not given a place for files")
    upload.check(call)
    form = call.form = Form()
    kept = False
    try:
        await _receive(call, files, upload.part, form)
        answer = await answering()
        kept = form.taken and answer.status < 400
        return answer
    except Exception:
        kept = form.taken
        raise
    finally:
        if form.file is not None and not kept:
            await _forget(files, form.file.key)


async def _receive(call: Call, files: Means, name: str, form: Form) -> None:
    most = files.largest + MAX_BODY
    length = call.header("content-length") or ""
    if length.isdecimal() and int(length) > most:
        raise TooLarge
    events = _events(call, _parser(call), most)
    try:
        async for event in events:
            if isinstance(event, MultipartSegment):
                await _part(event, events, files, name, form)
    except MultipartError:
        raise FormUnreadable from None


async def _part(segment: MultipartSegment, events: AsyncIterator[Event], files: Means, name: str, form: Form) -> None:
    if segment.name is None or segment.disposition != "form-data":
        raise FormUnreadable
    if segment.name in form.parts or (segment.name == name and form.file is not None):
        form.twice.add(segment.name)
        async for _ in _pieces(events, files.largest):
            pass
    elif segment.name == name:
        await _store(segment.filename or "", events, files, form)
    else:
        form.parts[segment.name] = b"".join([piece async for piece in _pieces(events, MAX_PART)])


async def _store(file_name: str, events: AsyncIterator[Event], files: Means, form: Form) -> None:
    """Write the bytes down while they come."""
    key, digest = new_key(), hashlib.sha256()
    size, start = 0, b""

    async def passing() -> AsyncIterator[bytes]:
        nonlocal size, start
        async for piece in _pieces(events, files.largest):
            size += len(piece)
            digest.update(piece)
            if len(start) < kinds.START:
                start += piece[: kinds.START]
            yield piece

    await files.storage.put(key, passing())
    form.file = Stored(key, names.clean(file_name), kinds.sniffed(start), size, digest.digest())


async def _pieces(events: AsyncIterator[Event], most: int) -> AsyncIterator[bytes]:
    """What is in the part that has begun. Raises TooLarge when that is more than `most` bytes."""
    size = 0
    async for event in events:
        if event is None:
            return
        if isinstance(event, bytes):
            size += len(event)
            if size > most:
                raise TooLarge
            yield event


async def _events(call: Call, parser: PushMultipartParser, most: int) -> AsyncIterator[Event]:
    """What the form says, while it comes. Raises TooLarge, ClientGone and MultipartError."""
    told = call.scope.get("extensions", {}).get(PROGRESS, {}).get("tell", lambda: None)
    size, more = 0, True
    while more:
        message = await call.next_part()
        body, more = message.get("body", b""), message.get("more_body", False)
        if (size + len(body)) // _STEP > size // _STEP:
            told()
        size += len(body)
        if size > most:
            raise TooLarge
        if body:
            for event in parser.parse(body):
                yield event
    parser.close()


def _parser(call: Call) -> PushMultipartParser:
    kind, options = multipart.parse_options_header(call.header("content-type") or "")
    if kind != MEDIA_TYPE:
        raise WrongMediaType
    boundary = options.get("boundary", "")
    if not 1 <= len(boundary) <= 200 or not boundary.isascii():
        raise FormUnreadable
    return PushMultipartParser(
        boundary, max_header_size=MAX_HEADER, max_header_count=MAX_HEADERS, max_segment_count=MAX_PARTS
    )


async def _forget(files: Means, key: str) -> None:
    try:
        await files.storage.delete(key)
    except StorageFailed as failed:
        log.warning("what came to nothing stays until koine doctor --files finds it: %s", failed)
