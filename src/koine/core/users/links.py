"""Links that sign one person in, once: for whoever runs Koine to hand to somebody, or to use at once."""

from __future__ import annotations

from datetime import timedelta

from koine.core.actor import Actor
from koine.core.tokens import once
from koine.core.users.users import User
from koine.postgres.database import Tx

PURPOSE = "link"
LIFETIME = timedelta(hours=24)


async def offer(tx: Tx, by: Actor, user: User) -> str:
    """The path of a new link for somebody; their earlier one is good for nothing. It stands for their password."""
    by.must_manage_account()
    return f"/inbox/link/{await once.issue_to(tx, by, user.id, PURPOSE, lifetime=LIFETIME)}"
