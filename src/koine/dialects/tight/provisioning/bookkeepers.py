"""Bookkeepers: save them in batches, get one, ask for them (contracts/tight.md §12, after the house pattern)."""

from __future__ import annotations

from collections.abc import Sequence

from koine.core.errors import Invalid, NotFound, Problem, Refused, Taken
from koine.core.users import staff
from koine.core.users.people import Person
from koine.core.users.staff import Reach, Staff
from koine.dialects.call import Answer, Call
from koine.dialects.tight import batch, envelope, errors, ids, paging
from koine.dialects.tight.batch import Batch, Wrong
from koine.dialects.tight.envelope import Result
from koine.dialects.tight.provisioning import asking, naming, shapes, wire
from koine.dialects.tight.provisioning.shapes import ChangedBookkeeper, NewBookkeeper

_NEW = Batch[NewBookkeeper]

Item = NewBookkeeper | ChangedBookkeeper | Wrong


async def save(call: Call) -> Answer:
    """Create bookkeepers, and change those that are named by their id or have the same `userId`; each for itself."""
    call.actor.must_be_account()
    call.actor.must_manage_account()
    call.opens_more = True
    items = batch.read(call, _NEW, shapes.bookkeeper_model)
    return envelope.batch([await _saved(call, item) for item in items])


async def get(call: Call) -> Answer:
    """One bookkeeper, also when they are deleted."""
    return envelope.one(wire.bookkeeper(await _find(call, call.named("id"))))


async def query(call: Call) -> Answer:
    """A page of bookkeepers, filtered and sorted; no body asks for all of them."""
    call.actor.must_be_account()
    question = asking.bookkeepers(call)
    order = asking.order(question.sort)
    asked = asking.asked(question.filter, {id: ids.read_bookkeeper(id) for id in asking.named(question.filter)})
    of = asking.listed("bookkeepers", order, asked)
    page = await staff.query(call.tx, call.actor, asked, order, asking.window(question, of, order))
    return envelope.page([wire.bookkeeper(shown) for shown in page.items], paging.cursors(page, of))


async def _saved(call: Call, item: Item) -> Result:
    """What became of an item; what fails is undone by itself."""
    if isinstance(item, Wrong):
        return _failed(Invalid(problems=item.problems))
    try:
        async with call.tx.attempt():
            with naming.as_asked():
                saved = await (_create(call, item) if isinstance(item, NewBookkeeper) else _change(call, item))
    except (Invalid, Taken, NotFound) as refused:
        return _failed(refused)
    return envelope.succeeded(wire.bookkeeper(saved))


async def _create(call: Call, item: NewBookkeeper) -> Staff:
    tx, by = call.tx, call.actor
    person = Person(item.user_id, item.email, item.first_name, item.last_name)
    saved = await staff.save(tx, by, person, _reach(item))
    if item.status == "DELETED":
        await staff.remove(tx, by, saved)
    return await staff.find(tx, by, saved.user.id)


async def _change(call: Call, item: ChangedBookkeeper) -> Staff:
    tx, by = call.tx, call.actor
    found = await _find(call, item.id)
    if item.user_id is not None and item.user_id != found.user.external_id:
        raise Invalid(problems=[Problem("unchangeable", ("userId",))])
    person = Person(found.user.external_id or "", item.email or found.user.email, item.first_name, item.last_name)
    changed = await staff.change(tx, by, found, person, _reach(item))
    if item.status == "ACTIVE":
        await staff.restore(tx, by, changed)
    if item.status == "DELETED":
        await staff.remove(tx, by, changed)
    return await staff.find(tx, by, found.user.id)


async def _find(call: Call, id: str) -> Staff:
    """Who asks is looked at first, so that an id tells nothing to others."""
    call.actor.must_be_account()
    number = ids.read_bookkeeper(id)
    if number is None:
        raise NotFound
    return await staff.find(call.tx, call.actor, number)


def _reach(item: NewBookkeeper | ChangedBookkeeper) -> Reach | None:
    """Where they are to be: as it was where nothing is said, everywhere where null is. Raises Invalid."""
    if "company_ids" not in item.model_fields_set:
        return None
    if item.company_ids is None:
        return Reach()
    return Reach(_numbers(item.company_ids))


def _numbers(given: Sequence[str]) -> list[int]:
    numbers = [ids.read_company(id) for id in given]
    there = [number for number in numbers if number is not None]
    if len(there) < len(numbers):
        raise Invalid(problems=[Problem("not_found", ("companyIds",))])
    return there


def _failed(refused: Refused) -> Result:
    return envelope.failed(errors.status(refused), errors.errors(refused))
