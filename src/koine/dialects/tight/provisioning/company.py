"""Companies: create and change one, get it, delete it, ask for them (contracts/tight.md §12)."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from koine.core.errors import Invalid, NotFound, Problem
from koine.core.users.people import Person
from koine.core.workspaces import deleting, describing, listing, workspaces
from koine.core.workspaces.model import Described, Shown
from koine.dialects import reading
from koine.dialects.call import Answer, Call
from koine.dialects.tight import envelope, ids, media, paging
from koine.dialects.tight.provisioning import asking, naming, shapes, wire
from koine.dialects.tight.provisioning.shapes import ChangedCompany, NewCompany, Owner


async def save(call: Call) -> Answer:
    """Create a company with its owners, or change the one that is named by its id."""
    call.actor.must_be_account()
    call.actor.must_manage_account()
    call.opens_more = True
    item = _read(call)
    with naming.as_asked():
        saved = await (_create(call, item) if isinstance(item, NewCompany) else _change(call, item))
    return envelope.one(wire.company(saved), readyToLaunchUrl=call.services.base_url)


async def get(call: Call) -> Answer:
    """One company, also when it is deleted."""
    return envelope.one(wire.company(await describing.find(call.tx, call.actor, _number(call, call.named("id")))))


async def delete(call: Call) -> Answer:
    """Delete a company: nobody but the partner sees anything of it until it is restored."""
    call.actor.must_be_account()
    call.actor.must_manage_account()
    call.opens_more = True
    found = await describing.held(call.tx, call.actor, _number(call, call.named("id")))
    await deleting.delete(call.tx, call.actor, found.workspace)
    return envelope.one(wire.company(await describing.find(call.tx, call.actor, found.workspace.id)))


async def query(call: Call) -> Answer:
    """A page of companies, filtered and sorted; no body asks for all of them."""
    call.actor.must_be_account()
    question = asking.companies(call)
    order = asking.order(question.sort)
    asked = asking.asked(question.filter, {id: ids.read_company(id) for id in asking.named(question.filter)})
    of = asking.listed("companies", order, asked)
    page = await listing.query(call.tx, call.actor, asked, order, asking.window(question, of, order))
    return envelope.page([wire.company(shown) for shown in page.items], paging.cursors(page, of))


def _read(call: Call) -> NewCompany | ChangedCompany:
    media.must_be_json(call)
    given = reading.plain(call.body)
    if not isinstance(given, dict):
        raise Invalid(problems=[Problem("wrong_type", ())])
    try:
        return shapes.company_model(given).model_validate(given)
    except ValidationError as error:
        raise reading.refusal(error) from None


async def _create(call: Call, item: NewCompany) -> Shown:
    tx, by = call.tx, call.actor
    founded = await workspaces.found(tx, by, item.name, _described(item))
    if item.status == "DELETED":
        await deleting.delete(tx, by, founded)
    return await describing.find(tx, by, founded.id)


async def _change(call: Call, item: ChangedCompany) -> Shown:
    """Restored first and deleted last, so that one save can do either together with a change."""
    tx, by = call.tx, call.actor
    found = await describing.held(tx, by, _number(call, item.id))
    if item.status == "ACTIVE":
        await deleting.restore(tx, by, found.workspace)
    found = await describing.describe(tx, by, found, _described(item))
    if item.status == "DELETED":
        await deleting.delete(tx, by, found.workspace)
    return await describing.find(tx, by, found.workspace.id)


def _described(item: NewCompany | ChangedCompany) -> Described:
    kept: dict[str, Any] = {
        "entity_type": item.entity_type,
        "address": item.address,
        "accounting_method": item.accounting_method,
        "business_type_id": item.business_type_id,
        "available_features": item.available_features,
    }
    return Described(
        item.name,
        item.api_company_id,
        {name: value for name, value in kept.items() if value is not None},
        None if item.owners is None else [_person(owner) for owner in item.owners],
    )


def _person(owner: Owner) -> Person:
    return Person(owner.user_id, owner.email, owner.first_name, owner.last_name, owner.language)


def _number(call: Call, id: str) -> int:
    """The workspace of a company. Who asks is looked at first, so that an id tells nothing to others."""
    call.actor.must_be_account()
    number = ids.read_company(id)
    if number is None:
        raise NotFound
    return number
