"""Requests that bring files: in a multipart form or by themselves, read while they come, and never held as a whole.

A file's bytes go straight into the storage, before there is a unit of work, so that no connection to the database
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
class Bare:
    """A body that is nothing but a file: of this name, and of no more than `largest` bytes."""

    file_name: str
    largest: int


@dataclass(frozen=True, slots=True)
class Upload:
    """How an endpoint takes files: up to `most`, each in a part `part`. With `json` it also takes a body of JSON, and
    then there is no form.

    `check` raises what can be refused before anything has come; what it answers says that the body is no form at all.
    """

    part: str
    check: Callable[[Call], Bare | None]
    most: int = 1
    json: bool = False


@dataclass(slots=True)
class Form:
    """What has come: the parts that are no file by their names, and the files in their order.

    `twice` are names that came more often than they may; of parts that are no file, `again` has what came after the
    first. `taken` says that files were made of what came: of all of it.
    """

    parts: dict[str, bytes] = field(default_factory=dict)
    again: dict[str, list[bytes]] = field(default_factory=dict)
    files: list[Stored] = field(default_factory=list)
    twice: set[str] = field(default_factory=set)
    taken: bool = False

    @property
    def file(self) -> Stored | None:
        """The file, or the first of them."""
        return self.files[0] if self.files else None

    @property
    def fingerprint(self) -> bytes:
        """What tells this form from others, whatever stood between its parts and in whatever order they came."""
        told = [
            b"%d %b\n%b" % (len(value), name.encode(), value)
            for name, first in sorted(self.parts.items())
            for value in (first, *self.again.get(name, ()))
        ]
        told += [b"%b %b" % (file.digest, file.file_name.encode()) for file in self.files]
        return hashlib.sha256(b"\n".join(told)).digest()


async def served(call: Call, upload: Upload, answering: Callable[[], Awaitable[Answer]]) -> Answer:
    """The answer to a request that brings files. `call.form` has what came.

    Raises TooLarge, WrongMediaType, FormUnreadable and ClientGone, and what answering raises. Where files were made of
    the bytes and then the commit failed nobody knows whether it did: they stay, and `koine doctor --files` finds out.
    """
    files = call.services.files
    if files is None:
        raise RuntimeError("this process was not given a place for files")
    bare = upload.check(call)
    if upload.json and is_json(call):
        await call.receive_body()
        return await answering()
    form = call.form = Form()
    kept = False
    try:
        await (_receive(call, files, upload, form) if bare is None else _receive_bare(call, files, bare, form))
        answer = await answering()
        kept = form.taken and answer.status < 400
        return answer
    except Exception:
        kept = form.taken
        raise
    finally:
        if not kept:
            for each in form.files:
                await _forget(files, each.key)


def is_json(call: Call) -> bool:
    """Whether a body is said to be JSON; one of which nothing is said is taken for it."""
    media = (call.header("content-type") or "").partition(";")[0].strip().lower()
    return not media or media == "application/json" or media.endswith("+json")


async def _receive(call: Call, files: Means, upload: Upload, form: Form) -> None:
    most = files.largest + MAX_BODY
    _must_fit(call, most)
    events = _events(call, _parser(call), most)
    try:
        async for event in events:
            if isinstance(event, MultipartSegment):
                await _part(event, events, files, upload, form)
    except MultipartError:
        raise FormUnreadable from None


async def _receive_bare(call: Call, files: Means, bare: Bare, form: Form) -> None:
    most = min(files.largest, bare.largest)
    _must_fit(call, most)
    await _store(bare.file_name, _body(call, most), files, form)


def _must_fit(call: Call, most: int) -> None:
    """Raises TooLarge when a request says by itself that it brings more bytes."""
    length = call.header("content-length") or ""
    if length.isdecimal() and int(length) > most:
        raise TooLarge


async def _part(
    segment: MultipartSegment, events: AsyncIterator[Event], files: Means, upload: Upload, form: Form
) -> None:
    name = segment.name
    if name is None or segment.disposition != "form-data":
        raise FormUnreadable
    if name == upload.part and len(form.files) < upload.most:
        await _store(segment.filename or "", _pieces(events, files.largest), files, form)
    elif name == upload.part:
        form.twice.add(name)
        async for _ in _pieces(events, files.largest):
            pass
    else:
        value = b"".join([piece async for piece in _pieces(events, MAX_PART)])
        if name in form.parts:
            form.twice.add(name)
            form.again.setdefault(name, []).append(value)
        else:
            form.parts[name] = value


async def _store(file_name: str, pieces: AsyncIterator[bytes], files: Means, form: Form) -> None:
    """Write the bytes down while they come."""
    key, digest = new_key(), hashlib.sha256()
    size, start = 0, b""

    async def passing() -> AsyncIterator[bytes]:
        nonlocal size, start
        async for piece in pieces:
            size += len(piece)
            digest.update(piece)
            if len(start) < kinds.START:
                start += piece[: kinds.START]
            yield piece

    await files.storage.put(key, passing())
    form.files.append(Stored(key, names.clean(file_name), kinds.sniffed(start), size, digest.digest()))


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
    async for body in _body(call, most):
        for event in parser.parse(body):
            yield event
    parser.close()


async def _body(call: Call, most: int) -> AsyncIterator[bytes]:
    """What comes, while it comes. Raises TooLarge when that is more than `most` bytes, and ClientGone."""
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
            yield body


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
