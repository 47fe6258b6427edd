"""Files that are dropped or pasted into what one writes."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response

from koine.core.errors import Invalid, Problem
from koine.core.files import files, kinds, names
from koine.core.files.model import Described, Means, Stored
from koine.inbox import operations, render
from koine.inbox.runtime import Runtime
from koine.inbox.visit import Visit
from koine.storage import new_key


async def take(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """One file, as the body of the request, its name in a header; the answer puts it below what is being written."""
    visit.actor.must("messages:write", visit.here)
    if runtime.files is None:
        raise Invalid("Files cannot be kept here.")
    stored = await _stored(runtime.files, request)
    try:
        async with runtime.database.writing((visit.here,)) as tx:
            file = await files.add(tx, visit.actor, visit.here, stored, Described())
    except Exception:
        await runtime.files.storage.delete(stored.key)
        raise
    return operations.answer(operations.append("to-attach", render.partial(visit, "_to_attach.html", file=file)))


async def _stored(means: Means, request: Request) -> Stored:
    """Write the bytes down while they come. Raises Invalid when they are too many."""
    key, digest = new_key(), hashlib.sha256()
    size, start = 0, b""

    async def passing() -> AsyncIterator[bytes]:
        nonlocal size, start
        async for piece in request.stream():
            size += len(piece)
            if size > means.largest:
                raise Invalid("The file is too large.", problems=[Problem("too_long", ("file",), limit=means.largest)])
            digest.update(piece)
            if len(start) < kinds.START:
                start += piece[: kinds.START]
            yield piece

    await means.storage.put(key, passing())
    name = names.clean(unquote(request.headers.get("koine-file-name", "")))
    return Stored(key, name, kinds.sniffed(start), size, digest.digest())
