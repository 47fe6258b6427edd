"""The upload in two steps: an address for the bytes, and then the file that came of them (highlevel.md §6.8)."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from koine.core.files import arriving, files
from koine.core.files.arriving import Expected
from koine.dialects.call import Answer, Call
from koine.dialects.highlevel import auth, composing, refusals, uploaded
from koine.dialects.highlevel.wire import bodies
from koine.dialects.highlevel.wire.uploads import Beginning, Completion
from koine.dialects.uploading import Bare, Upload

PATH = "/conversations/uploads/"


async def initiate(call: Call) -> Answer:
    """An address to which the bytes can be sent for the next 15 minutes."""
    at = auth.location(call)
    wanted = bodies.read(call, Beginning)
    at.must_be(wanted.location_id)
    await composing.whom(call, at, conversation=wanted.conversation_id)
    if wanted.file_size is not None and wanted.file_size > wanted.largest:
        raise refusals.UploadRefused(413, "File size exceeds maximum allowed limit")
    if not uploaded.is_taken(wanted.filename):
        raise refusals.UploadRefused(400, "The type of the file is not supported")
    expected = arriving.expect(call.actor, at.workspace_id, wanted.filename, wanted.largest)
    return Answer(
        200,
        {
            "uploadUrl": f"{call.services.base_url}{PATH}{_token(call, expected)}",
            "uploadId": str(expected.uuid),
            "filePath": _path(wanted.location_id, wanted.conversation_id, expected.uuid, wanted.filename),
            "expiresAt": expected.end * 1000,
            "maxFileSize": expected.largest,
            "traceId": call.id,
        },
    )


async def put(call: Call) -> Answer:
    """Take the bytes, from whoever has the address. Sent again, the first stay."""
    expected = _expected(call)
    form = call.form
    if form is None or form.file is None:
        raise RuntimeError("a body came to nothing, and nothing was raised")
    stored = replace(form.file, uuid=expected.uuid)
    by = expected.actor
    async with call.services.database.writing(by.workspaces) as tx:
        form.taken = await files.add_once(tx, by, expected.workspace_id, stored)
    call.services.wrote()
    return Answer(200, b"", content_type="text/plain")


async def complete(call: Call) -> Answer:
    """The file that the bytes have become."""
    at = auth.location(call)
    wanted = bodies.read(call, Completion)
    at.must_be(wanted.location_id)
    await composing.whom(call, at, conversation=wanted.conversation_id)
    uuid = _uuid(wanted.upload_id)
    if uuid is None or wanted.file_path != _path(at.id, wanted.conversation_id, uuid, wanted.filename):
        raise refusals.UploadGone
    file = await files.by_uuid(call.tx, at.workspace_id, uuid)
    url = None if file is None else call.services.links.to(at.workspace_id, file)
    if file is None or url is None:
        raise refusals.UploadGone
    about = {"size": file.size, "contentType": file.content_type}
    return Answer(200, {"uploadedFiles": {wanted.filename: url}, "metadata": about, "traceId": call.id})


def _check(call: Call) -> Bare:
    expected = _expected(call)
    return Bare(expected.file_name, expected.largest)


UPLOAD = Upload("", _check)


def _token(call: Call, expected: Expected) -> str:
    sealing = call.services.links.sealing
    if sealing is None:
        raise RuntimeError("this process was not given what signs addresses")
    return arriving.written(sealing, expected)


def _expected(call: Call) -> Expected:
    """Raises UploadGone for an address that is none of ours, or has ended."""
    sealing = call.services.links.sealing
    expected = None if sealing is None else arriving.read(sealing, call.named("token"))
    if expected is None:
        raise refusals.UploadGone
    return expected


def _path(location: str, conversation: str, uuid: UUID, file_name: str) -> str:
    ending = file_name.rpartition(".")[2].lower()
    return f"location/{location}/conversations/{conversation}/{uuid}.{ending}"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
