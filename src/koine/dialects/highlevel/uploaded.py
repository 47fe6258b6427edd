"""Our own files in messages: taking them, and the addresses by which they can be fetched (highlevel.md §6.8)."""

from __future__ import annotations

from koine.core.errors import Invalid, Problem
from koine.core.files import files
from koine.core.files.model import Described, Stored
from koine.dialects.call import Answer, Call
from koine.dialects.highlevel import auth, composing, file_links, refusals
from koine.dialects.highlevel.wire.messages import Link
from koine.dialects.uploading import Form, Upload

LARGEST = 5 * 1024 * 1024  # bytes

# Both pages of the vendor's together (contracts/highlevel.md §6.8).
ENDINGS = frozenset(
    [
        "jpg",
        "jpeg",
        "png",
        "gif",
        "svg",
        "heic",
        "ai",
        "mp4",
        "mpeg",
        "3gp",
        "zip",
        "rar",
        "pdf",
        "doc",
        "docx",
        "odt",
        "txt",
        "csv",
        "xls",
        "xlsx",
        "ppt",
        "pptx",
        "vcf",
        "vcard",
        "ics",
        "mp3",
        "wav",
        "wave",
        "aiff",
        "aif",
        "aifc",
        "gsm",
        "ulaw",
        "ogg",
        "aac",
        "m4a",
        "amr",
    ]
)

_PART = "fileAttachment"


def _check(call: Call) -> None:
    auth.location(call)


UPLOAD = Upload(_PART, _check)


async def upload(call: Call) -> Answer:
    """Take a file that is to be said with a message; its address goes into the message's `attachments`."""
    at = auth.location(call)
    form = call.form or Form()
    location, contact, conversation = (_field(form, name) for name in ("locationId", "contactId", "conversationId"))
    problems = [] if location else [Problem("missing", ("locationId",))]
    if not contact and not conversation:
        problems += [Problem("missing", ("conversationId",)), Problem("missing", ("contactId",))]
    if form.file is None:
        problems.append(Problem("missing", (_PART,)))
    if _PART in form.twice:
        problems.append(Problem("malformed", (_PART,), "must be one file in each request"))
    if problems or form.file is None:
        raise Invalid(problems=problems)
    at.must_be(location)
    await composing.whom(call, at, contact=contact or None, conversation=conversation or None)
    _must_be_good(form.file)
    added = await files.add(call.tx, call.actor, at.workspace_id, form.file, Described())
    form.taken = True
    return Answer(200, {"uploadedFiles": {added.file_name: call.services.links.to(at.workspace_id, added)}})


def link(call: Call) -> Link:
    """Where the files of the location's messages can be fetched."""
    return file_links.Within(call.services.links, call.actor.workspaces[0])


def _field(form: Form, name: str) -> str:
    return form.parts.get(name, b"").decode("utf-8", "replace").strip()


def _must_be_good(file: Stored) -> None:
    if file.size > LARGEST:
        raise refusals.UploadRefused(413, "The file is larger than 5 MB")
    if file.file_name.rpartition(".")[2].lower() not in ENDINGS:
        raise refusals.UploadRefused(415, "The type of the file is not supported")
