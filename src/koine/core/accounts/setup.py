"""Setting up: a link that is good once, and the first administrator, who comes in by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from koine.core.accounts import accounts
from koine.core.actor import system
from koine.core.errors import Taken
from koine.core.tokens import once
from koine.core.users import passwords, users
from koine.core.users.store import users as users_store
from koine.core.workspaces import workspaces
from koine.core.workspaces.model import Workspace
from koine.postgres.database import Tx

LIFETIME = timedelta(hours=24)
_PURPOSE = "setup"


@dataclass(frozen=True, slots=True)
class First:
    """The first administrator and the first workspace, as the one who sets up describes them."""

    workspace: str
    first_name: str
    last_name: str
    email: str
    password_hash: str


async def offer(tx: Tx) -> str | None:
    """The secret of a new set-up link, while nobody can sign in as an administrator; it ends every earlier link.

    Once there is an administrator: None.
    """
    account = await accounts.of_the_house(tx)
    if await users_store.any_administrator(tx):
        return None
    return await once.issue(tx, system(account.id), _PURPOSE, lifetime=LIFETIME)


async def is_offered(tx: Tx, secret: str) -> bool:
    """Whether this link still works."""
    return await once.is_good(tx, _PURPOSE, secret)


async def accept(tx: Tx, secret: str, first: First) -> Workspace:
    """Use a link up: found the workspace and make the one who describes it its administrator.

    Raises UsedUp, and Taken.
    """
    account_id = await once.use(tx, _PURPOSE, secret)
    by = system(account_id)
    if await users.by_email(tx, account_id, first.email) is not None:
        raise Taken("Somebody here has this e-mail address already.")
    workspace = await workspaces.found(tx, by, first.workspace)
    by = system(account_id, workspace.id)
    user = await users.create(tx, by, email=first.email, first_name=first.first_name, last_name=first.last_name)
    await passwords.set_hash(tx, by, user, first.password_hash)
    await users.add(tx, by, user, workspace.id, role="Admin")
    return workspace
