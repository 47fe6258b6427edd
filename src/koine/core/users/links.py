"""Links that sign one person in, once: for whoever runs Koine to hand to somebody, or to use at once."""

from __future__ import annotations

from datetime import timedelta

from koine.core.accounts import roles
from koine.core.actor import Actor
from koine.core.tokens import once
from koine.core.users import users
from koine.core.users.agents import AgentNotFound
from koine.core.users.users import User
from koine.postgres.database import Tx

PURPOSE = "link"
LIFETIME = timedelta(hours=24)


async def offer(tx: Tx, by: Actor, user: User) -> str:
    """The path of a new link for somebody; their earlier one is good for nothing. It stands for their password."""
    by.must_manage_account()
    return f"/inbox/link/{await once.issue_to(tx, by, user.id, PURPOSE, lifetime=LIFETIME)}"


async def offer_to_member(tx: Tx, by: Actor, workspace_id: int, user_id: int) -> str:
    """The same for a member of a workspace, by somebody who manages its people.

    Whoever has the link comes in as them: it needs who may manage people, and all that they may do, wherever they are a
    member. Raises PermissionMissing, and AgentNotFound for nobody, and for whoever cannot come in.
    """
    by.must("users:manage", workspace_id)
    memberships = await users.memberships(tx, user_id)
    user = await users.by_id(tx, by.account_id, user_id)
    if workspace_id not in memberships or user is None or not user.enabled:
        raise AgentNotFound
    for place, membership in memberships.items():
        roles.must_cover(by, membership.permissions | {"users:manage"}, place)
    return f"/inbox/link/{await once.hand_to(tx, by, user_id, PURPOSE, lifetime=LIFETIME)}"
