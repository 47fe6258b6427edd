"""People: making them members of workspaces, and finding them again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from koine.core import outbox
from koine.core.account_events import MemberAdded, UserCreated
from koine.core.actor import Actor
from koine.core.identity import new_uuid
from koine.core.sessions import ending
from koine.core.users.store import users as store
from koine.postgres.database import Row, Tx


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who works here. `external_id` is the id that the account's own systems know them by."""

    id: int
    uuid: UUID
    account_id: int
    external_id: str | None
    email: str
    first_name: str
    last_name: str
    enabled: bool
    language: str | None

    @property
    def name(self) -> str:
        """First and last name, as far as they are known."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class Membership:
    """What somebody may do in one workspace."""

    workspace_id: int
    role: str
    permissions: frozenset[str]


async def create(
    tx: Tx,
    by: Actor,
    *,
    email: str,
    first_name: str = "",
    last_name: str = "",
    external_id: str | None = None,
    language: str | None = None,
) -> User:
    """A new person in the actor's account, who can do nothing before being added to a workspace."""
    by.must_manage_account()
    id = await store.insert(tx, by.account_id, new_uuid(), external_id, email, first_name, last_name, language)
    await outbox.record_of_account(tx, by, UserCreated(by.account_id, {"user_id": id}))
    return _user(await store.there(tx, by.account_id, id))


async def add(tx: Tx, by: Actor, user: User, workspace_id: int, *, role: str) -> None:
    """Make somebody a member of a workspace, with a role of the account by its name, such as "Agent".

    Whoever had another role there is signed out everywhere.
    """
    by.must("users:manage", workspace_id)
    before = await store.role(tx, user.id, workspace_id)
    await store.insert_membership(tx, by.account_id, user.id, workspace_id, role)
    told = {"user_id": user.id, "workspace_id": workspace_id, "role": role}
    await outbox.record_of_account(tx, by, MemberAdded(by.account_id, told))
    if before not in (None, role):
        await ending.end_of_user(tx, by, user.id, reason="role")


async def by_external_id(tx: Tx, account_id: int, external_id: str) -> User | None:
    """The person whom the account's own systems know by this id."""
    row = await store.find(tx, account_id, external_id=external_id)
    return None if row is None else _user(row)


async def by_id(tx: Tx, account_id: int, id: int) -> User | None:
    """The person with this id."""
    row = await store.find(tx, account_id, id=id)
    return None if row is None else _user(row)


async def by_email(tx: Tx, account_id: int, email: str) -> User | None:
    """The person with this e-mail address, whatever its case."""
    row = await store.by_email(tx, account_id, email)
    return None if row is None else _user(row)


async def member(tx: Tx, workspace_id: int, uuid: UUID) -> User | None:
    """The person with this uuid, if they are a member of the workspace."""
    row = await store.member(tx, workspace_id, uuid)
    return None if row is None else _user(row)


async def members(tx: Tx, workspace_id: int, uuids: Collection[UUID]) -> dict[UUID, int]:
    """Those of these people who are members of the workspace."""
    return {row["uuid"]: row["id"] for row in await store.members(tx, workspace_id, list(uuids))}


async def uuids(tx: Tx, account_id: int, ids: Collection[int]) -> dict[int, UUID]:
    """What strangers call these people of an account."""
    return {row["id"]: row["uuid"] for row in await store.uuids(tx, account_id, list(ids))}


async def memberships(tx: Tx, user_id: int) -> Mapping[int, Membership]:
    """What somebody may do, by workspace."""
    rows = await store.memberships(tx, user_id)
    return {
        row["workspace_id"]: Membership(row["workspace_id"], row["role"], frozenset(row["permissions"])) for row in rows
    }


def _user(row: Row) -> User:
    return User(**row)
