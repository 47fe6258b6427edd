"""Putting files down and changing what is said of them (contracts/tight.md §8.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from koine.core.actor import Actor
from koine.core.errors import Forbidden, Invalid, Problem, Refused
from koine.core.files import files
from koine.core.files.model import File, FileNotFound
from koine.dialects import reading
from koine.dialects.call import Call
from koine.dialects.edge import Unreadable
from koine.dialects.tight import companies, envelope, errors, file_wire, ids, inferred
from koine.dialects.tight.batch import Wrong
from koine.dialects.tight.envelope import Result
from koine.dialects.tight.errors import DataUnreadable
from koine.dialects.tight.file_wire import ChangedFile, NewFile
from koine.dialects.uploading import Form
from koine.postgres.database import Tx

_ENTITY = ("entityId",)
_DATA, _FILE = "data", "file"


async def add(call: Call, entity: str | None) -> File:
    """The file that came with a form; with an entity from the path. Raises Invalid with everything that is wrong."""
    form = call.form or Form()
    problems = [Problem("missing", (name,)) for name in (_FILE, _DATA) if not _came(form, name)]
    problems += [Problem("not_allowed", (name,)) for name in sorted(form.twice & {_FILE, _DATA})]
    described, wrong = _described(form)
    problems += wrong
    named = described.entity_id if described is not None else None
    if entity is not None and not inferred.is_entity(entity):
        problems.append(Problem("malformed", _ENTITY))
    elif entity is not None and named is not None and named != entity:
        problems.append(Problem("not_allowed", _ENTITY))
    if described is None or form.file is None or problems:
        raise Invalid(problems=problems)
    about = file_wire.described(described)
    about = replace(about, entity=entity or about.entity)
    (place,) = await companies.of_new(call.tx, call.actor, [about.entity])
    if isinstance(place, Problem):
        raise Invalid(problems=[replace(place, path=_ENTITY)])
    added = await files.add(call.tx, call.actor, place, form.file, about)
    form.taken = True
    return added


async def save(call: Call, items: Sequence[ChangedFile | Wrong]) -> list[Result]:
    """What became of each item, in the same order (contracts/tight.md §4.5)."""
    numbers = {ids.read_attachment(item.id) for item in items if isinstance(item, ChangedFile)}
    there = await files.held(call.tx, call.actor, sorted(number for number in numbers if number is not None))
    return [await _saved(call, item, there) for item in items]


async def _saved(call: Call, item: ChangedFile | Wrong, there: dict[int, File]) -> Result:
    """`there` has the files as they are by now: several items may be about one."""
    if isinstance(item, Wrong):
        return _failed(Invalid(problems=item.problems))
    number = ids.read_attachment(item.id)
    file = None if number is None else there.get(number)
    if file is None:
        return _failed(FileNotFound())
    try:
        async with call.tx.attempt():
            file = await _change(call.tx, call.actor, file, item)
    except (Forbidden, Invalid) as refused:
        return _failed(refused)
    there[file.id] = file
    return envelope.succeeded(file_wire.file(file, call.services.links))


async def _change(tx: Tx, by: Actor, file: File, item: ChangedFile) -> File:
    if item.entity_id is not None and not companies.fits(item.entity_id, file.workspace_id):
        raise Invalid(problems=[Problem("not_found", _ENTITY)])
    if item.status == "ACTIVE":
        file = await files.restore(tx, by, file)
    file = await files.describe(tx, by, file, file_wire.described(item))
    return await files.delete(tx, by, file) if item.status == "DELETED" else file


def _described(form: Form) -> tuple[NewFile | None, Sequence[Problem]]:
    """What the part `data` says, or what is wrong with it. Raises DataUnreadable where it is no JSON."""
    given = form.parts.get(_DATA)
    if given is None:
        return None, []
    try:
        return reading.read(NewFile, given), []
    except Unreadable:
        raise DataUnreadable from None
    except Invalid as refused:
        return None, refused.problems or [Problem("wrong_type", (_DATA,))]


def _came(form: Form, name: str) -> bool:
    return form.file is not None if name == _FILE else name in form.parts


def _failed(refused: Refused) -> Result:
    return envelope.failed(errors.status(refused), errors.errors(refused))
