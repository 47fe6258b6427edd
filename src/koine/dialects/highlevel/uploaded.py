"""Our own files in messages: taking them, and the addresses by which they can be fetched (highlevel.md §6.8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import unquote, urlsplit

import orjson

from koine.core.errors import Invalid, NotFound, Problem
from koine.core.files import files, names
from koine.core.files.model import Described, Stored
from koine.dialects import reading
from koine.dialects.call import Answer, Call
from koine.dialects.highlevel import auth, composing, file_links, refusals
from koine.dialects.highlevel.auth import Location
from koine.dialects.highlevel.wire import bodies
from koine.dialects.highlevel.wire.messages import Link
from koine.dialects.highlevel.wire.uploads import NewUpload
from koine.dialects.uploading import Form, Upload

LARGEST = 5 * 1024 * 1024  # bytes
MOST = 5  # files in one request

# Both pages of the vendor's together (contracts/highlevel.md §6.8).
AUDIO = ("mp3", "wav", "wave", "aiff", "aif", "aifc", "gsm", "ulaw", "ogg", "aac", "m4a", "amr")
ENDINGS: frozenset[str] = frozenset().union(
    ("jpg", "jpeg", "png", "gif", "svg", "heic", "ai"),
    ("mp4", "mpeg", "3gp"),
    ("zip", "rar", "pdf", "doc", "docx", "odt", "txt", "csv", "xls", "xlsx", "ppt", "pptx"),
    ("vcf", "vcard", "ics"),
    AUDIO,
)

_PART = "fileAttachment"
_URLS = "attachmentUrls"


def _check(call: Call) -> None:
    auth.location(call)


UPLOAD = Upload(_PART, _check, most=MOST, json=True)


async def upload(call: Call) -> Answer:
    """Take files that are to be said with a message; their addresses go into the message's `attachments`.

    `attachmentUrls` are addresses already: they are answered as they are, and never fetched.
    """
    at = auth.location(call)
    wanted, form = _wanted(call), call.form or Form()
    at.must_be(wanted.location_id)
    await _must_be_for_somebody(call, at, wanted)
    urls = wanted.attachment_urls or []
    if _PART in form.twice or len(form.files) + len(urls) > wanted.most:
        raise refusals.UploadRefused(400, "Too many files")
    for file in form.files:
        must_be_good(file, LARGEST)
    added = [await files.add(call.tx, call.actor, at.workspace_id, file, Described()) for file in form.files]
    form.taken = True
    ours = [(file.file_name, call.services.links.to(at.workspace_id, file)) for file in added]
    return Answer(200, {"uploadedFiles": _named([*ours, *((_name(url), link(call).renewed(url)) for url in urls)])})


def link(call: Call) -> Link:
    """Where the files of the location's messages can be fetched."""
    return file_links.Within(call.services.links, call.actor.workspaces[0])


def must_be_good(file: Stored, largest: int) -> None:
    """Raises UploadRefused for what is larger, or of a type that is not taken."""
    if file.size > largest:
        raise refusals.UploadRefused(413, f"The file is larger than {largest // 2**20} MB")
    if not is_taken(file.file_name):
        raise refusals.UploadRefused(415, "The type of the file is not supported")


def is_taken(file_name: str) -> bool:
    """Whether files of this name are taken."""
    return file_name.rpartition(".")[2].lower() in ENDINGS


def _wanted(call: Call) -> NewUpload:
    """What goes with the files. Raises Invalid with all that is wrong, also when there is no file."""
    problems: Sequence[Problem] = ()
    wanted = None
    try:
        wanted = bodies.read(call, NewUpload) if call.form is None else reading.read(NewUpload, _fields(call.form))
    except Invalid as refused:
        if not refused.problems or any(not problem.path for problem in refused.problems):
            raise
        problems = refused.problems
    told = _told(call) if wanted is None else wanted.model_dump(by_alias=True)
    if not told.get("conversationId") and not told.get("contactId"):
        problems = [*problems, Problem("missing", ("conversationId",)), Problem("missing", ("contactId",))]
    if not told.get(_URLS) and not (call.form and call.form.files):
        problems = [*problems, Problem("missing", (_URLS if call.form is None else _PART,))]
    if problems or wanted is None:
        raise Invalid(problems=problems)
    return wanted


def _told(call: Call) -> dict[str, object]:
    told: dict[str, object] = orjson.loads(call.body or b"{}" if call.form is None else _fields(call.form))
    return told


def _fields(form: Form) -> bytes:
    """The fields of a form as if they were JSON; an empty one is none. Addresses come one by one, in both spellings."""
    told: dict[str, object] = {}
    for name, first in form.parts.items():
        given = [value.decode("utf-8", "replace").strip() for value in (first, *form.again.get(name, ()))]
        given = [value for value in given if value]
        if not given:
            continue
        if name.removesuffix("[]") == _URLS:
            told[_URLS] = [*told.get(_URLS, ()), *given]  # type: ignore[misc]
        else:
            told[name] = given[0]
    return orjson.dumps(told)


async def _must_be_for_somebody(call: Call, at: Location, wanted: NewUpload) -> None:
    """Of this endpoint the newest page says what is not there is a 404."""
    try:
        await composing.whom(call, at, contact=wanted.contact_id or None, conversation=wanted.conversation_id or None)
    except NotFound as refused:
        raise refusals.NobodyThere(refused.says) from None


def _name(url: str) -> str:
    return names.clean(unquote(urlsplit(url).path.rpartition("/")[2]))


def _named(found: Iterable[tuple[str, str | None]]) -> dict[str, str | None]:
    """By name; of those that share one, the later ones have a number in theirs."""
    told: dict[str, str | None] = {}
    for name, url in found:
        stem, dot, ending = name.rpartition(".")
        own, number = name, 1
        while own in told:
            number += 1
            own = f"{stem} ({number}){dot}{ending}" if stem else f"{name} ({number})"
        told[own] = url
    return told
