"""Files: send them, say something of them, ask for them, get one, delete one (contracts/tight.md §8)."""

from __future__ import annotations

from koine.core.files import files
from koine.core.files.model import File, FileNotFound
from koine.dialects.call import Answer, Call
from koine.dialects.tight import (
    auth,
    batch,
    envelope,
    file_filters,
    file_wire,
    filing,
    ids,
    inferred,
    media,
    paging,
)
from koine.dialects.tight.batch import Batch
from koine.dialects.tight.file_filters import FileQuery
from koine.dialects.tight.file_wire import ChangedFile
from koine.dialects.uploading import Upload

_CHANGES = Batch[ChangedFile]


def _check(call: Call) -> None:
    auth.must_write(call.actor)


UPLOAD = Upload("file", _check)


async def upload(call: Call) -> Answer:
    """Send a file, with a few words about it."""
    return _one(call, await filing.add(call, None))


async def upload_for_entity(call: Call) -> Answer:
    """Send a file that belongs to an entity."""
    return _one(call, await filing.add(call, call.named("entityId")))


async def save(call: Call) -> Answer:
    """Change what is said of files that are there already."""
    auth.must_write(call.actor)
    items = batch.read(call, _CHANGES, file_wire.file_model)
    return envelope.batch(await filing.save(call, items))


async def get(call: Call) -> Answer:
    """One file, also when it is deleted."""
    return _one(call, await files.find(call.tx, call.actor, _number(call)))


async def delete(call: Call) -> Answer:
    """Into the bin; the file as it then is."""
    auth.must_write(call.actor)
    number = _number(call)
    file = (await files.held(call.tx, call.actor, [number])).get(number)
    if file is None:
        raise FileNotFound
    return _one(call, await files.delete(call.tx, call.actor, file))


async def query(call: Call) -> Answer:
    """A page of files, filtered and sorted; no body asks for all of them."""
    media.must_be_json(call)
    question = call.read(FileQuery) if call.body else FileQuery()
    order, asked = file_filters.order(question.sort), file_filters.asked(question.filter)
    of = paging.files_of(order, asked)
    window = paging.window(question.limit or inferred.DEFAULT_PAGE, question.cursor, of, order.by)
    page = await files.query(call.tx, call.actor, asked, order, window)
    return envelope.page([file_wire.file(shown, call.services.links) for shown in page.items], paging.cursors(page, of))


def _one(call: Call, file: File) -> Answer:
    return envelope.one(file_wire.file(file, call.services.links))


def _number(call: Call) -> int:
    """The file that the path names; `att_` ids are those of the same files."""
    number = ids.read_attachment(call.named("id"))
    if number is None:
        raise FileNotFound
    return number
