"""The staff: people whom an account has for its workspaces, such as bookkeepers.

Their memberships follow from what is said here: of every workspace, also of those to come, or of some. An owner who is
of the staff as well stays an owner when they leave it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from koine.core import ordered, outbox
from koine.core.account_events import StaffAdded, StaffChanged, StaffRemoved, StaffRestored
from koine.core.accounts import accounts
from koine.core.actor import Actor
from koine.core.errors import Invalid, NotFound, Problem, Taken
from koine.core.ordered import Asked, Order
from koine.core.page import Page, Window, page
from koine.core.sessions import ending
from koine.core.users import people
from koine.core.users.people import Person
from koine.core.users.store import staff as store
from koine.core.users.users import User
from koine.postgres.database import Row, Tx

BOOKKEEPER = "Bookkeeper"


@dataclass(frozen=True, slots=True)
class Reach:
    """Where somebody of the staff is to be; `workspaces` None: everywhere, also in workspaces to come."""

    workspaces: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody of the staff. `workspaces` None: every workspace, also those to come. Times are in UTC."""

    user: User
    role: str
    workspaces: Sequence[int] | None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None

    @property
    def deleted(self) -> bool:
        """Whether they have left."""
        return self.deleted_at is not None


async def find(tx: Tx, by: Actor, user_id: int) -> Staff:
    """Raises NotFound, and ForeignWorkspace for whoever does not stand for the account."""
    by.must_be_account()
    row = await store.find(tx, by.account_id, user_id)
    if row is None:
        raise NotFound
    return of_row(row)


async def query(tx: Tx, by: Actor, asked: Asked, order: Order, window: Window) -> Page[Staff]:
    """A page of the staff. Fields: external_id, email (in lower case), first_name, last_name; no order by name.

    Raises ForeignWorkspace for whoever does not stand for the account, and CursorUnreadable.
    """
    by.must_be_account()
    rows = await ordered.top(tx, store.LISTED, by.account_id, asked, order, window)
    return page([of_row(row) for row in rows], window, lambda it: _value(it, order), lambda it: it.user.id)


async def save(tx: Tx, by: Actor, person: Person, reach: Reach | None = None) -> Staff:
    """Have somebody as a bookkeeper: new, or one who is or was one, as described from now on.

    Without a reach they are where they were, and everywhere when they are new. Raises Taken for an address that is
    somebody else's, and Invalid for a workspace that is not one of the account.
    """
    by.must_manage_account()
    await accounts.hold(tx, by.account_id)
    _, wrong = await people.known(tx, by.account_id, person)
    await _must_be_right(tx, by.account_id, wrong, reach)
    user = await people.settle(tx, by, person)
    there = await store.find(tx, by.account_id, user.id)
    if there is not None:
        await _limit(tx, by, of_row(there), reach)
        await restore(tx, by, await find(tx, by, user.id))
        await store.touch(tx, user.id)
    else:
        listed = _listed((reach or Reach()).workspaces)
        await store.insert(tx, by.account_id, user.id, BOOKKEEPER, listed)
        await store.settle(tx, user.id)
        told = {"user_id": user.id, "role": BOOKKEEPER, "workspaces": listed}
        await outbox.record_of_account(tx, by, StaffAdded(by.account_id, told))
    return of_row(await store.there(tx, by.account_id, user.id))


async def change(tx: Tx, by: Actor, staff: Staff, person: Person, reach: Reach | None = None) -> Staff:
    """Know somebody of the staff as described, and where they are to be; whether they have left stays as it is.

    Raises as save does.
    """
    by.must_manage_account()
    await accounts.hold(tx, by.account_id)
    wrong = await people.problems(tx, by.account_id, staff.user, person.email)
    await _must_be_right(tx, by.account_id, wrong, reach)
    described = people.described(staff.user, person)
    if described != staff.user:
        await people.update(tx, by, described)
        await store.touch(tx, staff.user.id)
    await _limit(tx, by, staff, reach)
    return of_row(await store.there(tx, by.account_id, staff.user.id))


async def remove(tx: Tx, by: Actor, staff: Staff) -> None:
    """They leave: what they were members of as staff is closed to them. They can only come in if they own something."""
    by.must_manage_account()
    if staff.deleted:
        return
    await store.set_deleted(tx, staff.user.id, deleted=True)
    await outbox.record_of_account(tx, by, StaffRemoved(by.account_id, {"user_id": staff.user.id}))
    await ending.end_of_user(tx, by, staff.user.id, reason="role")
    if not await store.settle(tx, staff.user.id):
        await people.disable(tx, by, staff.user)


async def restore(tx: Tx, by: Actor, staff: Staff) -> None:
    """They come back, to where they were."""
    by.must_manage_account()
    if not staff.deleted:
        return
    await store.set_deleted(tx, staff.user.id, deleted=False)
    await outbox.record_of_account(tx, by, StaffRestored(by.account_id, {"user_id": staff.user.id}))
    await store.settle(tx, staff.user.id)
    await people.enable(tx, by, staff.user)


async def welcome(tx: Tx, account_id: int, workspace_id: int) -> None:
    """Make those members of a new workspace who are to be members of every one; nobody changes the staff meanwhile."""
    await store.welcome(tx, account_id, workspace_id)


def of_row(row: Row) -> Staff:
    """What the store answers, as a member of the staff."""
    *user, role, workspaces, created_at, updated_at, deleted_at = row
    return Staff(User(*user), role, workspaces, created_at, updated_at, deleted_at)


async def _must_be_right(tx: Tx, account_id: int, wrong: Sequence[Problem], reach: Reach | None) -> None:
    named = () if reach is None else reach.workspaces or ()
    if named and await store.unknown(tx, account_id, named):
        raise Invalid(problems=[*wrong, Problem("not_found", ("workspaces",))])
    if wrong:
        raise Taken(problems=wrong)


async def _limit(tx: Tx, by: Actor, staff: Staff, reach: Reach | None) -> None:
    before = _listed(staff.workspaces)
    after = before if reach is None else _listed(reach.workspaces)
    if before == after:
        return
    await store.limit(tx, staff.user.id, after)
    await store.settle(tx, staff.user.id)
    told = {"user_id": staff.user.id, "workspaces": {"from": before, "to": after}}
    await outbox.record_of_account(tx, by, StaffChanged(by.account_id, told))
    await ending.end_of_user(tx, by, staff.user.id, reason="role")


def _listed(workspaces: Sequence[int] | None) -> list[int] | None:
    return None if workspaces is None else sorted(set(workspaces))


def _value(staff: Staff, order: Order) -> str:
    match order.by:
        case "created":
            return staff.created_at.isoformat()
        case "updated":
            return staff.updated_at.isoformat()
    return str(staff.user.id)
